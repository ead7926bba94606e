"""Keep a log within bounds while programs write to it: its beginning and its end stay, what lies between goes.

Writers hold the file open and add to its end, so nothing may be moved under them. While a job runs the middle is given back
to the file system as a *hole*: it takes no room, and no byte of the beginning or of the end moves or is lost. When the job
has ended the log is put together: beginning, one line that tells what is left out, end. Where the file system has no holes
the file is cut back to its beginning instead, and what comes after that is the end.
"""

from __future__ import annotations

import ctypes
import os
import sys

_KEEP_SIZE, _PUNCH_HOLE = 1, 2
_BLOCK = 1 << 20
_COPY = 1 << 20
_SLACK = 4096  # more than the line in the middle is long: what moves up never meets what it comes from


class Log:
    """One running job's log, looked at now and then. ``most`` is how many bytes of it may be kept.

    ``path`` is where to open it once more, for writing elsewhere than to its end; on Linux its descriptor will do.
    """

    __slots__ = ("_cut", "_head", "_most", "_noted", "_path", "_punched", "handle", "size")

    def __init__(self, handle: int, most: int, path: str = "") -> None:
        self.handle, self._path = handle, path or f"/dev/fd/{handle}"
        self.size = 0
        self._most = most
        self._head = most // 2
        self._punched = self._head  # up to where the middle is gone already
        self._noted = 0  # how long the line in the middle is, where there is one already
        self._cut = 0  # bytes that are gone from the file altogether

    def look(self) -> bool:
        """Take note of the size, give back what is too much; True when it grew."""
        size = os.fstat(self.handle).st_size
        grew = size > self.size
        self.size = size
        if size - self._punched > self._most:
            self._give_back(size)
        return grew

    def _give_back(self, size: int) -> None:
        end = (size - (self._most - self._head)) // _BLOCK * _BLOCK
        if end <= self._punched:
            return
        if punch(self.handle, self._punched, end - self._punched):
            self._punched = end
        else:
            os.ftruncate(self.handle, self._head)
            self._cut += size - self._head - self._noted
            self._noted = os.write(self.handle, marker(self._cut))
            self.size = self._head

    def settle(self) -> None:
        """Put the log together, now that its job has ended. Raises ``OSError`` when there is no room for that."""
        size = os.fstat(self.handle).st_size
        if size > self._most + _SLACK and not self._cut:
            self._join(size - (self._most - self._head))

    def _join(self, start: int) -> None:
        """Move the end up to the beginning; what somebody adds meanwhile comes after it."""
        writer = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)  # what is written by the other goes to the end, always
        try:
            if not os.path.samestat(os.fstat(writer), os.fstat(self.handle)):
                return  # somebody has put another file there
            place = self._head + os.pwrite(writer, marker(start - self._head), self._head)
            while part := os.pread(writer, _COPY, start):
                place += os.pwrite(writer, part, place)
                start += len(part)
            os.ftruncate(writer, place)
        finally:
            os.close(writer)


def marker(missing: int) -> bytes:
    """Return the line that stands for what is left out."""
    return f"\n… {missing:,} bytes are left out here …\n".encode()


def punch(handle: int, start: int, length: int) -> bool:
    """Give a part of a file back to the file system; False where that cannot be done."""
    if sys.platform != "linux":
        return False
    offset = ctypes.c_int64
    mode = _KEEP_SIZE | _PUNCH_HOLE
    return ctypes.CDLL(None, use_errno=True).fallocate(handle, mode, offset(start), offset(length)) == 0  # type: ignore[no-any-return]
