"""Performs Python calls: in a thread where that will do, in a process of its own where it must be killable."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from phoenix_cli.engine.executors.calls.processes import CLOSING_GRACE_S, ProcessCalls
from phoenix_cli.engine.executors.calls.threads import ThreadCalls
from phoenix_cli.engine.executors.host.sweeping import end_jobs
from phoenix_cli.engine.executors.interface import Capabilities, Deliver, Job, JobEnded, JobKey
from phoenix_cli.engine.model import Call
from phoenix_cli.kernel.clock import Clock


class CallExecutor:
    """One executor over threads and warm processes.

    ``environ`` is what worker processes are started with; during a call they have the job's. A call without ``killable``
    shares phoenix's process: no environment and no working folder of its own, and no end before its own. One whose module
    cannot be held beside those already there (two folders with a module of one name) gets a process all the same.
    ``limit_s`` needs no attention here: no call outlives the driver.
    """

    def __init__(self, slots: int, clock: Clock, environ: Mapping[str, str]) -> None:
        self._slots, self._clock, self._environ = slots, clock, environ
        self._threads: ThreadCalls | None = None
        self._processes: ProcessCalls | None = None
        self._deliver: Deliver | None = None

    def open(self, deliver: Deliver) -> None:
        """Get ready; threads and processes start with the first call that wants them."""
        self._deliver = deliver
        self._threads = ThreadCalls(self._slots, deliver)
        tag = f"calls/{os.getpid()}"
        self._processes = ProcessCalls(self._slots, deliver, self._clock, self._environ, tag)

    def capabilities(self) -> Capabilities:
        """Tell how many calls it performs at once; none survives the driver."""
        return Capabilities(self._slots, survives=False, kinds=(Call,))

    def __contains__(self, key: JobKey) -> bool:
        """Tell whether a job waits or is performed."""
        return (
            self._threads is not None
            and self._processes is not None
            and (key in self._threads or key in self._processes)
        )

    def submit(self, job: Job) -> None:
        """Take a job; a second time the same while it is here is nothing."""
        assert self._threads is not None and self._processes is not None and self._deliver is not None
        if not isinstance(job.action, Call):
            self._deliver(JobEnded(job.key, "refused", None, "only Python calls are performed here"))
        elif job.key in self:
            return
        elif not job.killable and self._threads.serves(job):
            self._threads.submit(job)
        else:
            self._processes.submit(job)

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """Withdraw a job, end its process, or give its thread up after the grace."""
        assert self._threads is not None and self._processes is not None
        self._threads.cancel(key, grace_s)
        self._processes.cancel(key, grace_s)

    def settled(self, keys: Collection[JobKey]) -> None:
        """Take no note: there is no next driver to tell."""

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """End what is left of the calls of a driver that is gone; nothing of them can be adopted."""
        if known:
            end_jobs([key.tag for key in known], self._clock, CLOSING_GRACE_S)
        return frozenset()

    def close(self, *, kill: bool) -> None:
        """Let go of every call. With ``kill`` each is reported, and what calls have left running is ended."""
        threads, self._threads = self._threads, None
        pool, self._processes = self._processes, None
        if threads is not None and pool is not None:
            threads.close(tell=kill)
            pool.close(kill=kill)
