"""What steps share: counted, held alone, or read together; a step gets all that it wants at once, or nothing.

Nobody holds one thing while waiting for another, so steps cannot wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from phoenix_cli.engine.model import Request, Resource


class Claim(NamedTuple):
    """A request in numbers: exclusive is all there is; ``shared`` readers take nothing from each other."""

    resource: str
    amount: int
    shared: bool


def claims(requests: Iterable[Request], resources: Mapping[str, Resource]) -> tuple[Claim, ...]:
    """Return requests as numbers, in one order, so that equal wishes are equal."""
    found = []
    for request in requests:
        amount = resources[request.resource].capacity if request.mode == "exclusive" else request.amount
        found.append(Claim(request.resource, amount, request.mode == "shared"))
    return tuple(sorted(found))


class Pool:
    """How much of each resource is taken."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self.capacity = {name: one.capacity for name, one in resources.items()}
        self.used = dict.fromkeys(resources, 0)
        self.readers = dict.fromkeys(resources, 0)

    def lacking(self, wanted: Iterable[Claim]) -> str:
        """Return the first resource of which there is not enough; "" when all fit."""
        for name, amount, shared in wanted:
            if not self.fits(name, amount, shared, self.used[name], self.readers[name]):
                return name
        return ""

    def fits(self, name: str, amount: int, shared: bool, used: int, readers: int) -> bool:
        """Tell whether a claim fits beside what is used and read."""
        if shared:
            return used == 0
        return readers == 0 and used + amount <= self.capacity[name]

    def any_left(self, name: str) -> bool:
        """Tell whether somebody could still get some of a resource, or read it."""
        return name in self.used and self.used[name] < self.capacity[name]

    def in_the_way(self, wanted: Iterable[Claim], of: Iterable[Claim]) -> str:
        """Return the resource of which granting ``wanted`` would leave too little for those for whom it is reserved."""
        reserved = {claim.resource: claim for claim in of}
        for name, amount, shared in wanted:
            claim = reserved.get(name)
            if claim is not None:
                used = self.used[name] + (0 if shared else amount)
                readers = self.readers[name] + shared
                if not self.fits(name, claim.amount, claim.shared, used, readers):
                    return name
        return ""

    def take(self, wanted: Iterable[Claim]) -> None:
        """Grant; the caller has asked ``lacking``, or replays what was granted."""
        for name, amount, shared in wanted:
            if shared:
                self.readers[name] += 1
            else:
                self.used[name] += amount

    def give_back(self, wanted: Iterable[Claim]) -> None:
        """Take back what was granted."""
        for name, amount, shared in wanted:
            if shared:
                self.readers[name] -= 1
            else:
                self.used[name] -= amount
