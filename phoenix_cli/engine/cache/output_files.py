"""Files that a step writes: kept with its result, and put back all together or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from phoenix_cli.engine.cache.store import Store


class Kept(NamedTuple):
    """One file of a result; of a link, ``target`` is where it points and there is no body."""

    path: str
    mode: int
    hash: str = ""
    target: str = ""


def read_kept(value: Any) -> list[Kept] | None:
    """Return what ``keep`` returned from the JSON that it became; None for anything else: caches are imported, too."""
    if not isinstance(value, list):
        return None
    kept = [Kept(*one) for one in value if isinstance(one, list) and len(one) == 4]
    return kept if len(kept) == len(value) and all(map(_is_kept, kept)) else None


def _is_kept(one: Kept) -> bool:
    texts = all(isinstance(text, str) and "\0" not in text for text in (one.path, one.hash, one.target))
    return (
        texts
        and isinstance(one.mode, int)
        and bool(one.path)
        and bool(re.fullmatch("[0-9a-f]{64}|", one.hash))
        and (bool(one.hash) != bool(one.target))
    )


class NotKept(Exception):
    """A file cannot be kept; the text says which and why."""


def keep(store: Store, name: str, folder: Path, paths: Iterable[str], cost_s: float, ttl_s: float | None) -> list[Kept]:
    """Put files into the store under ``name/number``; raise ``NotKept``."""
    paths, kept = list(paths), []
    if sum(os.lstat(folder / path).st_size for path in paths) > store.max_bytes // 2:
        raise NotKept("its files are larger than half of the cache")
    for number, path in enumerate(paths):
        place = folder / path
        found = os.lstat(place)
        if stat.S_ISLNK(found.st_mode):
            kept.append(Kept(path, 0, target=os.readlink(place)))
            continue
        if not stat.S_ISREG(found.st_mode):
            raise NotKept(f"{path} is no file")
        with place.open("rb", buffering=0) as file:
            hash = store.put_file(f"{name}/{number}", file.fileno(), cost_s=cost_s, ttl_s=ttl_s, tags=("steps",))
        if not hash:
            raise NotKept(f"{path} could not be kept: {store.problem}")
        kept.append(Kept(path, stat.S_IMODE(found.st_mode), hash))
    return kept


def restore(store: Store, folder: Path, kept: list[Kept]) -> bool:
    """Put files back; False, and nothing is changed, when one of them is gone, damaged, or would land elsewhere."""
    asides: list[tuple[Path, Path]] = []
    try:
        for one in kept:
            place = folder / one.path
            if not _lands_inside(folder, place):
                return False
            if _is_there(place, one):
                continue
            aside = place.with_name(f".phoenix-{os.urandom(6).hex()}.tmp")
            asides.append((aside, place))
            if not _write(store, one, aside):
                return False
        for aside, place in asides:
            os.replace(aside, place)
        return True
    except (OSError, ValueError):  # ValueError: a record that somebody made up names what cannot be a file
        return False
    finally:
        for aside, _ in asides:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)


def _lands_inside(folder: Path, place: Path) -> bool:
    """Tell whether no link on the way leads out of the folder, and no folder stands where the file belongs."""
    root, parent = os.path.realpath(folder), os.path.realpath(place.parent)
    return os.path.commonpath([root, parent]) == root and not (place.is_dir() and not place.is_symlink())


def _is_there(place: Path, one: Kept) -> bool:
    """Tell whether the file is there already as it should be; it then keeps its time, which builds go by."""
    try:
        found = os.lstat(place)
        if one.target:
            return stat.S_ISLNK(found.st_mode) and os.readlink(place) == one.target
        if not stat.S_ISREG(found.st_mode) or stat.S_IMODE(found.st_mode) != one.mode:
            return False
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == one.hash
    except FileNotFoundError:
        return False


def _write(store: Store, one: Kept, aside: Path) -> bool:
    aside.parent.mkdir(parents=True, exist_ok=True)
    if one.target:
        aside.symlink_to(one.target)
        return True
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if not store.copy_to(one.hash, handle):
            return False
        os.fchmod(handle, one.mode & 0o777)
    finally:
        os.close(handle)
    return True
