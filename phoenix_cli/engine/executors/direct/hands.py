"""Commands that are children of this process: started, awaited by their pidfds, noted in the ledger before they are told of."""

from __future__ import annotations

import math
import os
import select
import time
from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.executors.direct.ledger import Ledger
from phoenix_cli.engine.executors.direct.spawning import Spawner
from phoenix_cli.engine.executors.host import jobs
from phoenix_cli.engine.executors.host.commands import Command
from phoenix_cli.engine.executors.host.performing import OUTPUT_S, STARTED_S, Performing
from phoenix_cli.engine.executors.host.spawning import Unstarted
from phoenix_cli.engine.executors.interface import Deliver, Job, JobKey, JobOutput, JobStarted
from phoenix_cli.kernel.process_table import TREE_VARIABLE

_MANY = 64  # events of one look


class Hands(Performing):
    """What a host does, without a host. ``keys`` are the jobs by their tags; a job is out of it when its end is told."""

    def __init__(self, ledger: Ledger, deliver: Deliver, host: int, log_bytes: int) -> None:
        super().__init__(_say_nothing, log_bytes)
        self.keys: dict[str, JobKey] = {}
        self._logs: dict[str, str] = {}
        self.untold_starts: dict[str, tuple[float, JobStarted]] = {}
        self.unsettled = 0
        self._ledger, self._deliver, self._host = ledger, deliver, host
        self._spawner = Spawner()
        self._epoll = select.epoll(flags=select.EPOLL_CLOEXEC)
        self._by_handle: dict[int, Command] = {}
        self._waker, self._alarm = os.pipe()
        os.set_blocking(self._waker, False)
        os.set_blocking(self._alarm, False)
        self._epoll.register(self._waker, select.EPOLLIN)

    # ---- beginnings

    def take(self, job: Job) -> None:
        """Start a job."""
        tag = job.key.tag
        parts, env, outputs, log = jobs.told_of(job)
        self.keys[tag], self._logs[tag] = job.key, log
        self.run(tag, parts, job.dir, env, log, outputs, job.limit_s, job.tells_output)

    def _variables(self, tag: str, changes: Mapping[str, str | None]) -> dict[str, str]:
        return {**changes, TREE_VARIABLE: tag}  # type: ignore[dict-item]  # here they are all variables

    def _start_next(self, one: Command) -> bool:
        pid = self._spawner.spawn(one.parts.pop(0), one.dir, one.env, one.log.handle)
        if isinstance(pid, Unstarted):
            self._end(one, *pid)
            return False
        self._note_start(one, pid)
        one.pid = one.session = pid
        handle = os.pidfd_open(pid)
        self._by_handle[handle] = one
        self._epoll.register(handle, select.EPOLLIN)
        return True

    def _begun(self, one: Command) -> None:
        began = one.looked_at  # just before the first part was started
        told = JobStarted(self.keys[one.tag], {"pid": one.pid, "host": self._host, "began": began})
        self.untold_starts[one.tag] = (began + STARTED_S, told)

    def _note_start(self, one: Command, pid: int) -> None:
        rest = (one.parts, one.dir, one.env) if one.parts else ((), "", {})
        self._ledger.add("+", one.tag, pid, self._logs[one.tag], one.outputs, one.limit_at, one.tells, *rest)

    # ---- what becomes of them

    def patience_s(self) -> float:
        """Return for how long nothing needs to be looked at."""
        return max(0.0, self.wake_at() - time.monotonic())

    def wait(self, timeout_s: float) -> list[int]:
        """Wait until a process ends, or for so long, or for ``wake``; return what ``see_to`` takes."""
        return [handle for handle, _ in self._epoll.poll(None if timeout_s == math.inf else timeout_s, _MANY)]

    def see_to(self, ready: list[int]) -> None:
        """Go on with the jobs whose processes have ended, and with everything whose time has come."""
        for handle in ready:
            if handle == self._waker:
                self._drain()
            else:
                self._process_ended(handle)
        now = time.monotonic()
        if self.wake_at() <= now:
            self.look(limited=False)
            for tag, (due, _) in list(self.untold_starts.items()):
                if due <= now:
                    self._tell_start(tag)

    def _process_ended(self, handle: int) -> None:
        one = self._by_handle.pop(handle)
        self._epoll.unregister(handle)  # closing would not do: what another thread is just starting has it, too
        os.close(handle)
        self._part_ended(one, os.waitstatus_to_exitcode(os.waitpid(one.pid, 0)[1]))

    def _tell_start(self, tag: str) -> None:
        found = self.untold_starts.pop(tag, None)
        if found is not None:
            self._deliver(found[1])

    def _tell_end(self, tag: str, error: str, code: int | None, message: str, outputs: list[str]) -> None:
        self._ledger.add("-", tag, error, code, message, outputs)
        self.unsettled += 1
        self._tell_start(tag)
        del self._logs[tag]
        self._deliver(jobs.ended(self.keys.pop(tag), error, code, message, outputs))

    def _tell_output(self, one: Command) -> None:
        self._tell_start(one.tag)
        self._deliver(JobOutput(self.keys[one.tag]))

    def _look_at_log(self, one: Command, now: float) -> None:
        one.grown = one.look(now, self._log_bytes) or one.grown
        if one.tells and one.grown and now - one.told_at >= OUTPUT_S:
            one.told_at, one.grown = now, False
            self._tell_output(one)

    def wake_at(self) -> float:
        """Return when to look next: for a start the first is the oldest."""
        first = next(iter(self.untold_starts.values()), None)
        wake = super().wake_at()
        return wake if first is None else min(wake, first[0])

    # ---- waking, and the end

    def wake(self) -> None:
        """Let ``wait`` return. Safe in a signal handler."""
        try:
            os.write(self._alarm, b"!")
        except BlockingIOError:
            pass  # it will return anyway

    def _drain(self) -> None:
        try:
            os.read(self._waker, 4096)
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Let go. What still runs is nobody's here: it goes to the host when this process ends."""
        self._epoll.close()
        for handle in (*self._by_handle, self._waker, self._alarm):
            os.close(handle)
        self._by_handle.clear()
        self._spawner.close()


def _say_nothing(*_: Any) -> None:
    return None
