"""The host: it starts commands, waits for them, tells how they ended; and has nothing else in its hands.

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
from typing import Any

from phoenix_cli.engine.executors.host import remains, trees
from phoenix_cli.engine.executors.host.commands import Command
from phoenix_cli.engine.executors.host.connections import SOCKET, Connection, Untold, listen
from phoenix_cli.engine.executors.host.endings import Ending
from phoenix_cli.engine.executors.host.logs import Log
from phoenix_cli.engine.executors.host.spawning import Unstarted, open_log
from phoenix_cli.engine.executors.host.wire import line
from phoenix_cli.kernel import process_table
from phoenix_cli.kernel.keeper import PR_SET_CHILD_SUBREAPER, prctl

STARTED_S = 0.05  # how long the news of a start may wait for the news of the end, to be one message
ORPHANED_S = 1.0  # how often a host without a connection looks whether its driver lives
LIMIT_GRACE_S = 5.0
OUTPUT_S = 0.9  # the looks are a second apart
PATIENCE_S = 30.0  # between looks when nothing at all is to be seen to


def serve(folder: str, lock: int, first: int, log_bytes: int) -> None:
    """Be the host of the run in a folder until there is nothing to do. ``lock`` stays locked as long as this lives."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the driver decides
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    for handle in (lock, first):
        os.set_inheritable(
            handle, False
        )  # a command that held the socket would hide this process's death from the driver
    remains.sign(lock)
    host = Host(folder, listen(), Connection(socket.socket(fileno=first)), log_bytes)
    os.chdir("/")
    host.run()
    os.unlink(os.path.join(folder, SOCKET))
    remains.sign_off(lock)


