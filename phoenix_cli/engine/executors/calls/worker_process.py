"""The coordinator's end of one worker: start it, hand it a call, wait for how that ended, end it with all below it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from phoenix_cli.engine.executors.calls import targets
from phoenix_cli.engine.executors.calls.calling import Outcome
from phoenix_cli.engine.executors.calls.worker import as_line
from phoenix_cli.engine.executors.interface import Job
from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.process_table import TREE_VARIABLE
from phoenix_cli.kernel.processes import Identity

#: The worker imports what the coordinator can import, whatever either was started with.
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from phoenix_cli.engine.executors.calls.worker import main
main(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
"""
LOOK_S = 0.03  # between looks at what is being ended
LEAVE_S = 2.0  # for an idle worker to see the end of its input


class WorkerProcess:
    """One process for the calls of one folder; used by one thread."""

    def __init__(self, folder: str, environ: Mapping[str, str], tag: str, log: Path) -> None:
        """Start it. What it says before its first call goes to that one's log. Raises ``OSError``."""
        self.folder = folder
        self.mark = process_table.new_mark()
        results, writable = os.pipe()
        try:
            self._process = self._begin(writable, {**environ, TREE_VARIABLE: tag}, log)
        except OSError:
            os.close(results)
            raise
        finally:
            os.close(writable)
        self._results = results
        self._unread = b""
        self._ended = _ending(self._process.pid)
        self.identity = processes.identify(self._process.pid)

    def _begin(self, results: int, environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        limits = f"MSGQUEUE={self.mark}" if self.mark else ""
        words = [json.dumps(targets.path_without_claim()), str(results), str(os.getpid()), limits]
        with _appending(log) as errors:
            return subprocess.Popen(
                [sys.executable, "-P", "-c", _START, *words], env=environ, stdin=subprocess.PIPE, stdout=errors,
                stderr=errors, pass_fds=(results,), start_new_session=True, bufsize=0,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, job: Job) -> bool:
        """Hand it a call; False when it has died."""
        assert self._process.stdin is not None
        left = memoryview(as_line(job))
        try:
            while left:
                left = left[self._process.stdin.write(left) or 0 :]
        except OSError:
            return False
        return True

    def wait(self, waker: int, timeout_s: float) -> Outcome | None:
        """Wait until the call has ended, the worker has died, the waker can be read or time is up; return an end.

        Raises ``ValueError`` for what no worker says.
        """
        self._read(_ready((self._results, waker, self._ended), timeout_s if self._ended >= 0 else min(timeout_s, 0.1)))
        line, newline, rest = self._unread.partition(b"\n")
        if not newline:
            return None
        self._unread = rest
        return _outcome(line)

    def died(self) -> int | None:
        """Return its return code once it is dead and all that it told has been read."""
        if self._process.poll() is None:
            return None
        self._read(_ready((self._results,), 0))
        return None if b"\n" in self._unread else self._process.returncode

    def _read(self, ready: frozenset[int]) -> None:
        if self._results in ready:
            found = os.read(self._results, 1 << 20)
            self._unread += found
            if not found:  # it has died, or the call has closed what is not its own; the end is seen by its process
                os.close(self._results)
                self._results = -1

    def leave(self, clock: Clock) -> bool:
        """Let it go when it is idle; tell whether something that its calls started is still there."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self.end("", clock, clock.monotonic)
        self._close()
        return bool(self.mark and processes.tree((), "", self.mark))

    def end(self, tag: str, clock: Clock, until: Callable[[], float]) -> int:
        """End it and everything below it or tagged, also what comes to light while it dies; return its return code.

        All are asked to leave, and killed when the clock says ``until()``, which may come to be earlier meanwhile.
        """
        seen: set[Identity] = {self.identity} if self.identity else set()
        asked: set[Identity] = set()

        def find() -> set[Identity]:
            found = processes.tree(seen, tag, self.mark)
            seen.update(found)
            return found

        while (left := find()) and clock.monotonic() < until():
            for one in left - asked:
                processes.send(one, signal.SIGTERM)
            asked |= left
            clock.sleep(LOOK_S)
        if left:
            processes.end(find, clock, grace_s=0.0)
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        code = self._process.wait()
        self._close()
        return code

    def _close(self) -> None:
        for handle in (self._results, self._ended):
            if handle >= 0:
                os.close(handle)
        self._results = self._ended = -1


def _outcome(line: bytes) -> Outcome:
    found = json.loads(line)
    if not isinstance(found, list) or len(found) != len(Outcome._fields):
        raise ValueError("not an outcome")
    return Outcome(*found)


def _ready(handles: Iterable[int], timeout_s: float) -> frozenset[int]:
    """Wait until one of the descriptors can be read (those below 0 are none), and return which can."""
    poll = select.poll()
    for handle in handles:
        if handle >= 0:
            poll.register(handle, select.POLLIN)
    return frozenset(handle for handle, _ in poll.poll(timeout_s * 1000))


def _ending(pid: int) -> int:
    """Return a descriptor that can be read when a child has ended, -1 where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1


def _appending(log: Path) -> BinaryIO:
    return open(os.devnull if log == Path() else log, "ab")
