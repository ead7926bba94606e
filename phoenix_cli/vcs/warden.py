"""End the git processes of a phoenix that was killed.

Runs as one small process beside phoenix while it clones or fetches (standard library only, 12 ms, once for a whole batch).
It holds the read end of a pipe whose write end only phoenix has. One byte means that all is done; end of file without
it means that phoenix was killed, also by ``kill -9``, and everything that carries the tag is ended, wherever it went.

    python -I -S warden.py CONTROL_FD NAME=TAG
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_S = 1.0
PATIENCE_S = 10.0  # one that SIGKILL does not end hangs in the kernel; nobody can do more
QUIET_ROUNDS = 5  # a process that was being started when phoenix died shows its environment only after its exec


def main(argv: list[str]) -> int:
    """Wait for phoenix to end; tidy up unless it did so itself."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # these come for phoenix; it decides, and then closes the pipe
    if os.read(int(argv[0]), 1):
        return 0
    end_all(argv[1].encode())
    return 0


def end_all(mark: bytes) -> None:
    """Ask all marked processes to end, so that they remove their lock files; after the grace, make them."""
    deadline = time.monotonic() + GRACE_S
    quiet = 0
    asked: set[int] = set()
    while quiet < QUIET_ROUNDS and time.monotonic() < deadline + PATIENCE_S:
        pids = marked(mark)
        quiet = 0 if pids else quiet + 1
        late = time.monotonic() > deadline
        for pid in pids if late else pids - asked:
            _signal(pid, signal.SIGKILL if late else signal.SIGTERM)
        asked |= pids
        time.sleep(0.03)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def marked(mark: bytes) -> set[int]:
    """Return the live processes whose environment carries ``NAME=TAG``. Without /proc, what is left times out by itself."""
    if not os.path.isdir("/proc/self"):
        return set()
    return {int(name) for name in os.listdir("/proc") if name.isdigit() and _is_marked(name, mark)}


def _is_marked(pid: str, mark: bytes) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return mark in file.read().split(b"\0")
    except OSError:
        return False  # gone, or not ours


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
