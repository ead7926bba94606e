"""A run in the hands of a coordinator: its machine, its journal, and its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from phoenix_cli.engine.executors.interface import Role
from phoenix_cli.engine.machine import Machine
from phoenix_cli.engine.model import Other, Resource
from phoenix_cli.engine.resources import Claim
from phoenix_cli.engine.running.journal import Journal
from phoenix_cli.engine.step_states import UNDOING
from phoenix_cli.engine.transitions import Transition
from phoenix_cli.kernel.clock import Clock


@dataclass(slots=True, eq=False)
class ActiveRun:
    """``began`` is the clock's reading at second 0 of the run; a resumed run goes on from its last transition.

    ``parent`` is the run whose step this one is, and which attempt.
    """

    id: str
    number: int
    dir: Path
    folder: Path
    file: str
    machine: Machine
    journal: Journal
    clock: Clock
    began: float
    parent: ActiveRun | None = None
    parent_step: str = ""
    parent_attempt: int = 0
    children: dict[str, ActiveRun] = field(default_factory=dict)

    def now(self) -> float:
        """Return the run's seconds."""
        return self.clock.monotonic() - self.began

    @property
    def above(self) -> list[ActiveRun]:
        """The run and those in whose steps it runs, nearest first."""
        found, one = [], self
        while one is not None:
            found.append(one)
            one = one.parent  # type: ignore[assignment]
        return found

    @property
    def fence(self) -> int:
        """What executors know this coordinator by: the fence of the run that was asked for."""
        return self.above[-1].journal.fence if self.parent else self.journal.fence

    def role_of(self, step: str) -> Role:
        """Tell what of a step runs at this moment."""
        return "undo" if self.machine.run.steps[step].undo == UNDOING else "step"

    def shared_claims(self, step: str) -> tuple[Claim, ...]:
        """Return what a step wants of things that all runs of this home share."""
        claims = self.machine.run.steps[step].lane.claims
        resources: Mapping[str, Resource] = self.machine.run.flow.resources
        return tuple(one for one in claims if resources[one.resource].scope == "machine") if claims else ()

    def is_other(self, step: str) -> bool:
        """Tell whether a step is of a kind that a higher layer turned into a command."""
        return isinstance(self.machine.run.steps[step].spec.action, Other)


class Observer(Protocol):
    """Is told what has been committed to the journal of the run that was asked for."""

    def observe(self, transitions: Sequence[Transition]) -> None:
        """Take note; called in the coordinator's thread, so quickly."""


class Silent:
    """Observes nothing."""

    def observe(self, transitions: Sequence[Transition]) -> None:
        """Take no note."""
