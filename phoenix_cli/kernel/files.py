"""Write files so that a reader, or a crash, sees the old one or the new one and never a half."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from phoenix_cli.kernel.errors import Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)
_BARRED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EIO)


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Write beside the target, flush to the disk, rename over it, flush the folder.

    What can be made again need not be ``durable``: it may be lost with the power, but never be half there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unusable(error: OSError, folder: Path) -> Unavailable | None:
    """Return what to tell when the disk is full or a state folder bars us; None for what has another cause."""
    cause = os.strerror(error.errno or 0).lower()
    if error.errno in _FULL:
        return Unavailable("there is no room on the disk", code="state.disk", cause=cause, hints=("phoenix doctor",))
    place = Path(error.filename or "")
    above = place == folder or place in folder.parents
    if (error.errno in _BARRED and place.is_relative_to(folder)) or (error.errno in (*_BARRED, errno.EEXIST) and above):
        hints = ("choose another with --home or PHOENIX_HOME", "phoenix doctor")
        return Unavailable(f"cannot use the state folder {folder}", code="state.unusable", cause=cause, hints=hints)
    return None
