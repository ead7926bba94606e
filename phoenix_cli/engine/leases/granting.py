"""Who gets what (pure): the rules of ``resources.Pool``, over what others hold and what is kept for those who waited.

A waiter keeps things for itself when it has waited for some seconds and only latecomers stand in its way. So a big request
does not starve, and whoever waits for a thing that is held over the weekend keeps nobody from the rest of its wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from phoenix_cli.engine.leases.records import Lease, Refusal, Wish, held_by, spoken
from phoenix_cli.engine.model import Resource
from phoenix_cli.engine.resources import Pool

KEPT_AFTER_S = 3.0


def pool_of(leases: Iterable[Lease], wanted: Mapping[str, int]) -> Pool:
    """Return what is taken. Of a resource there is the least that anybody who holds or wants it has named."""
    found = list(leases)
    capacity = dict(wanted)
    for one in found:
        name = one.claim.resource
        capacity[name] = min(one.capacity, capacity.get(name, one.capacity))
    pool = Pool({name: Resource(name, amount) for name, amount in capacity.items()})
    pool.take(one.claim for one in found)
    return pool


def lacking(wish: Wish, leases: Iterable[Lease]) -> str:
    """Return the first resource of which too little is left for a wish, "" when all fit."""
    return pool_of((one for one in leases if one.holder != wish.holder), wish.capacities).lacking(wish.claims)


def holds_around(wish: Wish, lease: Lease) -> bool:
    """Tell whether a lease belongs to something that cannot end before the wish is granted."""
    return lease.holder in wish.inside or lease.owner in wish.inside


def refusal(wish: Wish, leases: Sequence[Lease], waiting: Iterable[Wish], now: float) -> Refusal | None:
    """Decide about a wish; None when it can be granted."""
    resource = lacking(wish, leases)
    if resource:
        return _held(resource, [one for one in leases if one.claim.resource == resource and one.holder != wish.holder])
    if any(holds_around(wish, one) for one in leases):
        return None  # others wait for what it is inside of: keeping it from its end would keep them, too
    for other in waiting:
        kept = _kept(wish, other, leases, now)
        if kept:
            why = f"{kept} is kept for {spoken(other.holder, other.owner, other.note)}, who has waited longer"
            return Refusal(kept, (held_by(other),), why)
    return None


def _held(resource: str, leases: Sequence[Lease]) -> Refusal:
    first = min(leases, key=lambda one: (one.since, one.holder))
    others = len(leases) - 1
    more = f" and {others} other{'s' if others > 1 else ''}" if others else ""
    why = f"{resource} is held by {spoken(first.holder, first.owner, first.note)}{more}"
    return Refusal(resource, tuple(held_by(one) for one in leases), why)


def _kept(wish: Wish, other: Wish, leases: Sequence[Lease], now: float) -> str:
    """Return what a waiter who came earlier keeps from a wish, "" when they do not meet."""
    earlier = other.holder != wish.holder and (other.since, other.holder) < (wish.since, wish.holder)
    if not earlier or now - other.since < KEPT_AFTER_S or wish.capacities.keys().isdisjoint(other.capacities):
        return ""
    if lacking(other, [one for one in leases if one.since <= other.since]):
        return ""
    held = [one for one in leases if one.holder not in (wish.holder, other.holder)]
    return pool_of(held, _least(wish.capacities, other.capacities)).in_the_way(wish.claims, other.claims)


def _least(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {**others, **{name: min(amount, others.get(name, amount)) for name, amount in some.items()}}
