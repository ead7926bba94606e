"""This machine as one executor: commands by a host process, Python calls in this process or beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from phoenix_cli.engine.executors.interface import Capabilities, Deliver, Executor, Job, JobKey, Source
from phoenix_cli.engine.model import Call

if TYPE_CHECKING:
    from phoenix_cli.engine.executors.calls.executor import CallExecutor


class LocalExecutor:
    """Commands go to ``commands``, calls to what ``calls`` makes when there is one; both are opened here."""

    def __init__(self, commands: Executor, calls: Callable[[], CallExecutor], source: Source | None = None) -> None:
        self._commands = commands
        self._make_calls = calls
        self._made: CallExecutor | None = None
        self._deliver: Deliver | None = None
        self.source = source  # what the driver has to wait for itself

    def open(self, deliver: Deliver) -> None:
        """Get ready; reports of both go to the same place."""
        self._deliver = deliver
        self._commands.open(deliver)

    @property
    def _calls(self) -> CallExecutor:
        if self._made is None:
            assert self._deliver is not None
            self._made = self._make_calls()
            self._made.open(self._deliver)
        return self._made

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
        (self._made if self._made is not None and key in self._made else self._commands).cancel(key, grace_s)

    def settled(self, keys: Collection[JobKey]) -> None:
        """Pass on what need not be told again; calls do not outlive the driver."""
        self._commands.settled(keys)

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Take over commands that live on; end what is left of anything else."""
        adopted = self._commands.adopt(known, fence)
        rest = [key for key in known if key not in adopted]
        return adopted | self._calls.adopt(rest, fence) if rest else adopted

    def close(self, *, kill: bool) -> None:
        """Let go of calls, then of commands."""
        try:
            if self._made is not None:
                self._made.close(kill=kill)
        finally:
            self._commands.close(kill=kill)
