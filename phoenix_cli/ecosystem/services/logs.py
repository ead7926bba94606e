"""A service's output: exact bytes, in segments that are named by where they begin.

``00000000000000000000.log`` holds the first bytes that the service ever wrote, ``00000000000010485760.log`` goes on after
ten MiB. Nothing is renamed, so a position is one number for ever, and a reader needs no luck to follow a rotation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from phoenix_cli.kernel.clock import Clock

SEGMENT_BYTES = 10 << 20
SEGMENTS = 5
_CHUNK = 65_536
_POLL_S = 0.1


class LogWriter:
    """Append to the newest segment; begin a new one when it is full, and drop the oldest above the count."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, count: int = SEGMENTS) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._count = count
        self.lost = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._start, size = _newest(folder)
        self.position = self._start + size
        self._handle: int | None = None

    def write(self, data: bytes) -> None:
        """Append, or count as lost what does not fit on the disk: a service never waits for its log."""
        try:
            while data:
                self._make_room()
                data = data[self._append(data[: self._start + self._segment_bytes - self.position]) :]
        except OSError:
            self.lost += len(data)

    def _append(self, data: bytes) -> int:
        if self._handle is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._handle = os.open(self._folder / _name(self._start), flags, 0o600)
        written = os.write(self._handle, data)
        self.position += written
        return written

    def _make_room(self) -> None:
        if self.position - self._start < self._segment_bytes:
            return
        self.close()
        self._start = self.position
        for old in segments(self._folder)[: 1 - self._count or None]:
            (self._folder / _name(old)).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the segment; a later ``write`` opens it again."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _name(start: int) -> str:
    return f"{start:020d}.log"


def segments(folder: Path) -> list[int]:
    """Return where the segments begin, oldest first."""
    try:
        return sorted(int(name[:-4]) for name in os.listdir(folder) if name.endswith(".log") and name[:-4].isdigit())
    except FileNotFoundError:
        return []


def _newest(folder: Path) -> tuple[int, int]:
    found = segments(folder)
    return (found[-1], (folder / _name(found[-1])).stat().st_size) if found else (0, 0)


def end(folder: Path) -> int:
    """Return the position after the last byte."""
    return sum(_newest(folder))


def newest_segment(folder: Path) -> Path | None:
    """Return the file that is written to, None before the first byte."""
    found = segments(folder)
    return folder / _name(found[-1]) if found else None


def read(folder: Path, position: int) -> Iterator[bytes]:
    """Yield everything from a position on, as far as it is still there."""
    for start in _from(folder, position):
        yield from _read_segment(folder, start, position)


def _from(folder: Path, position: int) -> list[int]:
    """Return the segments that hold something at or after a position."""
    found = segments(folder)
    first = max((index for index, start in enumerate(found) if start <= position), default=0)
    return found[first:]


def _read_segment(folder: Path, start: int, position: int) -> Iterator[bytes]:
    try:
        handle = os.open(folder / _name(start), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # rotated away between the look and the reading
    try:
        os.lseek(handle, max(0, position - start), os.SEEK_SET)
        while data := os.read(handle, _CHUNK):
            yield data
    finally:
        os.close(handle)


def follow(folder: Path, position: int, clock: Clock, over: Callable[[], bool]) -> Iterator[bytes]:
    """Yield everything from a position on, as it is written, until ``over`` and all is read.

    What was rotated away before it was read is left out.
    """
    while True:
        finished = over()
        before = position
        for start in _from(folder, position):
            position = max(position, start)
            for data in _read_segment(folder, start, position):
                position += len(data)
                yield data
        if position == before:
            if finished:
                return
            clock.sleep(_POLL_S)


def tail(folder: Path, lines: int, *, since: int = 0) -> int:
    """Return the position at which the last lines begin, not before ``since``."""
    wanted = lines + (0 if _ends_in_newline(folder) else -1)
    for start in reversed(_from(folder, since)):
        data = b"".join(_read_segment(folder, start, 0))
        stop = len(data)
        while wanted >= 0 and (stop := data.rfind(b"\n", 0, stop)) >= 0:
            if wanted == 0:
                return max(since, start + stop + 1)
            wanted -= 1
    return max(since, _oldest(folder)) if lines > 0 else end(folder)


def _oldest(folder: Path) -> int:
    return next(iter(segments(folder)), 0)


def _ends_in_newline(folder: Path) -> bool:
    found = newest_segment(folder)
    if found is None:
        return True
    with open(found, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return True
        file.seek(size - 1)
        return file.read(1) == b"\n"
