"""Folders for work in progress: gone at the end, and after a ``kill -9`` with the next one that is made."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from phoenix_cli.kernel.locks import FileLock

_PREFIX = "merge-"
_IN_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30


@contextlib.contextmanager
def folder_aside(root: Path) -> Iterator[Path]:
    """Give an empty folder below ``root`` for the body, and remove it whatever happens.

    Its lock lies beside it and dies with us, so that what a killed process left is known and swept here.
    """
    root.mkdir(parents=True, exist_ok=True)
    sweep(root)
    folder, lock = _locked_name(root)
    try:
        folder.mkdir()
        yield folder
    finally:
        remove(folder)
        lock.path.unlink(missing_ok=True)
        lock.release()


def fleeting_root(root: Path, memory: Path = _IN_MEMORY) -> Path:
    """Return a folder of ours in memory where the system has one with room (at least 1 GiB), else ``root``.

    For what is read once and thrown away: the matrix of 20 branches of psf/black took 1.0 s on a busy disk, 0.4 s in memory.
    """
    folder = memory / f"phoenix-{os.getuid()}"
    try:
        room = os.statvfs(memory)
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return root
    ours = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid() and not state.st_mode & 0o077
    return folder if ours and room.f_bavail * room.f_frsize >= _ROOM else root


def _locked_name(root: Path) -> tuple[Path, FileLock]:
    while True:
        folder = root / f"{_PREFIX}{os.urandom(8).hex()}"
        lock = FileLock(folder.with_suffix(".lock"))
        lock.acquire()
        if lock.path.exists():  # else somebody swept between the file and its lock
            return folder, lock
        lock.release()


def sweep(root: Path) -> int:
    """Remove what killed processes left below ``root``; return how many folders that were."""
    swept = 0
    for note in root.glob(f"{_PREFIX}*.lock"):
        lock = FileLock(note)
        if not lock.acquire(wait=False):
            continue
        remove(note.with_suffix(""))
        note.unlink(missing_ok=True)
        lock.release()
        swept += 1
    return swept


def remove(folder: Path) -> None:
    """Remove a folder of ours and all below it, also where programs that ran in it took rights away."""
    if folder.is_symlink() or not folder.exists():
        return
    shutil.rmtree(folder, onerror=_make_writable)


def _make_writable(function: Callable[..., Any], path: str, _info: Any) -> None:
    with contextlib.suppress(OSError):
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
        if not os.path.islink(path):
            os.chmod(path, stat.S_IRWXU)
        if function in (os.rmdir, os.unlink):
            function(path)
        else:
            shutil.rmtree(path, ignore_errors=True)
