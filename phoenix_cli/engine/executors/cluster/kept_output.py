"""What a job wrote, kept beside its worker until the driver has it: the beginning and the end, in a file of bounded size."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from phoenix_cli.engine.executors.interface import LOG_BYTES


class KeptOutput:
    """A stream of which the first half of ``limit`` bytes and the last half are kept.

    The file has no name: it is gone with its worker. The second half of it is a ring.
    """

    def __init__(self, folder: str | Path, limit: int = LOG_BYTES) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - lives as long as the job
        self.head = limit // 2
        self.tail = limit - self.head
        self.total = 0

    @property
    def over(self) -> bool:
        """Tell whether something had to be left out."""
        return self.total > self.head + self.tail

    def write(self, data: bytes) -> None:
        """Take more of the stream; of what the ring cannot hold only the end."""
        while data:
            place, room = self._place(self.total)
            part = data[:room]
            os.pwrite(self._file.fileno(), part, place)
            self.total += len(part)
            data = data[len(part) :]

    def read(self, offset: int, most: int) -> bytes:
        """Return at most so many bytes from an offset on; nothing at the end, and nothing of what was left out."""
        if self.over and self.head <= offset < self.total - self.tail:
            return b""
        place, room = self._place(offset)
        return os.pread(self._file.fileno(), max(0, min(most, room, self.total - offset)), place)

    def close(self) -> None:
        """Forget all of it."""
        self._file.close()

    def _place(self, offset: int) -> tuple[int, int]:
        """Return where in the file an offset is, and how many bytes follow there."""
        if offset < self.head:
            return offset, self.head - offset
        place = (offset - self.head) % self.tail
        return self.head + place, self.tail - place
