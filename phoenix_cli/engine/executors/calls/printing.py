"""Send what calls print to the logs of their jobs: standard output and standard error that ask who is writing.

A *seat* is a thread that performs calls. A call that prints nothing costs one assignment. Beyond our reach are file
descriptors 1 and 2 (what a program writes that a call starts) and whoever kept ``sys.stdout`` from before.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from phoenix_cli.engine.executors.calls.logs import NOWHERE, open_text


class Seat:
    """One thread that performs calls: the log of its job, and the file once something is written to it."""

    __slots__ = ("_file", "log")

    def __init__(self) -> None:
        self.log: Path = NOWHERE
        self._file: TextIO | None = None

    def file(self) -> TextIO:
        """Return the job's log, opened to append."""
        if self._file is None or self._file.closed:
            self._file = open_text(self.log)
        return self._file

    @property
    def silent(self) -> bool:
        """Tell whether nothing has been written."""
        return self._file is None

    def clear(self) -> None:
        """Close the log if it was opened."""
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError:
                pass  # a full disk; what could be written has been


class _Switch:
    """A standard stream that is the log in a seat and the stream as it was elsewhere.

    A thread that a call has started has no seat; what it prints must not become part of phoenix's answer, and goes to
    standard error.
    """

    def __init__(self, real: TextIO, elsewhere: TextIO) -> None:
        self._real = real
        self._elsewhere = elsewhere

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream(), name)

    def _stream(self) -> TextIO:
        seat = _SEATS.get(threading.get_ident())
        if seat is not None:
            return seat.file()
        return self._real if threading.current_thread() is threading.main_thread() else self._elsewhere

    def flush(self) -> None:
        """Flush; opens no log."""
        seat = _SEATS.get(threading.get_ident())
        if seat is None or not seat.silent:
            self._stream().flush()


class _Streams:
    """What stands in place of the standard streams, while anyone is seated."""

    lock = threading.Lock()
    before: tuple[TextIO, TextIO] | None = None
    ours: tuple[Any, Any] = (None, None)


_SEATS: dict[int, Seat] = {}


def sit() -> Seat:
    """Take this thread's seat; the first one puts the switches in place."""
    with _Streams.lock:
        if not _SEATS:
            _Streams.before = (sys.stdout, sys.stderr)
            _Streams.ours = (_Switch(sys.stdout, sys.stderr), _Switch(sys.stderr, sys.stderr))
            sys.stdout, sys.stderr = _Streams.ours
        return _SEATS.setdefault(threading.get_ident(), Seat())


def stand_up() -> None:
    """Leave the seat; the last one puts the streams back, unless somebody has put others there meanwhile."""
    with _Streams.lock:
        seat = _SEATS.pop(threading.get_ident())
        seat.clear()
        if _SEATS or _Streams.before is None:
            return
        if sys.stdout is _Streams.ours[0]:
            sys.stdout = _Streams.before[0]
        if sys.stderr is _Streams.ours[1]:
            sys.stderr = _Streams.before[1]
        _Streams.before = None
