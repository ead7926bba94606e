"""The Dask executor as one of those that are held against ``conformance``: two workers for all tests of a process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from phoenix_cli.engine.executors.cluster import DaskExecutor
from phoenix_cli.engine.executors.interface import Capabilities, Deliver, Job, JobKey
from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.errors import Unavailable
from tests.engine.executors.conformance import Reports, Stand, command_of, eventually
from tests.engine.executors.dask_cluster import Cluster


class Shared:
    """The cluster of this test process; the session's end stops it (``conftest``)."""

    cluster: Cluster | None = None
    folder: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def start(cls) -> Cluster:
        """Return the cluster, with one worker under a nanny and one without."""
        if cls.cluster is None:
            cls.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            cls.cluster = Cluster(Path(cls.folder.name))
            cls.cluster.start_scheduler()
            cls.cluster.add_worker(nanny=True)
            cls.cluster.add_worker(nanny=False)
        return cls.cluster

    @classmethod
    def stop(cls) -> None:
        """End the cluster if there is one."""
        if cls.cluster is not None and cls.folder is not None:
            cls.cluster.stop()
            cls.folder.cleanup()
            cls.cluster = cls.folder = None


class Drivers:
    """One driver after the other on the same run; ``cancel`` without a driver is somebody's kill."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address, self._folder = address, folder
        self._now: DaskExecutor | None = None

    @property
    def _driver(self) -> DaskExecutor:
        assert self._now is not None
        return self._now

    def open(self, deliver: Deliver) -> None:
        self._now = DaskExecutor(self._address, self._folder)
        self._now.open(deliver)

    def lose(self) -> None:
        self._driver.close(kill=False)
        self._now = None

    def capabilities(self) -> Capabilities:
        return self._driver.capabilities()

    def submit(self, job: Job) -> None:
        self._driver.submit(job)

    def cancel(self, key: JobKey, grace_s: float) -> None:
        if self._now is not None:
            self._now.cancel(key, grace_s)
            return
        keepers = {one.pid for one in processes.tagged(key.tag) if process_table.name_of(one.pid).startswith("python")}
        for one in processes.tagged(key.tag):
            if one.pid not in keepers:
                processes.send(one, 9)
        eventually(lambda: not processes.tagged(key.tag))

    def settled(self, keys: Collection[JobKey]) -> None:
        self._driver.settled(keys)

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        return self._driver.adopt(known, fence)

    def close(self, *, kill: bool) -> None:
        if self._now is not None:
            self._now.close(kill=kill)


class DaskStand(Stand):
    executor: Drivers

    def lose_driver(self) -> None:
        """Let the driver go, and nobody come for its jobs yet."""
        self.executor.lose()


def make(folder: Path, reports: Reports) -> Stand:
    """Return a driver of the shared cluster."""
    cluster = Shared.start()
    if not cluster.ready:
        probe = DaskExecutor(cluster.url, folder / "probe")
        probe.open(reports)
        eventually(lambda: slots(probe) == len(cluster.workers))
        probe.close(kill=True)
        cluster.ready = True
    run = f"run-{os.getpid()}-{folder.name}"  # jobs are found by it all over the machine
    return DaskStand(Drivers(cluster.url, folder / "home"), reports, folder, command_of, run=run)


def slots(executor: DaskExecutor) -> int:
    """Return how many slots there are now, 0 when it cannot be told."""
    try:
        return executor.capabilities().slots
    except Unavailable:
        return 0
