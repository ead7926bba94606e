"""Performs commands by a host: a process that is started with the first of them and outlives its driver."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Mapping
from pathlib import Path

from phoenix_cli.engine.executors.host import jobs, remains, starting, sweeping
from phoenix_cli.engine.executors.host.talk import Talk
from phoenix_cli.engine.executors.interface import LOG_BYTES, Capabilities, Deliver, Job, JobEnded, JobKey
from phoenix_cli.engine.model import Chain, Run
from phoenix_cli.kernel.clock import Clock

WELCOME_S = 5.0
TRIES = 3
CLOSING_GRACE_S = 1.0
CLOSING_S = 4.0  # a host that has not ended everything by then is killed, and we do it
STRAY_GRACE_S = 0.5
LOST_GRACE_S = 0.5
SUPERSEDED = "another phoenix drives this run now"


class HostExecutor:
    """Commands of one run and of its sub-flows. ``folder`` is the run's; the host's socket and lock are in it.

    Reports come from the thread that hears the host. ``adopt`` is for a run that had a driver before.
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
        self._settled = threading.Condition(threading.RLock())
        self._talk: Talk | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._tries = 0
        self._inherited = False  # whether other hosts may have left something
        self._superseded = False

    def open(self, deliver: Deliver) -> None:
        """Get ready; nothing is started yet."""
        self._deliver = deliver

    def capabilities(self) -> Capabilities:
        """Tell what it can do."""
        return Capabilities(self._slots, survives=True, kinds=(Run, Chain))

    @property
    def host_pid(self) -> int:
        """The process of the host, 0 before it has answered."""
        return self._talk.host if self._talk is not None else 0

    def __contains__(self, key: JobKey) -> bool:
        """Tell whether a job has been taken and not ended."""
        return self._talk is not None and key.tag in self._talk.jobs

    def submit(self, job: Job) -> None:
        """Take a job; a second time the same while it is here is nothing."""
        tag, refusal = job.key.tag, self._refusal(job)
        if refusal is not None:
            self._deliver(refusal)
            return
        with self._settled:
            self._fence = max(self._fence, job.fence)
            self._runs.add(job.key.run)
            try:
                talk = self._talk or self._begin()
            except OSError as error:
                self._deliver(JobEnded(job.key, "unavailable", None, f"cannot start a host: {error.strerror}"))
                return
            if tag not in talk.jobs:
                talk.submit(job, tag)

    def _refusal(self, job: Job) -> JobEnded | None:
        if not isinstance(job.action, Run | Chain):
            return JobEnded(job.key, "refused", None, "only commands are performed here")
        if self._superseded or job.fence < self._fence:
            return JobEnded(job.key, "refused", None, SUPERSEDED)
        if not all(one.argv or one.shell for one in jobs.parts_of(job.action)):
            return JobEnded(job.key, "failed", None, "there is no command to start")
        return None

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """End the tree of a job; answered also when the host does not answer."""
        with self._settled:
            if self._talk is not None and key.tag in self._talk.jobs:
                self._talk.cancel(key.tag, grace_s)

    # ---- beginnings

    def _begin(self) -> Talk:
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

    def _greet(self, connected: socket.socket, adopting: Mapping[str, JobKey] | None = None) -> Talk:
        with self._settled:
            talk = Talk(connected, self._settled, self._clock, self._deliver, self._over, adopting or {})
            self._talk = talk
            talk.begin(self._fence)
            return talk

    def settled(self, keys: Collection[JobKey]) -> None:
        """Take no note: the host keeps ends for longer than a driver that lives needs to write them down."""

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Take over what lives, tell how what has ended meanwhile did, end everything else of the driver before."""
        self._fence = max(self._fence, fence)
        self._runs.update(key.run for key in known)
        tags = {key.tag: key for key in known}
        if not (self._folder / remains.LOCK).exists():
            return frozenset()  # there never was a host
        self._inherited = True
        while (found := starting.find(self._folder, self._clock)) is not None:
            talk = self._greet(found, tags)
            talk.wait_for_answer(WELCOME_S)
            if talk.is_welcome:
                talk.end_strays(tags, STRAY_GRACE_S)
                return frozenset(tags[tag] for tag in (*talk.running, *talk.over) if tag in tags)
            if not talk.gone:  # or it was about to leave
                self._give_up_host()
        if starting.lives(self._folder):
            self._give_up_host()
        return self._inherit(tags)

    def _inherit(self, tags: Mapping[str, JobKey]) -> frozenset[JobKey]:
        """No host lives: what has ended is in its file; what has not has lost its parent, and nobody knows its end."""
        if starting.was_killed(self._folder):
            sweeping.end_runs(self._runs, self._clock, LOST_GRACE_S)
        found = {end[0]: end for end in remains.read_ends(str(self._folder)) if end[0] in tags}
        for tag, end in found.items():
            self._deliver(jobs.ended(tags[tag], *end[1:]))
        return frozenset(tags[tag] for tag in found)

    def _give_up_host(self) -> None:
        """Kill a host that does not answer; its jobs are lost."""
        talk = self._talk
        sweeping.kill_host(remains.read_note(str(self._folder)), self._clock)
        if talk is not None:
            talk.abandon()

    # ---- in the thread of a talk

    def _over(self, talk: Talk) -> None:
        """The host is gone, or we let go of it."""
        with self._settled:
            mine = self._talk is talk
            if mine:
                self._talk = None
            talk.gone = True
            talk.hang_up()
            self._superseded = self._superseded or talk.superseded
            self._settled.notify_all()
            left = list(talk.jobs) if mine else []
            if not left or self._again(talk):
                return
        if not self._superseded:
            sweeping.end_jobs(left, self._clock, LOST_GRACE_S)
        talk.lose(left, SUPERSEDED if self._superseded else "its host process was killed")

    def _again(self, talk: Talk) -> bool:
        """Tell another host of jobs that one did not hear of because it was about to leave."""
        self._tries = 0 if talk.is_welcome else self._tries + 1
        if not talk.unheard or self._superseded or self._tries > TRIES:
            return False
        try:
            self._begin().repeat(talk.unheard, talk.jobs)
        except OSError:
            return False
        return True

    # ---- the end

    def close(self, *, kill: bool) -> None:
        """Let go; with ``kill`` end everything of the run and of its sub-flows first, also what earlier hosts left."""
        talk, self._tries = self._talk, TRIES
        if kill and not self._superseded:
            self._end_all(talk)
        else:
            self._leave(talk)
        if self._process is not None:
            self._process.wait() if kill and not self._superseded else _LIVING.append(self._process)
            self._process = None

    def _leave(self, talk: Talk | None) -> None:
        with self._settled:
            self._talk = None
        if talk is not None:
            talk.leave()

    def _end_all(self, talk: Talk | None) -> None:
        if talk is not None and talk.close(CLOSING_GRACE_S, CLOSING_S):
            if self._superseded:
                return
            starting.await_end(self._folder, self._clock)
        elif (self._folder / remains.LOCK).exists() and starting.lives(self._folder):
            self._give_up_host()
            self._inherited = True
        if self._inherited or sys.platform != "linux":
            sweeping.end_runs(self._runs, self._clock, CLOSING_GRACE_S)


#: Hosts that live on when their driver lets go: ``Popen`` complains when it is forgotten before its process has ended.
_LIVING: list[subprocess.Popen[bytes]] = []


def _nobody(_: object) -> None:
    return None
