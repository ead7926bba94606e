"""A cluster that is broken by each test and made whole for the next, and drivers of one run on it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from phoenix_cli.engine.executors.cluster import DaskExecutor
from phoenix_cli.engine.executors.interface import Job, JobKey
from phoenix_cli.engine.model import Action, Run
from phoenix_cli.kernel import process_table
from tests.engine.executors.conformance import Reports, eventually
from tests.engine.executors.dask_cluster import Cluster
from tests.engine.executors.dask_stand import slots


@dataclass
class Bench:
    """A cluster of two workers with one slot each (a nanny looks after one of them), and drivers of one run."""

    cluster: Cluster
    folder: Path
    drivers: list[DaskExecutor] = field(default_factory=list)

    def driver(self, **options: float) -> tuple[DaskExecutor, Reports]:
        """Return a driver that sees all workers."""
        made, reports = DaskExecutor(self.cluster.url, self.folder / "run", **options), Reports()
        made.open(reports)
        self.drivers.append(made)
        eventually(lambda: slots(made) == len(self.cluster.workers))
        return made, reports

    def key(self, name: str) -> JobKey:
        """Return the key of a job: of a run that nobody else has, as jobs are found by it all over the machine."""
        return JobKey(f"run-{os.getpid()}-{self.folder.name}", name, 1)

    def job(self, name: str, action: Action | str, **more: object) -> Job:
        """Return a job; a text is shell text."""
        what = Run(shell=action) if isinstance(action, str) else action
        env = {"PATH": os.environ["PATH"], "F": str(self.folder)}
        return Job(self.key(name), what, str(self.folder), env, self.folder / f"{name}.log", **more)

    def file(self, name: str) -> Path:
        """Return a file of the working folder."""
        return self.folder / name

    def worker_of(self, reports: Reports, key: JobKey) -> int:
        """Return the pid of the Dask worker process that performs a job."""
        found = process_table.entry(int(reports.start_of(key).process["pid"]))
        assert found is not None
        return found.parent


def begun(bench: Bench, *names: str) -> None:
    eventually(lambda: all(bench.file(f"{name}.begun").exists() for name in names))


def hang(name: str) -> str:
    """Note that it begins, and wait for ever, with a child that waits for ever and takes no TERM."""
    return f"sh -c \"trap '' TERM; echo x >>$F/{name}.begun; while :; do sleep 1; done\" & wait; sleep 3600"


def once(bench: Bench, name: str) -> bool:
    return bench.file(f"{name}.begun").read_text() == "x\n"
