"""Performs commands by a host: a process that is started with the first of them and outlives its driver."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.host import jobs, remains, starting, sweeping
from phoenix_cli.engine.executors.host.link import Link
from phoenix_cli.engine.executors.host.wire import line
from phoenix_cli.engine.executors.interface import (
    LOG_BYTES,
    Capabilities,
    Deliver,
    Job,
    JobEnded,
    JobKey,
    JobOutput,
    JobStarted,
)  # fmt: skip
from phoenix_cli.engine.model import Chain, Run
from phoenix_cli.kernel import process_table
from phoenix_cli.kernel.clock import Clock

SURE_S = (
    30.0  # a driver has written down by then what it was told: it is taken for dead when it is silent for half of it
)
HUNG_S = 3.0  # a cancel that takes so much longer than its grace shows that the host hangs
WELCOME_S = 5.0
TRIES = 3
CLOSING_GRACE_S = 1.0
STRAY_GRACE_S = 0.5
LOST_GRACE_S = 0.5
SUPERSEDED = "another phoenix drives this run now"


class HostExecutor:
    """Commands of one run and of its sub-flows. ``folder`` is the run's; the host's socket and lock are in it.

    Reports come from a thread of its own, which reads what the host says. ``adopt`` is for a run that had a driver before.
    """

    def __init__(
        self, folder: Path, run_id: str, clock: Clock, python: str = sys.executable, slots: int = 0,
        log_bytes: int = LOG_BYTES,
    ) -> None:  # fmt: skip
        self._folder, self._clock, self._python, self._log_bytes = folder, clock, python, log_bytes
        self._slots = slots or os.cpu_count() or 1
        self._runs = {run_id}
        self._deliver: Deliver = _nobody
        self._fence = 0
        self._lock = threading.RLock()  # guards what follows, which the driver's thread and the reading one share
        self._settled = threading.Condition(self._lock)
        self._link: Link | None = None
        self._reader: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._host = 0
        self._environ: Mapping[str, str] = {}
        self._welcome: tuple[list[str], list[str]] | None = None
        self._jobs: dict[str, JobKey] = {}
        self._adopting: Mapping[str, JobKey] = {}
        self._unheard: list[bytes] = []  # jobs for a host that has not answered yet: it may be about to leave
        self._tries = 0
        self._strays: set[str] = set()
        self._cancels: dict[str, float] = {}
        self._told: deque[tuple[float, int]] = deque()
        self._inherited = False
        self._superseded = False
        self._closing = False

    def open(self, deliver: Deliver) -> None:
        """Get ready; nothing is started yet."""
        self._deliver = deliver

    def capabilities(self) -> Capabilities:
        """Tell what it can do."""
        return Capabilities(self._slots, survives=True, kinds=(Run, Chain))

    @property
    def host_pid(self) -> int:
        """The process of the host, 0 before it has answered."""
        return self._host

    def __contains__(self, key: JobKey) -> bool:
        """Tell whether a job has been taken and not ended."""
        return key.tag in self._jobs

    def submit(self, job: Job) -> None:
        """Take a job; a second time the same while it is here is nothing."""
        tag = job.key.tag
        refusal = self._refusal(job)
        if refusal:
            self._deliver(JobEnded(job.key, "refused", None, refusal))
            return
        with self._lock:
            if tag in self._jobs:
                return
            self._fence = max(self._fence, job.fence)
            self._runs.add(job.key.run)
            try:
                link = self._link or self._begin()
            except OSError as error:
                self._deliver(JobEnded(job.key, "unavailable", None, f"cannot start a host: {error.strerror}"))
                return
            self._jobs[tag] = job.key
            message, self._environ = jobs.as_message(job, tag, self._environ)
            if self._welcome is None:
                self._unheard.append(message)
            link.send(self._seen() + message)

    def _refusal(self, job: Job) -> str:
        if not isinstance(job.action, Run | Chain):
            return "only commands are performed here"
        return SUPERSEDED if self._superseded or job.fence < self._fence else ""

    def _seen(self) -> bytes:
        """Return the message that lets the host forget what has long been written down; nothing when there is none."""
        number, sure = 0, self._clock.monotonic() - SURE_S
        while self._told and self._told[0][0] <= sure:
            number = self._told.popleft()[1]
        return line("seen", number) if number else b""

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """End the tree of a job; answered also when the host does not answer."""
        tag = key.tag
        with self._lock:
            if tag not in self._jobs or self._link is None:
                return
            until = self._clock.monotonic() + grace_s + HUNG_S
            self._cancels[tag] = min(until, self._cancels.get(tag, until))
            self._link.send(line("cancel", tag, grace_s))
            self._link.wake()  # it waits for no longer than this from now on

    def settled(self, keys: Collection[JobKey]) -> None:
        """Take no note: the host keeps ends for longer than a driver needs to write them down."""

    # ---- beginnings

    def _begin(self) -> Link:
        """Start a host, or take over the one that lives. Raises ``OSError``."""
        for _ in range(TRIES):
            killed = starting.was_killed(self._folder)
            started = starting.start(self._folder, self._python, self._log_bytes)
            if started is not None:
                self._inherited = self._inherited or killed
                if self._process is not None:
                    self._process.wait()  # the lock was free, so it has ended
                self._process = started[0]
                return self._greet(started[1])
            found = starting.find(self._folder, self._clock)
            if found is not None:
                self._inherited = True
                return self._greet(found)
        raise OSError(0, "the one that lives does not answer")

    def _greet(self, connected: socket.socket) -> Link:
        own = process_table.entry(os.getpid())
        link = self._link = Link(connected)
        self._welcome, self._environ = None, {}
        link.send(line("hello", self._fence, os.getpid(), own.started if own else ""))
        self._reader = threading.Thread(target=self._read, args=(link,), name="phoenix-host", daemon=True)
        self._reader.start()
        return link

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Take over what lives, tell how what has ended meanwhile did, end everything else of the driver before."""
        self._fence = max(self._fence, fence)
        self._runs.update(key.run for key in known)
        tags = {key.tag: key for key in known}
        if not (self._folder / remains.LOCK).exists():
            return frozenset()  # there never was a host
        self._inherited = True
        while (found := starting.find(self._folder, self._clock)) is not None:
            if self._is_welcome(found, tags):
                return self._take_over(tags)
        if starting.lives(self._folder):
            self._give_up_host()
        return self._inherit(tags)

    def _is_welcome(self, connected: socket.socket, tags: Mapping[str, JobKey]) -> bool:
        """Ask a host for jobs; False when it was about to leave, or hangs and was killed."""
        with self._lock:
            self._adopting = tags
            self._greet(connected)
            self._settled.wait_for(lambda: self._welcome is not None or self._link is None, WELCOME_S)
            self._adopting = {}
            if self._welcome is not None:
                return True
            hangs = self._link is not None
        if hangs:
            self._give_up_host()
        return False

    def _take_over(self, tags: Mapping[str, JobKey]) -> frozenset[JobKey]:
        """End what nobody knows; return the rest. What of it has ended may be told already."""
        with self._lock:
            assert self._welcome is not None and self._link is not None
            running, over = self._welcome
            self._strays.update(tag for tag in running if tag not in tags)
            for tag in self._strays:
                self._link.send(line("cancel", tag, STRAY_GRACE_S))
            if not self._settled.wait_for(lambda: not self._strays, STRAY_GRACE_S + HUNG_S):
                sweeping.end_jobs(self._strays, self._clock, 0.0)
        return frozenset(tags[tag] for tag in (*running, *over) if tag in tags)

    def _inherit(self, tags: dict[str, JobKey]) -> frozenset[JobKey]:
        """No host lives: what has ended is in its file; what has not has lost its parent, and nobody knows its end."""
        if starting.was_killed(self._folder):
            sweeping.end_runs(self._runs, self._clock, LOST_GRACE_S)
        found = {end[0]: end for end in remains.read_ends(str(self._folder)) if end[0] in tags}
        for tag, end in found.items():
            self._deliver(jobs.ended(tags[tag], *end[1:]))
        return frozenset(tags[tag] for tag in found)

    def _give_up_host(self) -> None:
        """Kill a host that does not answer."""
        sweeping.kill_host(remains.read_note(str(self._folder)), self._clock)
        self._disconnect()

    def _disconnect(self) -> None:
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.wake()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join()

    # ---- the reading thread

    def _read(self, link: Link) -> None:
        while self._link is link:
            try:
                messages = link.receive(self._patience())
            except ValueError:
                messages = None  # no host says such things
            if messages is None:
                break
            for kind, *rest in messages:
                _TAKE[kind](self, *rest)
            if self._cancels:
                self._end_overdue()
        self._over(link)

    def _patience(self) -> float | None:
        with self._lock:
            return min(self._cancels.values()) - self._clock.monotonic() if self._cancels else None

    def _welcomed(self, fence: int, pid: int, running: list[str], over: list[str]) -> None:
        with self._settled:
            self._host = pid
            self._welcome = (running, over)
            self._unheard, self._tries = [], 0
            self._jobs.update((tag, self._adopting[tag]) for tag in (*running, *over) if tag in self._adopting)
            self._settled.notify_all()

    def _started(self, tag: str, pid: int) -> None:
        key = self._jobs.get(tag)
        if key is not None:
            self._deliver(JobStarted(key, {"pid": pid, "host": self._host}))

    def _output(self, tag: str) -> None:
        key = self._jobs.get(tag)
        if key is not None:
            self._deliver(JobOutput(key))

    def _ended(self, number: int, tag: str, error: str, code: int | None, message: str, outputs: list[str]) -> None:
        self._told.append((self._clock.monotonic(), number))
        key = self._forget(tag)
        if key is not None:
            self._deliver(jobs.ended(key, error, code, message, outputs))

    def _forget(self, tag: str) -> JobKey | None:
        with self._lock:
            self._cancels.pop(tag, None)
            if tag in self._strays:
                self._strays.discard(tag)
                self._settled.notify_all()
            return self._jobs.pop(tag, None)

    def _replaced(self, fence: int) -> None:
        self._superseded = True

    def _end_overdue(self) -> None:
        """End trees by ourselves whose end the host was asked for too long ago."""
        now = self._clock.monotonic()
        with self._lock:
            late = [tag for tag, until in self._cancels.items() if until <= now]
        if late:
            sweeping.end_jobs(late, self._clock, 0.0)
            self._lose(late, "the host process does not answer")

    def _lose(self, tags: Collection[str], why: str) -> None:
        for tag in tags:
            key = self._forget(tag)
            if key is not None:
                self._deliver(JobEnded(key, "lost", None, why))

    def _over(self, link: Link) -> None:
        """The host is gone, or we let go of it."""
        with self._lock:
            mine, self._link = self._link is link, None if self._link is link else self._link
            link.close()
            left = list(self._jobs) if mine else []
            unheard, self._unheard = self._unheard, []
            self._settled.notify_all()
            if not left or (unheard and not self._superseded and self._again(unheard)):
                return
        if self._superseded:
            self._lose(left, SUPERSEDED)
            return
        sweeping.end_jobs(left, self._clock, LOST_GRACE_S)
        self._lose(left, "its host process was killed")

    def _again(self, unheard: list[bytes]) -> bool:
        """Tell another host of jobs that one did not hear of because it was about to leave."""
        self._tries += 1
        if self._tries > TRIES:
            return False
        try:
            link = self._begin()
        except OSError:
            return False
        self._unheard = unheard
        link.send(b"".join(unheard) + line("env", {}))
        return True

    # ---- the end

    def close(self, *, kill: bool) -> None:
        """Let go; with ``kill`` end everything of the run and of its sub-flows first, also what earlier hosts left."""
        with self._lock:
            link = self._link
            self._closing = not kill  # the host hangs up at once, and must not be taken for dead
        if link is not None:
            link.send(line("close", CLOSING_GRACE_S) if kill else line("leave"))
            self._part(link, kill=kill)
        elif kill and (self._folder / remains.LOCK).exists() and starting.lives(self._folder):
            self._give_up_host()
            self._inherited = True
        if kill and not self._superseded and (self._inherited or sys.platform != "linux"):
            sweeping.end_runs(self._runs, self._clock, CLOSING_GRACE_S)
        if self._process is not None:
            self._process.wait() if kill else _LIVING.append(self._process)
        self._jobs.clear()

    def _part(self, link: Link, *, kill: bool) -> None:
        assert self._reader is not None
        if kill:
            self._reader.join(CLOSING_GRACE_S + HUNG_S)
            if self._reader.is_alive():
                self._give_up_host()
                sweeping.end_runs(self._runs, self._clock, 0.0)
            elif not self._superseded:
                starting.await_end(self._folder, self._clock)
        self._disconnect()


_TAKE: dict[str, Any] = {
    "welcome": HostExecutor._welcomed, "started": HostExecutor._started, "output": HostExecutor._output,
    "ended": HostExecutor._ended, "replaced": HostExecutor._replaced, "refused": HostExecutor._replaced,
}  # fmt: skip


#: Hosts that live on when their driver lets go: ``Popen`` complains when it is forgotten before its process has ended.
_LIVING: list[subprocess.Popen[bytes]] = []


def _nobody(_: object) -> None:
    return None
