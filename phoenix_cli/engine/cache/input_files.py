"""Contents of the files that a result depends on. The hash of a file that has not changed is remembered, not made again."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any, NamedTuple

from phoenix_cli.engine.cache.globs import files_of
from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Refused

MAX_BYTES = 20_000_000_000
KEPT_S = 30 * 86_400.0
RACY_S = 2.0  # a file may change again within one tick of its times; git calls such an entry racy


class InputFile(NamedTuple):
    """One file: relative path, ``file`` or ``link``, whether it can be executed, hash of its content (of a link: its target)."""

    path: str
    kind: str
    executable: bool
    hash: str


class InputFiles:
    """Looks at files; what it remembers is in the store, one entry for a folder and its globs."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def read(self, folder: Path, globs: tuple[str, ...]) -> list[InputFile]:
        """Return what globs mean, sorted; raise ``Refused`` for too much, ``OSError`` for what cannot be read."""
        paths = files_of(folder, globs)
        key = "files/" + hashlib.sha256("\0".join([str(folder), *globs]).encode("utf-8", "surrogateescape")).hexdigest()
        known: dict[str, list[Any]] = self._store.get(key, {}, counts=False) if paths else {}
        looked, kept = self._look(folder, paths, known)
        if kept != known:
            self._store.put(key, kept, ttl_s=KEPT_S, tags=("files",))
        return looked

    def _look(
        self, folder: Path, paths: list[str], known: dict[str, list[Any]]
    ) -> tuple[list[InputFile], dict[str, list[Any]]]:
        looked, kept, total = [], {}, 0
        recent = self._clock.now().timestamp() - RACY_S
        for path in paths:
            found = os.lstat(folder / path)
            total += found.st_size
            if total > MAX_BYTES:
                raise Refused(f"the inputs are larger than {MAX_BYTES:,} bytes", code="cache.too_large", cause=path)
            state = [found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns, found.st_mode]
            old = known.get(path)
            name = old[5] if old and old[:5] == state else _hash(folder / path, found)
            looked.append(InputFile(path, *_kind(found), name))
            if max(found.st_mtime, found.st_ctime) < recent and path.isprintable():
                kept[path] = [*state, name]
        return looked, kept


def _kind(found: os.stat_result) -> tuple[str, bool]:
    if stat.S_ISLNK(found.st_mode):
        return "link", False
    return ("file" if stat.S_ISREG(found.st_mode) else "other"), bool(found.st_mode & stat.S_IXUSR)


def _hash(path: Path, found: os.stat_result) -> str:
    if stat.S_ISLNK(found.st_mode):
        return hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
    if not stat.S_ISREG(found.st_mode):
        return ""  # a pipe or a socket: reading it might never end
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
