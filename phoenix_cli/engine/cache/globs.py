"""Files that globs mean, below a folder: ``*``, ``?``, ``[a-z]`` within a name, ``**`` for any number of folders.

Names that begin with a dot count like others; ``.git`` does not, unless a glob says it. A glob without wildcards that names a
folder means all files in it. ``**`` does not go through links to folders, so it ends.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from phoenix_cli.kernel.errors import Refused, Usage

MAX_FILES = 100_000
_WILD = re.compile(r"[*?\[]")


def files_of(folder: Path, globs: Iterable[str]) -> list[str]:
    """Return the files and links that globs mean, relative to the folder, sorted; raise ``Refused`` for too many."""
    found: set[str] = set()
    for glob in globs:
        for one in _meant(str(folder), glob):
            found.add(one)
            if len(found) > MAX_FILES:
                raise Refused(
                    f"{glob} means more than {MAX_FILES:,} files",
                    code="cache.too_many_files",
                    hints=("name the folders that count in cache.inputs",),
                )
    return sorted(found)


def inside(glob: str) -> str:
    """Return a glob that cannot leave its folder; raise ``Usage`` for one that can."""
    if glob.startswith("/") or ".." in glob.split("/"):
        raise Usage(f"{glob} is not below the folder of the step", code="cache.outside")
    return glob


def _meant(folder: str, glob: str) -> Iterator[str]:
    if "\0" in glob:
        raise Usage("a glob holds a NUL", code="cache.glob", cause=repr(glob[:60]))
    parts = [part for part in glob.split("/") if part not in ("", ".")]
    start = "/" if glob.startswith("/") else ""
    if not _WILD.search(glob) and os.path.isdir(os.path.join(folder, glob)):
        parts.append("**")
    yield from _below(folder, start, _without_repeats(parts))


def _without_repeats(parts: list[str]) -> tuple[str, ...]:
    """Return the parts with ``**/**`` as ``**``, which means the same and is not exponential."""
    return tuple(part for at, part in enumerate(parts) if part != "**" or parts[at - 1 : at] != ["**"])


def _below(root: str, first: str, glob: tuple[str, ...]) -> Iterator[str]:
    """Walk: each folder once for each place in the glob, whatever the glob looks like."""
    pending, seen = [(first, 0)], {(first, 0)}
    while pending:
        place, at = pending.pop()
        for one, next_at, leaf in _steps(root, place, glob, at):
            if leaf:
                yield one
            elif (one, next_at) not in seen:
                seen.add((one, next_at))
                pending.append((one, next_at))


def _steps(root: str, place: str, glob: tuple[str, ...], at: int) -> Iterator[tuple[str, int, bool]]:
    """Yield what one part of the glob leads to: folders to go on in, or files that are meant."""
    part, last = glob[at] if at < len(glob) else "", at == len(glob) - 1
    if not part:
        return
    if part == "**":
        if not last:
            yield place, at + 1, False
        for entry in _entries(root, place):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    yield place + entry.name + "/", at, False
            elif last:
                yield place + entry.name, at, True
    elif not _WILD.search(part):
        path = os.path.join(root, place + part)
        if not last:
            yield place + part + "/", at + 1, False
        elif os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path)):
            yield place + part, at, True
    else:
        fits = _fits(part)
        for entry in _entries(root, place):
            if not fits.match(entry.name) or entry.name == ".git":
                continue
            if last:
                if not entry.is_dir(follow_symlinks=False):
                    yield place + entry.name, at, True
            elif entry.is_dir():
                yield place + entry.name + "/", at + 1, False


def _entries(root: str, place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, place)) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


@lru_cache(maxsize=256)
def _fits(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(glob))  # which does not backtrack
