"""The log of a call, which may print without end: its beginning and its end are kept."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TextIO

from phoenix_cli.engine.executors.host.logs import Log
from phoenix_cli.engine.executors.interface import LOG_BYTES

NOWHERE = Path()
LOOK_BYTES = 1 << 20  # how much a thread may write between two looks at the size


class _Bounded(io.FileIO):
    """A file that is added to and looks at its own size."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, "a+")
        self._log = Log(self.fileno(), LOG_BYTES, str(path))
        self._since = 0

    def write(self, data: object) -> int:
        """Write, and give back what is too much."""
        count = super().write(data)  # type: ignore[arg-type]
        self._since += count
        if self._since >= LOOK_BYTES:
            self._since = 0
            self._log.look()
        return count

    def close(self) -> None:
        """Put the log together."""
        if not self.closed:
            try:
                self._log.settle()
            except OSError:
                pass  # no room for that: it stays as it is
        super().close()


def open_text(log: Path) -> TextIO:
    """Open a log to print to, line by line. Raises ``OSError``."""
    file = _Bounded(os.devnull if log == NOWHERE else log)
    return io.TextIOWrapper(io.BufferedWriter(file), "utf-8", "backslashreplace", line_buffering=True)


class Watched:
    """A log that a process writes to, looked at from outside. Raises ``OSError`` when it cannot be opened."""

    def __init__(self, log: Path) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        path = os.devnull if log == NOWHERE else str(log)
        self._handle = os.open(path, flags, 0o644)
        self._log = Log(self._handle, LOG_BYTES, path)
        self._log.look()  # what is there already is no news

    def grew(self) -> bool:
        """Tell whether it has grown since the last look; give back what is too much."""
        return self._log.look()

    def close(self) -> None:
        """Put it together, now that its job has ended."""
        try:
            self._log.settle()
        except OSError:
            pass  # no room for that: it stays as it is
        finally:
            os.close(self._handle)
