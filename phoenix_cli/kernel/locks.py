"""Advisory locks on files. The kernel lets go of one when its holder dies, so there is never a stale lock to clean."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from phoenix_cli.kernel.errors import Conflict


class FileLock:
    """An exclusive ``flock`` on a file that holds the holder's pid as a note for people.

    The file is never removed: removing it would let two processes hold "the same" lock on two inodes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @classmethod
    def inherit(cls, path: Path, handle: int) -> FileLock:
        """Take over a lock that the parent process holds, by its descriptor; it is not handed on to our children."""
        lock = cls(path)
        os.set_inheritable(handle, False)
        lock._handle = handle
        lock._note()
        return lock

    def acquire(self, *, wait: bool = True) -> bool:
        """Take the lock; with ``wait=False`` return False at once when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(handle)
            return False
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        self._note()
        return True

    def _note(self) -> None:
        with contextlib.suppress(OSError):  # a full disk must not keep anyone from locking
            os.ftruncate(self.fileno(), 0)
            os.pwrite(self.fileno(), f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go; harmless when it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def fileno(self) -> int:
        """Return the descriptor, so that a child can inherit the lock."""
        if self._handle is None:
            raise ValueError("the lock is not held")
        return self._handle

    def holder(self) -> int | None:
        """Return the pid that was noted by the last holder, None when there is none."""
        try:
            return int(self.path.read_text(encoding="ascii").strip() or 0) or None
        except (OSError, ValueError):
            return None

    def is_free(self) -> bool:
        """Tell whether nobody holds it at this moment."""
        if not self.path.exists():
            return True
        handle = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two that look do not see each other
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True


@contextlib.contextmanager
def locked(path: Path, what: str = "", *, wait: bool = True) -> Iterator[FileLock]:
    """Hold a lock for the body. With ``wait=False`` raise ``Conflict`` that names the holder."""
    lock = FileLock(path)
    if not lock.acquire(wait=wait):
        holder = lock.holder()
        raise Conflict(
            f"{what or path.name} is in use by another phoenix" + (f" (pid {holder})" if holder else ""),
            code="lock.held",
            hints=("try again when it has ended",),
        )
    try:
        yield lock
    finally:
        lock.release()


@contextlib.contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Hold an exclusive ``flock`` on a folder itself for the body: it leaves no file in what is not our own folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
