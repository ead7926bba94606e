"""Waits that could never end (pure).

A step holds all that it needs or nothing, so steps alone cannot wait in a circle. But a sub-flow's steps, or a command
that a person runs while holding a lock, ask for more *inside* of something that holds already.

Who can end is found by assuming the best (as Holt's reduction of a resource graph does): everything ends that nobody
waits inside of, which lets others be granted and end. Those who are left wait for each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from phoenix_cli.engine.leases.granting import holds_around, lacking, pool_of
from phoenix_cli.engine.leases.records import Lease, Wish, spoken

Step = tuple[Wish, Lease]  # who waits, and one who holds what it lacks


def find_cycle(asker: Wish, leases: Sequence[Lease], waiting: Iterable[Wish]) -> tuple[str, ...]:
    """Return a circle of waits that the asker closes, one sentence for each wait; empty when its wait can end."""
    if not any(holds_around(asker, one) for one in leases):
        return ()
    stuck, kept = _stuck([asker, *(one for one in waiting if one.holder != asker.holder)], leases)
    way = _way_back(asker, stuck, kept) if asker in stuck else []
    return tuple(_sentence(way, number) for number in range(len(way)))


def _stuck(waiting: list[Wish], leases: Sequence[Lease]) -> tuple[list[Wish], list[Lease]]:
    """Return who waits without end, and the leases that are kept by that."""
    while True:
        kept = [one for one in leases if any(_ends_after(one, wish) for wish in waiting)]
        still = [wish for wish in waiting if lacking(wish, kept)]
        if len(still) == len(waiting):
            return waiting, kept
        waiting = still


def _ends_after(lease: Lease, wish: Wish) -> bool:
    return lease.holder == wish.holder or holds_around(wish, lease)


def _way_back(asker: Wish, stuck: Sequence[Wish], leases: Sequence[Lease]) -> list[Step]:
    """Return the shortest way from the asker through those who stand in the way back to the asker."""
    came: dict[str, list[Step]] = {asker.holder: []}
    queue = deque([asker])
    while queue:
        wish = queue.popleft()
        for lease in _in_the_way(wish, leases):
            way = [*came[wish.holder], (wish, lease)]
            if _ends_after(lease, asker):
                return way
            for other in stuck:
                if _ends_after(lease, other) and other.holder not in came:
                    came[other.holder] = way
                    queue.append(other)
    return []


def _in_the_way(wish: Wish, leases: Sequence[Lease]) -> list[Lease]:
    others = [one for one in leases if one.holder != wish.holder]
    pool = pool_of(others, wish.capacities)
    lacks = {claim.resource for claim in wish.claims if pool.lacking((claim,))}
    return [one for one in others if one.claim.resource in lacks]


def _sentence(way: Sequence[Step], number: int) -> str:
    """Say who waits for what; ``inside`` names the holder by which the sentence before it came here."""
    wish, lease = way[number]
    around = way[number - 1][1]
    where = "" if around.holder == wish.holder else f", inside {spoken(around.holder, around.owner)},"
    return (
        f"{spoken(wish.holder, wish.owner)}{where} waits for {lease.claim.resource},"
        f" held by {spoken(lease.holder, lease.owner)}"
    )
