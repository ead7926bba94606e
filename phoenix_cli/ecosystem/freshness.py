"""Is what was told of a folder still true? Known by time stamps alone, without reading a file or running git.

An answer rests on the names in every folder and on the bytes of the files that were read. A new, renamed or removed name
changes its folder's time stamp, other bytes change a file's; so the stamps of both, noted with the answer, prove it.
6,700 files in 2,400 folders take 10 ms to check this way, ``git status`` 50.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from phoenix_cli.ecosystem.trees import SKIPPED_FOLDERS
from phoenix_cli.vcs.repository import git_dir_of
from phoenix_cli.vcs.runner import Place

#: A change within one tick of the file system's clock may leave no other stamp. Local ones tick every 1 to 10 ms; a stamp
#: in whole seconds may come from one that ticks every second or two.
_TICK_NS = 100_000_000
_COARSE_TICK_NS = 2_100_000_000
_WHOLE_SECOND = 1_000_000_000


def settled(newest: int, began: int) -> bool:
    """Tell whether the newest stamp is so much older than the look that a later change must leave another one."""
    return newest < began - (_COARSE_TICK_NS if newest % _WHOLE_SECOND == 0 else _TICK_NS)


def stamp(root: Path, places: Iterable[str]) -> tuple[str, int]:
    """Return a digest of the stamps of places, relative to a root or absolute, and the newest of them in nanoseconds."""
    digest, newest, prefix = hashlib.blake2b(digest_size=16), 0, f"{os.fspath(root)}/"
    for place in places:
        try:
            seen = os.lstat(place if place[:1] == "/" else prefix + place)
        except (OSError, ValueError):
            digest.update(b"-")
            continue
        newest = max(newest, seen.st_mtime_ns, seen.st_ctime_ns)
        digest.update(b"%d %d %d %d;" % (seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_mode))
    return digest.hexdigest(), newest


def places_of(root: Path, read: Iterable[str], git: Place | None, listed: Iterable[str] | None = None) -> list[str]:
    """Return what an answer about a folder rests on: its folders, the files that were read, the state of git.

    ``listed`` are files that are known to be there; they spare a look into most folders.
    """
    return [*_folders(root, _parents(listed or ())), *read, *(_git_files(git) if git else ())]


def _parents(paths: Iterable[str]) -> dict[str, set[str]]:
    """Return folder -> the folders in it, of all folders that hold one of the paths."""
    found: dict[str, set[str]] = {}
    for folder in {path.rpartition("/")[0] for path in paths}:
        while folder:
            above = folder.rpartition("/")[0]
            beside = found.setdefault(above, set())
            if folder in beside:
                break
            beside.add(folder)
            folder = above
    return found


def _folders(root: Path, known: dict[str, set[str]]) -> list[str]:
    found, pending, prefix = [""], [""], f"{os.fspath(root)}/"
    while pending:
        folder = pending.pop()
        below = known.get(folder, set())
        if not _has_only(prefix + folder, len(below)):
            below = {f"{folder}/{name}" if folder else name for name in _subfolders(root / folder)}
        found += below
        pending += below
    return sorted(found)


def _has_only(folder: str, count: int) -> bool:
    """Tell by its links whether a folder has just so many folders in it: each ``..`` is one, ``.`` and its name are two.

    Some file systems count no links (1, always); there one has to look.
    """
    try:
        return os.lstat(folder).st_nlink == count + 2
    except OSError:
        return False


def _subfolders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [
                one.name for one in entries if one.is_dir(follow_symlinks=False) and one.name not in SKIPPED_FOLDERS
            ]
    except OSError:
        return []


def _git_files(place: Place) -> Sequence[str]:
    """Return the files that say what is checked out and what git ignores."""
    inner = git_dir_of(place)
    common = inner / "commondir"
    shared = (inner / _first_line(common)).resolve() if common.is_file() else inner
    word, _, branch = _first_line(inner / "HEAD").partition(" ")
    places = [inner / "HEAD", inner / "index", shared / "packed-refs", shared / "info" / "exclude"]
    return [str(one) for one in (*places, *([shared / branch] if word == "ref:" else ()))]


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return file.readline(4_096).strip()
    except OSError:
        return ""
