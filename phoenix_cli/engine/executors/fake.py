"""An executor without processes: a script says how each job ends, and whoever tests says when.

It is deterministic: reports come in the calling thread, jobs begin in the order in which they were submitted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from phoenix_cli.engine.executors.interface import (
    Capabilities,
    Deliver,
    Error,
    Job,
    JobEnded,
    JobKey,
    JobOutput,
    JobStarted,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ends; ``ends`` is false for one that runs until it is cancelled."""

    error: Error = ""
    code: int | None = 0
    message: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    ends: bool = True


GOOD = Ending()
NEVER = Ending(ends=False)
LOST = Ending("lost", None, "its worker died")
UNAVAILABLE = Ending("unavailable", None, "out of reach")
CANCELLED = Ending("failed", -15, "cancelled")
OLD_FENCE = Ending("refused", None, "another driver has taken over")

#: How jobs end: by step and attempt, by step, else well; or a function that is asked for each job.
Script = Mapping[str | tuple[str, int], Ending] | Callable[[Job], Ending]


def good(**outputs: Any) -> Ending:
    """End well with outputs."""
    return Ending(outputs=outputs)


def fail(code: int = 1, message: str = "") -> Ending:
    """End with an exit status."""
    return Ending("failed", code, message)


class FakeExecutor:
    """Performs jobs by a script. ``automatic`` ends a job as soon as it begins; otherwise ``finish`` does.

    ``submits``, ``cancels``, ``adopts`` and ``closes`` are what the driver asked for, in order. Jobs of a fake that
    ``survives`` outlive its driver: ``open`` it again and ``adopt``.
    """

    def __init__(
        self, script: Script | None = None, *, slots: int = 2, automatic: bool = True, survives: bool = True
    ) -> None:
        self.script: Script = script or {}
        self.automatic = automatic
        self.submits: list[Job] = []
        self.cancels: list[tuple[JobKey, float]] = []
        self.adopts: list[tuple[frozenset[JobKey], int]] = []
        self.closes: list[bool] = []
        self.running: dict[JobKey, Job] = {}
        self.waiting: deque[Job] = deque()
        self.told: dict[JobKey, JobEnded] = {}
        self._capabilities = Capabilities(slots, survives)
        self._endings: dict[JobKey, Ending] = {}
        self._unreported: dict[JobKey, JobEnded] = {}
        self._unsettled: dict[JobKey, JobEnded] = {}
        self._deliver: Deliver | None = None
        self._fence = 0
        self._beginning = False

    def open(self, deliver: Deliver) -> None:
        """Get ready, also for the next driver."""
        self._deliver = deliver

    def capabilities(self) -> Capabilities:
        """Tell what it was made with."""
        return self._capabilities

    def submit(self, job: Job) -> None:
        """Take a job, refuse one of a driver that has been followed by another, ignore one that is here already."""
        self.submits.append(job)
        if job.fence < self._fence:
            self._tell(job.key, OLD_FENCE)
        elif job.key not in self.running and job not in self.waiting:
            self._fence = job.fence
            self.waiting.append(job)
            self._begin()

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """End a job that waits or runs; the grace is only written down."""
        self.cancels.append((key, grace_s))
        if key in self.running:
            self.finish(key, CANCELLED)
        for job in [one for one in self.waiting if one.key == key]:
            self.waiting.remove(job)
            self._tell(key, CANCELLED)

    def settled(self, keys: Collection[JobKey]) -> None:
        """Forget ends that need not be told again."""
        for key in keys:
            self._unsettled.pop(key, None)

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Keep what is known, tell what ended while no driver was there, forget the rest."""
        self.adopts.append((frozenset(known), fence))
        self._fence = max(self._fence, fence)
        if self._capabilities.survives:
            self._unreported = {**self._unsettled, **self._unreported}
        here = {*self.running, *self._unreported, *(job.key for job in self.waiting)}
        self.running = {key: job for key, job in self.running.items() if key in known}
        self.waiting = deque(job for job in self.waiting if job.key in known)
        ended, self._unreported = self._unreported, {}
        for key, report in ended.items():
            if key in known:
                self._send(report)
        self._begin()
        return frozenset(here & set(known))

    def close(self, *, kill: bool) -> None:
        """Let go; with ``kill``, or when nothing survives, end every job."""
        self.closes.append(kill)
        if not kill and not self._capabilities.survives:
            self.lose_driver()
        if kill or not self._capabilities.survives:
            waiting, self.waiting = self.waiting, deque()
            for job in waiting:
                self._tell(job.key, CANCELLED)
            for key in list(self.running):
                self.finish(key, CANCELLED)
        self._deliver = None

    def finish(self, job: JobKey | str, ending: Ending | None = None) -> None:
        """End a job that runs, given by its key or its step's name, as the script says or in another way."""
        key = self._key(job)
        del self.running[key]
        scripted = self._endings.pop(key)
        self._tell(key, ending or scripted)
        self._begin()

    def finish_all(self) -> None:
        """End everything that runs and everything that waits, in order, but for what never ends."""
        while ending := [key for key in self.running if self._endings[key].ends]:
            self.finish(ending[0])

    def say(self, job: JobKey | str) -> None:
        """Report that a job wrote something."""
        self._send(JobOutput(self._key(job)))

    def tell_again(self, key: JobKey) -> None:
        """Report an end a second time, as a worker does that did not hear that it was heard."""
        self._send(self.told[key])

    def lose_driver(self) -> None:
        """Let the driver die: what ends from now on is told to the one that adopts it."""
        self._deliver = None

    def _begin(self) -> None:
        if self._beginning:
            return  # a driver submits from within a report: what it adds is begun by the loop that is under way
        self._beginning = True
        try:
            while self.waiting and len(self.running) < self._capabilities.slots:
                self._start(self.waiting.popleft())
        finally:
            self._beginning = False

    def _start(self, job: Job) -> None:
        key, ending = job.key, self._ending(job)
        self.running[key], self._endings[key] = job, ending
        self._send(JobStarted(key, {"fake": len(self.submits)}))
        if self.automatic and ending.ends and key in self.running:
            self.finish(key)

    def _key(self, job: JobKey | str) -> JobKey:
        return next(key for key in self.running if key.step == job) if isinstance(job, str) else job

    def _ending(self, job: Job) -> Ending:
        if callable(self.script):
            return self.script(job)
        return self.script.get((job.key.step, job.key.attempt)) or self.script.get(job.key.step) or GOOD

    def _tell(self, key: JobKey, ending: Ending) -> None:
        report = JobEnded(key, ending.error, ending.code, ending.message, ending.outputs)
        if self._deliver is None:
            self._unreported[key] = report
        else:
            self._send(report)

    def _send(self, report: JobStarted | JobOutput | JobEnded) -> None:
        if self._deliver is None:
            return
        if isinstance(report, JobEnded):
            self.told[report.key] = self._unsettled[report.key] = report
        self._deliver(report)
