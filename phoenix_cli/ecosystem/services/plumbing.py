"""The descriptors that a supervisor waits for: signals, and the output of its service."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

#: As much output waits for the next supervisor when one is killed.
PIPE_BYTES = 256 << 10


def signals_as_bytes(stop: Callable[..., None]) -> int:
    """Return a descriptor that can be read when a signal has come; ``stop`` is called for those that mean an end."""
    wake, alarm = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(alarm, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    return wake


def open_output(path: Path, *, fresh: bool) -> int:
    """Return the reading end of the FIFO that a service writes to; a fresh one unless the service has it already."""
    if fresh:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # what still writes to the old one writes to nobody
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path, 0o600)
    handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return handle
