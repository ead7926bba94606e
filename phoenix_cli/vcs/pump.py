"""Talk to one child process: feed its input, gather its output, pass on its progress, within a time."""

from __future__ import annotations

import math
import os
import re
import selectors
import subprocess
from collections.abc import Callable
from typing import IO

from phoenix_cli.kernel.clock import Clock

MAX_OUTPUT = 512_000_000  # what one command may say; a status of ten million files is a bomb, not an answer
WAKE_S = 0.25  # a ^C that comes just before we begin to wait is noticed only when we wake
_CHUNK = 65_536
_LINES = re.compile(rb"[\r\n]+")

Listener = Callable[[str], None]


class TimeIsUp(Exception):
    """Nothing was heard for too long, or it took too long in all."""


class TooMuch(Exception):
    """The child says more than anybody can want to know."""


class Pump:
    """One conversation. ``listen`` gets each line of the error output as it comes, carriage returns included."""

    def __init__(self, process: subprocess.Popen[bytes], clock: Clock, listen: Listener | None = None) -> None:
        self._process = process
        self._clock = clock
        self._listen = listen
        self._out = bytearray()
        self._err = bytearray()
        self._heard = 0

    def run(self, input: bytes, *, timeout_s: float | None, patience_s: float | None) -> tuple[bytes, bytes]:
        """Go on until both outputs end; raise ``TimeIsUp`` or ``TooMuch``. The caller ends the process then."""
        begun = heard = self._clock.monotonic()
        end = math.inf if timeout_s is None else begun + timeout_s
        pending = memoryview(input)
        with selectors.DefaultSelector() as selector:
            for stream in (self._process.stdout, self._process.stderr):
                assert stream is not None
                selector.register(stream, selectors.EVENT_READ)
            if self._process.stdin is not None:
                os.set_blocking(self._process.stdin.fileno(), False)
                selector.register(self._process.stdin, selectors.EVENT_WRITE)
            while selector.get_map():
                deadline = min(end, heard + (math.inf if patience_s is None else patience_s))
                ready = selector.select(max(0.0, min(WAKE_S, deadline - self._clock.monotonic())))
                now = self._clock.monotonic()
                heard = now if ready else heard
                if now >= end or (not ready and now >= deadline):
                    raise TimeIsUp
                for key, _ in ready:
                    if key.fileobj is self._process.stdin:
                        pending = self._write(selector, self._process.stdin, pending)
                    else:
                        self._read(selector, key.fileobj)  # type: ignore[arg-type]
        self._tell(final=True)
        return bytes(self._out), bytes(self._err)

    def _write(self, selector: selectors.BaseSelector, stdin: IO[bytes], pending: memoryview) -> memoryview:
        try:
            pending = pending[os.write(stdin.fileno(), pending[:_CHUNK]) :]
        except BrokenPipeError:
            pending = pending[:0]  # it has ended; its exit status tells why
        if not pending:
            selector.unregister(stdin)
            stdin.close()
        return pending

    def _read(self, selector: selectors.BaseSelector, stream: IO[bytes]) -> None:
        chunk = os.read(stream.fileno(), _CHUNK)
        if not chunk:
            selector.unregister(stream)
        elif stream is self._process.stdout:
            self._out += chunk
        else:
            self._err += chunk
            self._tell()
        if len(self._out) + len(self._err) > MAX_OUTPUT:
            raise TooMuch

    def _tell(self, final: bool = False) -> None:
        if self._listen is None:
            return
        *whole, rest = _LINES.split(bytes(self._err[self._heard :]))
        self._heard = len(self._err) - len(rest)
        for line in [*whole, rest] if final else whole:
            if line:
                self._listen(line.decode("utf-8", "replace"))
