"""One conversation with one host, as the driver sees it: a thread of its own hears what the host says and reports it."""

from __future__ import annotations

import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any

from phoenix_cli.engine.executors.host import jobs, sweeping
from phoenix_cli.engine.executors.host.link import Link
from phoenix_cli.engine.executors.host.wire import line
from phoenix_cli.engine.executors.interface import Deliver, Job, JobEnded, JobKey, JobOutput, JobStarted
from phoenix_cli.kernel import process_table
from phoenix_cli.kernel.clock import Clock

SURE_S = (
    30.0  # a driver that is silent for half of it is taken for dead; so by then it has written down what it was told
)
SLOW_S = 1.0  # a cancel that takes so much longer than its grace makes us ask whether the host is there
HUNG_S = 2.0  # one that does not answer within this hangs, or is stopped


class Talk:
    """``jobs`` are those that have not ended, by tag. ``ended`` is called in the thread when the host is gone.

    ``settled`` guards everything here; it is notified when the host has answered, is gone, or has ended a stray.
    """

    def __init__(
        self, connected: socket.socket, settled: threading.Condition, clock: Clock, deliver: Deliver,
        ended: Callable[[Talk], None], adopting: Mapping[str, JobKey],
    ) -> None:  # fmt: skip
        self._link, self._settled, self._clock = Link(connected), settled, clock
        self._deliver, self._ended, self._adopting = deliver, ended, adopting
        self.jobs: dict[str, JobKey] = {}
        self.host = 0
        self.running: Collection[str] = ()  # what the host had when it answered, and what of it had ended
        self.over: Collection[str] = ()
        self.gone = self.superseded = False
        self.unheard: list[bytes] = []  # for a host that has not answered yet: it may be about to leave
        self._environ: Mapping[str, str] = {}
        self._strays: set[str] = set()
        self._cancels: dict[str, float] = {}
        self._told: deque[tuple[float, int]] = deque()
        self._pinged = False
        self._thread = threading.Thread(target=self._listen, name="phoenix-host", daemon=True)

    @property
    def is_welcome(self) -> bool:
        """Whether the host has answered."""
        return self.host != 0

    def begin(self, fence: int) -> None:
        """Say who is here."""
        own = process_table.entry(os.getpid())
        self._link.send(line("hello", fence, os.getpid(), own.started if own else ""))
        self._thread.start()

    def submit(self, job: Job, tag: str) -> None:
        """Hand a job to the host."""
        self.jobs[tag] = job.key
        message, self._environ = jobs.as_message(job, tag, self._environ)
        self._say(self._seen() + message)

    def repeat(self, unheard: Collection[bytes], taken: Mapping[str, JobKey]) -> None:
        """Say what another host was told and did not hear."""
        self.jobs.update(taken)
        self._say(b"".join(unheard) + line("env", {}))

    def _say(self, data: bytes) -> None:
        if not self.is_welcome:
            self.unheard.append(data)
        self._link.send(data)

    def _seen(self) -> bytes:
        """Return the message that lets the host forget what has long been written down; nothing when there is none."""
        number, sure = 0, self._clock.monotonic() - SURE_S
        while self._told and self._told[0][0] <= sure:
            number = self._told.popleft()[1]
        return line("seen", number) if number else b""

    def cancel(self, tag: str, grace_s: float) -> None:
        """Ask for the end of a job; when the host does not answer it is brought about without it."""
        with self._settled:
            until = self._clock.monotonic() + grace_s + SLOW_S
            self._cancels[tag] = min(until, self._cancels.get(tag, until))
            self._say(line("cancel", tag, grace_s))
        self._link.wake()  # it waits for no longer than this from now on

    def wait_for_answer(self, timeout_s: float) -> None:
        """Wait until the host has answered or is gone."""
        with self._settled:
            self._settled.wait_for(lambda: self.is_welcome or self.gone, timeout_s)

    def end_strays(self, known: Collection[str], grace_s: float) -> None:
        """End what runs and nobody knows."""
        with self._settled:
            self._strays = {tag for tag in self.running if tag not in known}
            for tag in self._strays:
                self.cancel(tag, grace_s)
            self._settled.wait_for(lambda: not self._strays or self.gone)

    def leave(self) -> None:
        """Let go; jobs run on."""
        self._link.send(line("leave"))
        self.abandon()

    def close(self, grace_s: float, patience_s: float) -> bool:
        """Have everything ended; False when the host does not manage to in time."""
        self._link.send(line("close", grace_s))
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """Listen no longer."""
        self.gone = True
        self._link.wake()
        self.join()

    def join(self) -> None:
        """Wait for the thread, unless this is it."""
        if self._thread is not threading.current_thread():
            self._thread.join()

    # ---- the thread

    def _listen(self) -> None:
        while not self.gone and (messages := self._receive()) is not None:
            for kind, *values in messages:
                _TAKE[kind](self, *values)
            if messages:
                self._pinged = False
            if self._cancels:
                self._look_at_cancels()
        self._ended(self)

    def hang_up(self) -> None:
        """Close the connection."""
        self._link.close()

    def _receive(self) -> list[list[Any]] | None:
        try:
            return self._link.receive(self._patience())
        except ValueError:
            return None  # no host says such things

    def _patience(self) -> float | None:
        with self._settled:
            return min(self._cancels.values()) - self._clock.monotonic() if self._cancels else None

    def _welcomed(self, fence: int, pid: int, running: list[str], over: list[str]) -> None:
        with self._settled:
            self.host, self.running, self.over, self.unheard = pid, running, over, []
            self.jobs.update((tag, self._adopting[tag]) for tag in (*running, *over) if tag in self._adopting)
            self._settled.notify_all()

    def _replaced(self, fence: int) -> None:
        self.superseded = True

    def _pong(self) -> None:
        """It lives; that it has said anything is what counts."""

    def _started(self, tag: str, pid: int) -> None:
        key = self.jobs.get(tag)
        if key is not None:
            self._deliver(JobStarted(key, {"pid": pid, "host": self.host}))

    def _output(self, tag: str) -> None:
        key = self.jobs.get(tag)
        if key is not None:
            self._deliver(JobOutput(key))

    def _told_end(self, number: int, tag: str, error: str, code: int | None, message: str, outputs: list[str]) -> None:
        key = self._forget(tag)
        if key is not None:
            self._deliver(jobs.ended(key, error, code, message, outputs))
        self._told.append((self._clock.monotonic(), number))

    def _forget(self, tag: str) -> JobKey | None:
        with self._settled:
            self._cancels.pop(tag, None)
            if tag in self._strays:
                self._strays.discard(tag)
                self._settled.notify_all()
            return self.jobs.pop(tag, None)

    def lose(self, tags: Collection[str], why: str) -> None:
        """Report jobs whose end nobody will ever know."""
        for tag in tags:
            key = self._forget(tag)
            if key is not None:
                self._deliver(JobEnded(key, "lost", None, why))

    def _look_at_cancels(self) -> None:
        """Ask a host that takes too long whether it lives; end the trees by ourselves when it does not answer."""
        now = self._clock.monotonic()
        with self._settled:
            late = [tag for tag, until in self._cancels.items() if until <= now]
            if late and not self._pinged:
                self._pinged = True
                self._link.send(line("ping"))
                self._cancels.update((tag, now + HUNG_S) for tag in late)
                return
        if late:
            sweeping.end_jobs(late, self._clock, 0.0)
            self.lose(late, "the host process does not answer")


_TAKE: dict[str, Any] = {
    "welcome": Talk._welcomed, "started": Talk._started, "output": Talk._output, "ended": Talk._told_end,
    "replaced": Talk._replaced, "refused": Talk._replaced, "pong": Talk._pong,
}  # fmt: skip
