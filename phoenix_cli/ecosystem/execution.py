"""Run one command under the keeper, stream what it says, keep it in a log, and know how it ended."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from phoenix_cli.kernel import keeper
from phoenix_cli.kernel.clock import Clock

Channel = Literal["out", "err"]
Listener = Callable[[Channel, bytes], None]
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: Python's return code (negative for a signal), or None when the time was up."""

    exit_code: int | None
    duration_s: float


def execute(
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    clock: Clock,
    listen: Listener,
    limits: str = "",
    timeout_s: float | None = None,
    stdin: bool = False,
) -> Outcome:
    """Run to the end. When this process dies, or an exception leaves this function, the whole tree is ended."""
    started = clock.monotonic()
    control_read, control_write = os.pipe()
    status_read, status_write = os.pipe()
    words = [sys.executable, "-I", "-S", keeper.__file__, str(control_read), str(status_write), limits, "--", *argv]
    try:
        process = subprocess.Popen(
            words, cwd=cwd, env=dict(environment), pass_fds=(control_read, status_write), start_new_session=True,
            stdin=None if stdin else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except BaseException:
        os.close(control_write)
        os.close(status_read)
        raise
    finally:
        os.close(control_read)
        os.close(status_write)
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab", buffering=0) as file:
            in_time = _pump(process, file, status_read, clock, listen, timeout_s)
    finally:
        os.close(control_write)  # the keeper ends the tree at this, unless the command has ended
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    reported = os.read(status_read, 64)
    os.close(status_read)
    code = os.waitstatus_to_exitcode(int(reported)) if reported and in_time else None
    return Outcome(code, clock.monotonic() - started)


def _pump(
    process: subprocess.Popen[bytes],
    log: BinaryIO,
    status: int,
    clock: Clock,
    listen: Listener,
    timeout_s: float | None,
) -> bool:
    """Copy output until the command has ended and its pipes are drained; False when the time is up first."""
    assert process.stdout is not None and process.stderr is not None
    deadline = None if timeout_s is None else clock.monotonic() + timeout_s
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, "out")
        selector.register(process.stderr, selectors.EVENT_READ, "err")
        selector.register(status, selectors.EVENT_READ, "status")
        ended = False
        while len(selector.get_map()) > (0 if ended else 1) or not ended:
            left = None if deadline is None else max(0.0, deadline - clock.monotonic())
            ready = selector.select(0.2 if ended else left)
            if not ready and (ended or left == 0.0):
                return ended  # a daemon that the command left behind may hold the pipes for ever
            for key, _ in ready:
                if key.data == "status":
                    ended = True
                    selector.unregister(status)
                elif chunk := os.read(key.fd, _CHUNK):
                    log.write(chunk)
                    listen(key.data, chunk)
                else:
                    selector.unregister(key.fileobj)
        return True
