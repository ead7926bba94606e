"""A job in the hands of the driver, from the queue to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phoenix_cli.engine.executors.cluster.log_copy import LogCopy
from phoenix_cli.engine.executors.cluster.task import Result
from phoenix_cli.engine.executors.interface import Job, JobKey

QUEUED, SENT, GRANTED, ENDED = "queued", "sent", "granted", "ended"


@dataclass(slots=True, eq=False)
class Carried:
    """``submission`` is (fence, number). ``task`` is the id of the one task that was given the go, ``worker`` where it is.

    ``bound`` is when, by our clock, that task ends by itself if it hears nothing more from us.
    """

    key: JobKey
    submission: tuple[int, int]
    log: LogCopy
    tells_output: bool
    job: Job | None = None  # None for adopted jobs, which are never sent again
    state: str = QUEUED
    future: Any = None
    sendings: int = 0
    task: str = ""
    worker: str = ""
    bound: float = 0.0
    process: Mapping[str, Any] = field(default_factory=dict)
    started: bool = False
    kill_grace: float | None = None
    total: int = 0
    told_at: float = 0.0
    result: Result | None = None  # it has ended; its log may not be here yet
    granted_at: float = 0.0
    losing: bool = False

    @property
    def name(self) -> str:
        """The key of its Dask task."""
        return f"phoenix/{self.key.tag}/{self.submission[0]}.{self.submission[1]}.{self.sendings}"

    @property
    def urgency(self) -> tuple[float, tuple[int, int]]:
        """What sorts the queue: the most urgent first, then the oldest."""
        return (-self.job.priority if self.job else 0.0, self.submission)
