"""A call executor at work, for tests of what only it does."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey
from phoenix_cli.engine.model import Action, Call
from phoenix_cli.kernel.clock import SystemClock
from tests.engine.executors.conformance import Reports
from tests.engine.executors.conformance import eventually as eventually


class Caller:
    """Hands calls in and waits for their ends; each has a log of its own."""

    def __init__(self, folder: Path, slots: int = 2) -> None:
        self.folder = folder
        self.reports = Reports()
        self.executor = CallExecutor(slots, SystemClock(), dict(os.environ))
        self.executor.open(self.reports)
        self.count = 0

    def submit_action(self, action: Action, **more: Any) -> JobKey:
        """Hand in any action."""
        self.count += 1
        key = JobKey("run", "step", self.count)
        folder = more.pop("folder", self.folder)
        log = more.pop("log", self.folder / f"{self.count}.log")
        self.executor.submit(Job(key, action, str(folder), more.pop("env", {}), log, **more))
        return key

    def submit(
        self, target: str, arguments: Mapping[str, Any] | None = None, names: Sequence[str] = (), **more: Any
    ) -> JobKey:
        """Hand a call in."""
        return self.submit_action(Call(target, arguments or {}), outputs=tuple(names), **more)

    def perform(self, *words: Any, **more: Any) -> JobEnded:
        """Hand a call in and wait for its end."""
        return self.reports.end_of(self.submit(*words, **more))

    def log(self, key: JobKey) -> str:
        """Return what is in a job's log."""
        path = self.folder / f"{key.attempt}.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def close(self) -> None:
        """Close it with everything that runs."""
        self.executor.close(kill=True)
