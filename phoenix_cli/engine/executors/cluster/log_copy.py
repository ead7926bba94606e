"""The driver's copy of a job's output: written in order, resumable by offset, the beginning and the end of what is too long."""

from __future__ import annotations

import os
from pathlib import Path

from phoenix_cli.engine.executors.cluster.task import READ_BYTES
from phoenix_cli.engine.executors.host.logs import marker
from phoenix_cli.engine.executors.interface import LOG_BYTES

NOWHERE = Path()


class LogCopy:
    """One job's log. ``base`` is its length before the job; ``offset`` is how much of the job's output has been seen to."""

    def __init__(self, path: Path, base: int | None = None, limit: int = LOG_BYTES) -> None:
        self.path = path
        self.base = length(path) if base is None else base
        self.head, self.tail = limit // 2, limit - limit // 2
        self.offset = max(0, length(path) - self.base)
        self.jumped = False
        self.unwritable = path == NOWHERE

    def wanted(self, total: int, ended: bool) -> tuple[int, int] | None:
        """Return what to read next, an offset and a length; None when there is nothing to ask for now.

        ``total`` is how long the output is as far as is known.
        """
        if self.unwritable:
            return None
        if total <= self.head + self.tail or self.jumped:
            return self.offset, READ_BYTES
        if self.offset < self.head:
            return self.offset, min(READ_BYTES, self.head - self.offset)
        if not ended:
            return None  # the end is not yet the end
        self._jump(total)
        return self.offset, READ_BYTES

    def behind(self, total: int) -> bool:
        """Tell whether there is something to fetch at once, of an output that goes on."""
        return self.offset < total and self.wanted(total, ended=False) is not None

    def complete(self, total: int) -> bool:
        """Tell whether nothing of an output that has ended is missing."""
        return self.unwritable or (self.offset >= total and (total <= self.head + self.tail or self.jumped))

    def write(self, offset: int, data: bytes) -> bool:
        """Append what continues the copy; anything else is a repeated answer. Tell whether it was new."""
        if offset != self.offset or not data or self.unwritable:
            return False
        self._append(data)
        self.offset += len(data)
        return True

    def touch(self) -> None:
        """See that there is a log, also of a job that writes nothing."""
        if not self.unwritable:
            self._append(b"")

    def note(self, text: str) -> None:
        """Append a line of our own."""
        if not self.unwritable:
            self._append(f"\n… {text} …\n".encode())

    def _jump(self, total: int) -> None:
        """Go on with the end of the output; what was copied beyond the beginning is cut off."""
        self.jumped = True
        self.offset = total - self.tail
        try:
            os.truncate(self.path, self.base + self.head)
        except OSError:
            self.unwritable = True
            return
        self._append(marker(self.offset - self.head))

    def _append(self, data: bytes) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "ab") as file:
                file.write(data)
        except OSError:
            self.unwritable = True  # a full disk: what could be written is there, and the job goes on


def length(path: Path) -> int:
    """Return how long a file is, 0 when there is none."""
    try:
        return path.stat().st_size if path != NOWHERE else 0
    except OSError:
        return 0
