"""This machine as one executor: commands by a host process, Python calls in this process or beside it."""

from __future__ import annotations

from collections.abc import Collection

from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.interface import Capabilities, Deliver, Executor, Job, JobKey, Source
from phoenix_cli.engine.model import Call


class LocalExecutor:
    """Commands go to ``commands``, calls to ``calls``; both are opened here, and start nothing before they are needed."""

    def __init__(self, commands: Executor, calls: CallExecutor, source: Source | None = None) -> None:
        self._commands = commands
        self._calls = calls
        self.source = source  # what the driver has to wait for itself

    def open(self, deliver: Deliver) -> None:
        """Get ready; reports of both go to the same place."""
        self._commands.open(deliver)
        self._calls.open(deliver)

    def capabilities(self) -> Capabilities:
        """Tell what both can do. Commands survive the driver, calls do not: ``adopt`` tells what did."""
        commands, calls = self._commands.capabilities(), self._calls.capabilities()
        kinds = tuple(dict.fromkeys((*commands.kinds, *calls.kinds)))
        return Capabilities(max(commands.slots, calls.slots), commands.survives, kinds, commands.labels)

    def submit(self, job: Job) -> None:
        """Take a job."""
        (self._calls if isinstance(job.action, Call) else self._commands).submit(job)

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """Cancel a call that is here, else a command."""
        (self._calls if key in self._calls else self._commands).cancel(key, grace_s)

    def settled(self, keys: Collection[JobKey]) -> None:
        """Pass on what need not be told again; calls do not outlive the driver."""
        self._commands.settled(keys)

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Take over commands that live on; end what is left of anything else."""
        adopted = self._commands.adopt(known, fence)
        return adopted | self._calls.adopt([key for key in known if key not in adopted], fence)

    def close(self, *, kill: bool) -> None:
        """Let go of calls, then of commands."""
        try:
            self._calls.close(kill=kill)
        finally:
            self._commands.close(kill=kill)
