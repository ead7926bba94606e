"""The host: who is connected to it, what they want, and when there is nothing left to do.

One thread that waits in ``poll``: for the sockets, for the pipe that SIGCHLD writes to, and for the time of its next look.
It ends by itself when nobody can want anything of it: nothing runs, and its driver has let go or is dead.
"""

from __future__ import annotations

import math
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from phoenix_cli.engine.executors.host import remains, trees
from phoenix_cli.engine.executors.host.connections import SOCKET, Connection, listen
from phoenix_cli.engine.executors.host.endings import Ending
from phoenix_cli.engine.executors.host.performing import Performing
from phoenix_cli.engine.executors.host.wire import line
from phoenix_cli.kernel import process_table
from phoenix_cli.kernel.keeper import PR_SET_CHILD_SUBREAPER, prctl

ORPHANED_S = 1.0  # how often a host without a connection looks whether its driver lives
PATIENCE_S = 30.0  # between looks when nothing at all is to be seen to
FULL_S = 0.01  # until a driver that reads slowly may take more


def serve(folder: str, lock: int, first: int, log_bytes: int) -> None:
    """Be the host of the run in a folder until there is nothing to do. ``lock`` stays locked as long as this lives."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the driver decides
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    for handle in (lock, first):
        os.set_inheritable(handle, False)  # a command that held them would hide from the driver that this is dead
    remains.sign(lock)
    host = Host(folder, listen(), Connection(socket.socket(fileno=first)), log_bytes)
    os.chdir("/")
    host.run()
    os.unlink(os.path.join(folder, SOCKET))
    remains.sign_off(lock)


class Host:
    """Connections by descriptor; ``driver`` is the one with the highest fence so far."""

    def __init__(self, folder: str, listener: socket.socket, first: Connection, log_bytes: int) -> None:
        self.folder, self.listener = folder, listener
        self.work = Performing(self._say, log_bytes)
        self.wants: dict[str, Callable[..., None]] = {
            "env": self._env, "run": self.work.run, "cancel": self.work.stop, "seen": self.work.untold.forget,
            "ping": self._ping, "leave": self._leave, "close": self._close,
        }  # fmt: skip
        self.connections: dict[int, Connection] = {}
        self.driver: Connection | None = None
        self.driver_process = (0, "")
        self.fence = 0
        self.leaving = False
        self.closing: Ending | None = None
        self.flush_at = math.inf
        self.poll = select.poll()
        self.wake, self.door = _wake_at_child(), listener.fileno()
        for handle in (self.wake, self.door):
            self.poll.register(handle, select.POLLIN)
        self._connect(first)

    def run(self) -> None:
        """Serve until it is over."""
        while not self._over():
            for handle, _ in self.poll.poll(self._patience_ms()):
                self._happen(handle)
            self.work.look(limited=self.driver is None)
            self._flush()

    # ---- connections

    def _happen(self, handle: int) -> None:
        if handle == self.wake:
            os.read(self.wake, 4096)
            self.work.reap()
        elif handle == self.door:
            self._connect(Connection(self.listener.accept()[0]))
        elif handle in self.connections:
            self._listen_to(self.connections[handle])

    def _connect(self, one: Connection) -> None:
        self.connections[one.socket.fileno()] = one
        self.poll.register(one.socket, select.POLLIN)

    def _listen_to(self, one: Connection) -> None:
        try:
            messages = one.receive()
            for message in messages or ():
                self._take(one, message)
        except (ValueError, TypeError, LookupError, RecursionError):
            messages = None  # no driver says such things
        if messages is None:
            self._drop(one)

    def _take(self, one: Connection, message: list[Any]) -> None:
        kind, *values = message
        if kind == "hello":
            self._hello(one, *values)
        elif one is self.driver:
            self.wants[kind](*values)

    def _drop(self, one: Connection) -> None:
        one.flush()
        if self.connections.pop(one.socket.fileno(), None):
            self.poll.unregister(one.socket)
            one.socket.close()
        if one is self.driver:
            self.driver = None

    def _hello(self, one: Connection, fence: int, pid: int, started: str) -> None:
        if fence < self.fence or (fence == self.fence and self.driver not in (None, one)):
            one.say(line("refused", self.fence))
            self._drop(one)
            return
        if self.driver is not None and self.driver is not one:
            self.driver.say(line("replaced", fence))
            self._drop(self.driver)
        self.fence, self.driver, self.driver_process, self.leaving = fence, one, (pid, started), False
        self.work.env = {}
        running, untold = list(self.work.commands), self.work.untold
        self._say(line("welcome", fence, os.getpid(), running, untold.tags) + untold.again(), 0.0)

    def _say(self, data: bytes, within_s: float) -> None:
        if self.driver is not None:
            self.driver.say(data)
            self.flush_at = min(self.flush_at, time.monotonic() + within_s if within_s else 0.0)

    def _flush(self) -> None:
        if self.flush_at > time.monotonic():
            return
        self.flush_at = math.inf
        if self.driver is not None and self.driver.flush():
            self.flush_at = time.monotonic() + FULL_S

    # ---- what the driver wants, beside commands

    def _env(self, env: dict[str, str]) -> None:
        self.work.env = env

    def _ping(self) -> None:
        self._say(line("pong"), 0.0)

    def _leave(self) -> None:
        self.leaving = True

    def _close(self, grace_s: float) -> None:
        for tag in list(self.work.commands):
            self.work.stop(tag, grace_s)
        self.leaving = True
        self.closing = Ending(lambda table: trees.below(os.getpid(), table), time.monotonic(), grace_s, "")

    # ---- the end

    def _patience_ms(self) -> float:
        now = time.monotonic()
        wake = min(self.flush_at, self.work.wake_at(), now + (ORPHANED_S if self.driver is None else PATIENCE_S))
        if self.closing is not None:
            wake = min(wake, self.closing.look_at)
        return max(0.0, math.ceil((wake - now) * 1000))

    def _over(self) -> bool:
        if self.work.commands or (self.driver is not None and not self.leaving):
            return False
        if self.closing is not None:
            return not _has_children() or self._has_closed(self.closing)
        if not self.leaving and self._is_wanted():
            return False
        return remains.keep(self.folder, self.work.untold.ends)

    def _has_closed(self, closing: Ending) -> bool:
        now = time.monotonic()
        return closing.look_at <= now and closing.over(process_table.table(), now)

    def _is_wanted(self) -> bool:
        """Tell whether there is a driver, or may be one: the first that connected has not said who it is."""
        if not self.fence:
            return bool(self.connections)
        pid, started = self.driver_process
        found = process_table.entry(pid)
        return found is not None and (not started or found.started == started)


def _wake_at_child() -> int:
    """Return what can be read from when a child has ended."""
    wake, alarm = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return wake


def _has_children() -> bool:
    """Tell whether anything at all is left: a subreaper has what its descendants left behind."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
