"""What can be taken up, in the order in which it should be: the same for everybody who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from phoenix_cli.workstreams.model import Limits, Workstream
from phoenix_cli.workstreams.network.critical import Outlook
from phoenix_cli.workstreams.network.reach import downstream_work
from phoenix_cli.workstreams.network.resolving import Network
from phoenix_cli.workstreams.network.touching import touch
from phoenix_cli.workstreams.states.deriving import Derived

AT_WORK = ("active", "spawning", "review", "integration-ready", "blocked")


class Rank(NamedTuple):
    """Why one comes before another, field by field, the smaller first: ``--why`` prints it.

    ``downstream_d`` and ``unblocks`` are negative, since more of them comes first.
    """

    priority: int
    slack_d: float
    downstream_d: float
    unblocks: int
    soft_unmet: int
    clashes: int
    id: str


class Ready(NamedTuple):
    """A workstream to take up; ``held`` tells which limit keeps it from being claimed now."""

    rank: Rank
    held: str = ""


def ready(network: Network, derived: Mapping[str, Derived], outlook: Outlook) -> list[Ready]:
    """Return what is ready, first things first."""
    numbers = [number for number, name in enumerate(network.names) if derived[name].state == "ready"]
    downstream = downstream_work(network.hard, outlook.work_d, numbers)
    busy = [one for one in network.workstreams if derived[one.id].state in AT_WORK]
    touching = [one for one in busy if one.touches]
    ranks = sorted(
        _rank(network, derived, outlook, number, work, touching)
        for number, work in zip(numbers, downstream, strict=True)
    )
    leased = [one for one in busy if derived[one.id].state in ("active", "spawning")]
    held = Holding(network.programme.limits, leased)
    return [Ready(rank, held.limit(network.workstreams[network.numbers[rank.id]])) for rank in ranks]


def _rank(
    network: Network, derived: Mapping[str, Derived], outlook: Outlook, number: int, downstream: float,
    busy: Sequence[Workstream],
) -> Rank:  # fmt: skip
    one = network.workstreams[number]
    slack = outlook.slack_d[number]
    unblocks = sum(1 for after in network.hard.after[number] if derived[network.names[after]].waits_for == (one.id,))
    soft = [need for need in network.needs[number] if not need.hard]
    unmet = sum(1 for need in soft if not any(derived[network.names[t]].state == "complete" for t in need.targets))
    clashes = sum(1 for other in busy if touch(one.touches, other.touches)) if one.touches else 0
    return Rank(one.priority, slack if slack is not None else 0.0, 0.0 - downstream, -unblocks, unmet, clashes, one.id)


class Holding:
    """Limits of work in progress, against what is leased: in all, by owner, by repository."""

    def __init__(self, limits: Limits, leased: Sequence[Workstream]) -> None:
        self.limits = limits
        self.count = len(leased)
        self.owners = Counter(one.owner for one in leased if one.owner)
        self.repos = Counter(one.repo for one in leased)

    def limit(self, one: Workstream) -> str:
        """Return which limit keeps a workstream from being claimed, "" for none."""
        if self.limits.wip and self.count >= self.limits.wip:
            return f"{self.count} of {self.limits.wip} workstreams are at work"
        most = self.limits.wip_per_owner
        if most and one.owner and self.owners[one.owner] >= most:
            return f"{one.owner} has {self.owners[one.owner]} of {most} at work"
        most = self.limits.wip_per_repo
        if most and self.repos[one.repo] >= most:
            return f"{self.repos[one.repo]} of {most} are at work in {one.repo or 'this repository'}"
        return ""
