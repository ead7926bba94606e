"""One command on a worker's machine, with everything that it starts, under a keeper that ends all of it with the worker."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from phoenix_cli.kernel import keeper, process_table, processes
from phoenix_cli.kernel.clock import SystemClock

CHUNK = 64 << 10
LAST_WORDS_S = 1.0  # for output that is still in the pipe when everything has ended


class Tree:
    """Runs a command in a session of its own, hands its output on, and can end the whole tree.

    The keeper (``kernel/keeper.py``) holds the other end of ``_control``: when this process dies, it ends the tree.
    ``status`` is Python's return code once ``over``; None then means that the keeper itself was killed.
    """

    def __init__(
        self, command: Sequence[str], folder: str, env: Mapping[str, str], tag: str, take: Callable[[bytes], None]
    ) -> None:
        self.tag, self.mark, self._take = tag, process_table.new_mark(), take
        self.status: int | None = None
        self.over = self._silent = False
        self._wake, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        control, self._control = os.pipe()
        self._status, status = os.pipe()
        self._output, output = os.pipe()
        os.set_blocking(self._output, False)
        limits = f"MSGQUEUE={self.mark}" if self.mark else ""
        words = [sys.executable, "-I", "-S", keeper.__file__, str(control), str(status), limits, "--", *command]
        try:
            self._keeper = subprocess.Popen(
                words, cwd=folder, env={**env, processes.TREE_VARIABLE: tag}, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, pass_fds=(control, status), start_new_session=True,
            )  # fmt: skip
        except OSError:
            self._close(self._wake, self._bell, self._control, self._status, self._output)
            raise
        finally:
            self._close(control, status, output)
        self._poll = select.poll()  # not select: a worker may have more than a thousand files open
        for handle in (self._output, self._status, self._wake):
            self._poll.register(handle, select.POLLIN)

    @property
    def keepers_end(self) -> str:
        """Say how the keeper ended."""
        return processes.describe_exit(self._keeper.returncode or 0)

    @property
    def pid(self) -> int:
        """The keeper's pid."""
        return self._keeper.pid

    def wake(self) -> None:
        """Make ``pump`` return at once; from any thread."""
        try:
            os.write(self._bell, b"!")
        except OSError:
            pass  # full, so it wakes anyway; or closed, so there is nobody to wake

    def pump(self, timeout_s: float) -> None:
        """Wait for output, for the end, or for ``wake``, and take what has come."""
        ready = {handle for handle, _ in self._poll.poll(timeout_s * 1000)}
        if self._wake in ready:
            os.read(self._wake, 4096)
        if self._output in ready:
            self._take_output()
        if self._status in ready:
            self._poll.unregister(self._status)
            line = os.read(self._status, 64)
            self.status = os.waitstatus_to_exitcode(int(line)) if line else None
            self.over = True

    def _take_output(self) -> bool:
        """Read once; tell whether there may be more."""
        if self._silent:
            return False
        try:
            data = os.read(self._output, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._silent = True
            self._poll.unregister(self._output)  # everybody has closed it, which poll would tell without end
            return False
        self._take(data)
        return True

    def left(self) -> set[processes.Identity]:
        """Return what lives of the tree, without the keeper."""
        root = processes.identify(self.pid)
        return {one for one in processes.tree([root] if root else [], self.tag, self.mark) if one.pid != self.pid}

    def end(self, until: Callable[[], float]) -> None:
        """End the tree: TERM to all, KILL when the clock has come to ``until()``, which may come nearer meanwhile."""
        asked: set[processes.Identity] = set()
        while (left := self.left()) and time.monotonic() < until():
            for one in left - asked:
                processes.send(one, signal.SIGTERM)
            asked |= left
            self.pump(0.05)  # what cannot write cannot end
        if left:
            processes.end(self.left, _PumpingClock(self), grace_s=0.0)

    def close(self) -> None:
        """End what is left, take its last words, and wait for the keeper."""
        if self.left():
            now = time.monotonic()
            self.end(lambda: now + keeper.GRACE_S)
        deadline = time.monotonic() + LAST_WORDS_S
        while not self.over and time.monotonic() < deadline:
            self.pump(0.05)
        while time.monotonic() < deadline and self._take_output():
            pass
        os.close(self._control)
        self._keeper.wait()
        self._close(self._wake, self._bell, self._status, self._output)

    @staticmethod
    def _close(*handles: int) -> None:
        for handle in handles:
            os.close(handle)


class _PumpingClock(SystemClock):
    """Takes output while others wait."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until there is something to take."""
        self._tree.pump(seconds)
