"""What is kept when a run is over: its row, what its steps took, how its targets are."""

from __future__ import annotations

from phoenix_cli.engine.running import breaker_table, measured
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.ownership import Ownership
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.state import State


class Ending:
    """Writes what outlives a run."""

    def __init__(self, state: State, clock: Clock, ownership: Ownership) -> None:
        self.state, self.clock, self.ownership = state, clock, ownership
        self._breakers: dict[str, list[tuple[str, int, float]]] = {}

    def over(self, run: ActiveRun, status: str) -> None:
        """Write the end of a run into its row; the journal has it already."""
        self.ownership.ended(run, status)
        measured.remember(self.state, run.machine.run, self.clock)

    def keep_breakers(self, run: ActiveRun) -> None:
        """Tell other runs how targets are, when that has changed."""
        found = [(one.status, one.failures, one.until) for one in run.machine.run.breakers.values()]
        if self._breakers.get(run.id) != found:
            self._breakers[run.id] = found
            breaker_table.save(self.state, run.machine.run, self.clock, run.now())
