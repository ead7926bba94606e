"""What steps share with other runs and with people: leased before an attempt begins, given back after its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from phoenix_cli.engine.executors.interface import JobKey
from phoenix_cli.engine.resources import Claim
from phoenix_cli.engine.running.active import ActiveRun


class Why(NamedTuple):
    """Why something cannot be had now; ``for_ever``: those who have it wait for us."""

    text: str
    for_ever: bool


class Sharing(Protocol):
    """Leases for the attempts of a coordinator's runs."""

    def take(self, run: ActiveRun, key: JobKey, claims: Sequence[Claim]) -> Why | None:
        """Lease everything or nothing; None when it was leased. Who gets nothing is noted as waiting."""

    def is_free(self, run: ActiveRun, key: JobKey, claims: Sequence[Claim]) -> bool:
        """Tell whether taking is worth another try."""

    def give_back(self, keys: Iterable[JobKey]) -> None:
        """Give back what some attempts hold; those that hold nothing do no harm."""

    def stop_waiting(self, key: JobKey) -> None:
        """Forget that an attempt waits."""

    def beat(self) -> None:
        """Say that the leases are still wanted."""

    def close(self) -> None:
        """Give everything back that is held for nobody any more."""