class Host:
    """Commands by tag and by pid, connections by descriptor; ``driver`` is the one with the highest fence so far."""

    def __init__(self, folder: str, listener: socket.socket, first: Connection, log_bytes: int) -> None:
        self.folder, self.listener, self.log_bytes = folder, listener, log_bytes
        self.commands: dict[str, Command] = {}
        self.pids: dict[int, Command] = {}
        self.connections: dict[int, Connection] = {}
        self.driver: Connection | None = None
        self.driver_process = (os.getppid(), "")
        self.fence = 0
        self.untold = Untold()
        self.env: dict[str, str] = {}
        self.leaving = False
        self.closing: Ending | None = None
        self.flush_at = math.inf
        self.poll = select.poll()
        self.wake = _wake_at_child()
        self.door = listener.fileno()
        for handle in (self.wake, self.door):
            self.poll.register(handle, select.POLLIN)
        self._connect(first)

    def run(self) -> None:
        """Serve until it is over."""
        while not self._over():
            ready = self.poll.poll(self._patience_ms())
            for handle, _ in ready:
                self._happen(handle)
            self._look()
            self._flush()

    # ---- what happens

    def _happen(self, handle: int) -> None:
        if handle == self.wake:
            self._reap()
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
        except (ValueError, TypeError, KeyError, RecursionError):
            messages = None  # no driver says such things
        if messages is None:
            self._drop(one)

    def _take(self, one: Connection, message: list[Any]) -> None:
        kind, *values = message
        if kind == "hello":
            self._hello(one, *values)
        elif one is self.driver:
            _TAKE[kind](self, *values)

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
        self.fence, self.env = fence, {}
        one.fence = fence
        self.driver, self.driver_process, self.leaving = one, (pid, started), False
        one.say(line("welcome", fence, os.getpid(), list(self.commands), self.untold.tags) + self.untold.again())
        self.flush_at = 0.0

    # ---- what the driver wants

    def _env(self, env: dict[str, str]) -> None:
        self.env = env

    def _run(
        self, tag: str, parts: list[list[str]], folder: str, changes: dict[str, str], log: str, outputs: list[str],
        limit_s: float | None, tells: bool,
    ) -> None:  # fmt: skip
        if tag in self.commands:
            return
        handle = open_log(log)
        if isinstance(handle, Unstarted):
            self._tell_end(tag, *handle, outputs)
            return
        if outputs:
            _remove(outputs[0])
        now = time.monotonic()
        env = {**self.env, **changes, process_table.TREE_VARIABLE: tag}
        if None in changes.values():
            env = {name: value for name, value in env.items() if value is not None}
        limit_at = now + limit_s if limit_s else None
        one = Command(tag, parts, folder, env, Log(handle, log, self.log_bytes), outputs, limit_at, tells, now)
        self.commands[tag] = one
        if self._start_next(one):
            self._say(line("started", tag, one.pid))
            self.flush_at = min(self.flush_at, now + STARTED_S)

    def _start_next(self, one: Command) -> bool:
        unstarted = one.start_next()
        if unstarted is None:
            self.pids[one.pid] = one
            return True
        self._end(one, *unstarted)
        return False

    def _cancel(self, tag: str, grace_s: float) -> None:
        one = self.commands.get(tag)
        if one is not None:
            self._stop(one, grace_s, "it was stopped")

    def _stop(self, one: Command, grace_s: float, why: str) -> None:
        now = time.monotonic()
        if one.ending is not None:
            one.ending.hasten(now + grace_s)
            return
        one.ending = Ending(lambda table: trees.of_job(one.session, one.tag, table), now, grace_s, why)

    def _seen(self, number: int) -> None:
        self.untold.forget(number)

    def _leave(self) -> None:
        self.leaving = True

    def _close(self, grace_s: float) -> None:
        for one in self.commands.values():
            self._stop(one, grace_s, "it was stopped")
        self.leaving = True
        self.closing = Ending(lambda table: trees.below(os.getpid(), table), time.monotonic(), grace_s, "")

    # ---- what becomes of commands

    def _reap(self) -> None:
        os.read(self.wake, 4096)
        while (ended := _next_end()) is not None:
            one = self.pids.pop(ended[0], None)
            if one is not None:
                self._part_ended(one, os.waitstatus_to_exitcode(ended[1]))

    def _part_ended(self, one: Command, code: int) -> None:
        one.pid, one.code = 0, code
        if one.ending is not None:
            one.ending.look_at = 0.0
        elif code != 0:
            self._end(one, "failed", code, "")
        elif not one.parts:
            self._end(one, "", 0, "")
        else:
            self._start_next(one)

    def _end(self, one: Command, error: str, code: int | None, message: str) -> None:
        del self.commands[one.tag]
        try:
            one.log.settle()
        except OSError:
            pass  # no room: it stays as it is, with a hole
        os.close(one.log.handle)
        self._tell_end(one.tag, error, code, message, one.outputs)

    def _tell_end(self, tag: str, error: str, code: int | None, message: str, outputs: list[str]) -> None:
        self._say(self.untold.add(tag, error, code, message, outputs))
        self.flush_at = 0.0

    def _say(self, data: bytes) -> None:
        if self.driver is not None:
            self.driver.say(data)

    # ---- looks

    def _patience_ms(self) -> float:
        now = time.monotonic()
        wake = min(self.flush_at, now + (ORPHANED_S if self.driver is None else PATIENCE_S))
        for one in self.commands.values():
            wake = min(wake, one.look_at, one.ending.look_at if one.ending else math.inf)
        if self.closing is not None:
            wake = min(wake, self.closing.look_at)
        return max(0.0, math.ceil((wake - now) * 1000))

    def _look(self) -> None:
        """See to logs, limits and trees that are to end, each when it is its time."""
        if not self.commands:
            return
        now = time.monotonic()
        table: trees.Table | None = None
        for one in list(self.commands.values()):
            if one.look_at <= now:
                self._look_at_log(one, now)
            if one.limit_at is not None and self.driver is None and one.limit_at <= now and one.ending is None:
                self._stop(one, LIMIT_GRACE_S, "it took longer than its time limit, while no phoenix was there")
            if one.ending is not None and one.ending.look_at <= now:
                table = table or process_table.table()
                self._look_at_ending(one, one.ending, table, now)

    def _look_at_log(self, one: Command, now: float) -> None:
        one.grown = one.look(now, self.log_bytes) or one.grown
        if one.tells and one.grown and now - one.told_at >= OUTPUT_S:
            one.told_at, one.grown = now, False
            self._say(line("output", one.tag))
            self.flush_at = 0.0

    def _look_at_ending(self, one: Command, ending: Ending, table: trees.Table, now: float) -> None:
        if not ending.over(table, now) or one.pid:
            return
        one.session = 0
        self._end(one, "failed", one.code if one.code else -signal.SIGTERM, ending.why)

    def _flush(self) -> None:
        if self.flush_at > time.monotonic():
            return
        self.flush_at = math.inf
        if self.driver is not None and self.driver.flush():
            self.flush_at = time.monotonic() + 0.01  # its buffer is full

    def _over(self) -> bool:
        if self.commands or (self.driver is not None and not self.leaving):
            return False
        if self.closing is not None:
            return not _has_children() or (self.closing.look_at <= time.monotonic() and self._closed(self.closing))
        if not self.leaving and _lives(*self.driver_process):
            return False
        return remains.keep(self.folder, self.untold.ends)

    def _closed(self, closing: Ending) -> bool:
        return closing.over(process_table.table(), time.monotonic())


_TAKE: dict[str, Any] = {
    "env": Host._env, "run": Host._run, "cancel": Host._cancel, "seen": Host._seen, "leave": Host._leave, "close": Host._close,
}  # fmt: skip


def _wake_at_child() -> int:
    """Return what can be read from when a child has ended."""
    wake, alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return wake


def _next_end() -> tuple[int, int] | None:
    try:
        ended = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return ended if ended[0] else None


def _has_children() -> bool:
    """Tell whether anything at all is left: a subreaper has what its descendants left behind."""
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None or True
    except ChildProcessError:
        return False


def _lives(pid: int, started: str) -> bool:
    found = process_table.entry(pid)
    return found is not None and (not started or found.started == started)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass  # it is not there; or the command finds that it cannot write there
