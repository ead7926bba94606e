"""What steps share with other runs and with people: leased before an attempt begins, given back after its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from phoenix_cli.engine.executors.interface import JobKey
from phoenix_cli.engine.leases.asking import HOLDERS_VARIABLE, holders_value
from phoenix_cli.engine.resources import Claim
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.kernel.processes import Identity, identify

if TYPE_CHECKING:
    from phoenix_cli.engine.leases.leases import Leases
    from phoenix_cli.engine.leases.records import Owner


class Why(NamedTuple):
    """Why something cannot be had now; ``for_ever``: those who have it wait for us."""

    text: str
    for_ever: bool


class Sharing:
    """Leases for the attempts of one coordinator's runs.

    A lease lives with the coordinator, and with the host or the attempt's process: a coordinator that is killed leaves
    nothing held that is not in use. ``ttl_s`` is for work on other machines, whose processes nobody here can see.
    ``around`` are holders in whose commands this coordinator was started. ``make`` is called when a step shares anything.
    """

    def __init__(
        self, make: Callable[[], Leases], owner: Identity, around: tuple[str, ...] = (), ttl_s: float | None = None
    ) -> None:
        self._make, self.owner, self.around, self.ttl_s = make, owner, around, ttl_s
        self._held: set[JobKey] = set()
        self._runs: set[str] = set()

    @cached_property
    def leases(self) -> Leases:
        """What all of this home hold."""
        return self._make()

    def take(self, run: ActiveRun, key: JobKey, claims: Sequence[Claim]) -> Why | None:
        """Lease everything or nothing; None when it was leased. Who gets nothing is noted as waiting."""
        wish = (holder(key), claims, capacities(run, claims), self._owner(run))
        refused = self.leases.acquire(*wish)
        if refused is None:
            self._held.add(key)
            self._runs.add(run.id)
            return None
        if refused.deadlock:
            return Why("; ".join(refused.deadlock), True)
        self.leases.wait(*wish)
        return Why(refused.why, False)

    def is_free(self, run: ActiveRun, key: JobKey, claims: Sequence[Claim]) -> bool:
        """Tell whether taking is worth another try: it would work, or would never work."""
        refused = self.leases.look(holder(key), claims, capacities(run, claims), self._owner(run))
        return refused is None or bool(refused.deadlock)

    def _owner(self, run: ActiveRun) -> Owner:
        from phoenix_cli.engine.leases.records import Owner

        return Owner(run.id, (self.owner,), (*self.around, *(inside(run))), self.ttl_s)

    def began(self, key: JobKey, process: Mapping[str, Any]) -> None:
        """Let the leases of an attempt live with its process, too."""
        found = _process_of(process) if key in self._held else None
        if found is not None:
            self.leases.tie(holder(key), (self.owner, found))

    def variables(self, run: ActiveRun, key: JobKey) -> dict[str, str]:
        """Return what tells the commands of an attempt what waits for their end."""
        around = [*self.around, *inside(run), *([holder(key)] if key in self._held else [])]
        return {HOLDERS_VARIABLE: holders_value(around)} if around else {}

    def give_back(self, keys: Iterable[JobKey]) -> None:
        """Give back what some attempts hold; those that hold nothing do no harm."""
        mine = [key for key in keys if key in self._held]
        if mine:
            self._held.difference_update(mine)
            self.leases.release(*[holder(key) for key in mine])

    def stop_waiting(self, key: JobKey) -> None:
        """Forget that an attempt waits."""
        self.leases.stop_waiting(holder(key))

    def adopt(self, run: ActiveRun, going_on: Collection[JobKey]) -> None:
        """Take over what the last coordinator of a run held for attempts that go on; the rest is given back."""
        names = {holder(key): key for key in going_on}
        for name in self.leases.transfer(run.id, (self.owner,), names.keys()):
            self._held.add(names[name])
        self._runs.add(run.id)

    def beat(self) -> None:
        """Say that leases which no process keeps alive are still wanted."""
        if self.ttl_s is not None:
            for run in self._runs:
                self.leases.beat(run)

    def close(self) -> None:
        """Give everything back; nobody of these runs waits any more."""
        for run in self._runs:
            self.leases.release_owner(run)


def _process_of(process: Mapping[str, Any]) -> Identity | None:
    """Return what an attempt's leases live with: the host, which ends after the last of a run's commands, or its own process."""
    host = process.get("host")
    if isinstance(host, int):
        return identify(host)
    if {"pid", "started", "boot_id"} <= process.keys():
        return Identity(int(process["pid"]), str(process["started"]), str(process["boot_id"]))
    return None


def holder(key: JobKey) -> str:
    """Return the name under which an attempt holds and waits."""
    step = key.step if key.role == "step" else f"{key.step} {key.role}"
    return f"{key.run}/{step}/{key.attempt}"


def inside(run: ActiveRun) -> tuple[str, ...]:
    """Return what cannot end before a run does: the steps that it and those above it are."""
    return tuple(
        holder(JobKey(one.parent.id, one.parent_step, one.parent_attempt)) for one in reversed(run.above) if one.parent
    )


def capacities(run: ActiveRun, claims: Sequence[Claim]) -> dict[str, int]:
    """Return how much of each resource the flow says that there is."""
    resources = run.machine.run.flow.resources
    return {claim.resource: resources[claim.resource].capacity for claim in claims}
