"""What a Dask worker runs of ours: the body of a task, and the answers to the driver. No user's code runs in here."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from phoenix_cli import __version__
from phoenix_cli.engine.executors.cluster.task import OP, task_from, topic
from phoenix_cli.engine.executors.cluster.worker_job import WorkerJob

KEEP_S = 600.0  # results and output that no driver has fetched
ASK_S = 10.0
_HERE: WeakKeyDictionary[Any, WorkerJobs] = WeakKeyDictionary()
_LOCK = threading.Lock()


def perform(body: Mapping[str, Any]) -> None:
    """Carry a job out; how it ended is told to the driver, not returned."""
    from distributed import get_worker

    jobs_of(get_worker()).perform(body)


def install(dask_worker: Any) -> str:
    """Make a worker answer to drivers; return our version there."""
    jobs_of(dask_worker)
    return __version__


def jobs_of(worker: Any) -> WorkerJobs:
    """Return the jobs of a worker (one process may have several)."""
    with _LOCK:
        if worker not in _HERE:
            _HERE[worker] = WorkerJobs(worker)
        return _HERE[worker]


class WorkerJobs:
    """The jobs of one Dask worker. The newest driver of a session is obeyed, by its fence; older ones are told so."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._jobs: dict[str, WorkerJob] = {}
        self._fences: dict[str, int] = {}
        self._lock = threading.Lock()
        worker.handlers[OP] = self.exchange

    def perform(self, body: Mapping[str, Any]) -> None:
        """Carry a job out in this thread."""
        self._forget_old()
        job = WorkerJob(task_from(body), self, self._worker.local_directory)
        with self._lock:
            self._jobs[job.id] = job
        try:
            job.perform()
        finally:
            if job.state != "ended":
                self._forget(job.id)

    def exchange(self, session: str, fence: int, seen: float, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Obey a driver's orders and tell it about its jobs. ``seen`` is the stamp of the last answer that it has read.

        An order is ``{id, go?: stamp, deny?, cancel?: grace_s, read?: (offset, length), forget?}``.
        """
        newest = self._fences.get(session, 0)
        if fence < newest:
            return {"stale": newest, "at": time.monotonic(), "jobs": []}
        self._fences[session] = fence
        reads = {order["id"]: tuple(order["read"]) for order in orders if order.get("read")}
        for order in orders:
            self._obey(order)
        return {"stale": 0, "at": time.monotonic(), "jobs": self._told(session, seen, reads)}

    def _obey(self, order: Mapping[str, Any]) -> None:
        job = self._jobs.get(order["id"])
        if job is None:
            return
        if "go" in order:
            job.go(order["go"])
        if "deny" in order:
            job.deny()
        if "cancel" in order:
            job.cancel(order["cancel"])
        if "forget" in order and job.state == "ended":
            self._forget(job.id)

    def _told(self, session: str, seen: float, reads: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._lock:
            jobs = list(self._jobs.values())
        mine = [job for job in jobs if job.task.session == session]
        for job in mine:
            if job.state in ("granted", "running"):
                job.renew(seen)
        return [job.told(reads.get(job.id)) for job in mine if job.state != "dropped"]

    def _forget_old(self) -> None:
        since = time.monotonic() - KEEP_S
        with self._lock:
            old = [job.id for job in self._jobs.values() if job.state == "ended" and job.ended_at < since]
        for id in old:
            self._forget(id)

    def _forget(self, id: str) -> None:
        with self._lock:
            job = self._jobs.pop(id, None)
        if job is not None:
            job.output.close()

    # What a job needs.

    def ring(self, job: WorkerJob) -> None:
        """Tell the driver that there is something to ask for."""
        word = {
            "worker": self._worker.address,
            "id": job.id,
            "submission": list(job.task.submission),
            "state": job.state,
            "at": time.monotonic(),
        }
        self._worker.log_event(topic(job.task.session), word)

    def closing(self) -> bool:
        """Tell whether the worker is about to end."""
        return self._worker.status.name in ("closing", "closed", "failed", "stopped", "stopping")

    def newest_fence(self, session: str) -> int:
        """Return the fence of the session's newest driver, by the scheduler."""
        from distributed.utils import sync

        ask = self._worker.scheduler.get_metadata
        found = sync(self._worker.loop, ask, keys=["phoenix", session], default=0, callback_timeout=ASK_S)
        return max(int(found or 0), self._fences.get(session, 0))
