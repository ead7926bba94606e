"""Leases as values: who holds what, who wants what, and why somebody does not get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.records import record


@record
class Owner:
    """Who answers for leases (a run's id, a person's word), and what keeps these alive.

    One of ``processes`` that lives is enough; with ``ttl_s`` they also live for that long after a beat; with neither until
    they are released. None outlives the boot. ``inside`` names the holders (or owners) that cannot end before this one
    does: the step whose sub-flow it is, the ``lock hold`` in whose command it was started.
    """

    name: str
    processes: tuple[Identity, ...] = ()
    inside: tuple[str, ...] = ()
    ttl_s: float | None = None


class Lease(NamedTuple):
    """What a holder has of one resource, or waits for. ``beat`` and ``since`` are monotonic seconds of a boot."""

    holder: str
    claim: Claim
    capacity: int
    owner: str
    inside: tuple[str, ...]
    processes: tuple[Identity, ...]
    boot_id: str
    beat: float
    ttl_s: float | None
    note: str
    since: float
    since_at: str


class Wish(NamedTuple):
    """All that a holder wants at once, with its own view of how much there is of each."""

    holder: str
    claims: tuple[Claim, ...]
    capacities: Mapping[str, int]
    owner: str
    inside: tuple[str, ...]
    note: str
    since: float
    since_at: str


class HeldBy(NamedTuple):
    """Who stands in the way; ``since`` is the time of day (UTC, ISO 8601)."""

    holder: str
    owner: str
    note: str
    since: str


@record
class Refusal:
    """Why nothing was granted.

    ``why`` is a sentence for people. With a ``deadlock``, one line for each wait of a circle, waiting could never end.
    """

    resource: str
    holders: tuple[HeldBy, ...]
    why: str
    deadlock: tuple[str, ...] = ()


def wishes(waits: Iterable[Lease]) -> list[Wish]:
    """Put rows of one holder together, those who came first in front."""
    found = []
    for holder, group in groupby(sorted(waits), key=lambda one: one.holder):
        rows = list(group)
        first = rows[0]
        found.append(
            Wish(
                holder, tuple(one.claim for one in rows), {one.claim.resource: one.capacity for one in rows},
                first.owner, first.inside, first.note, first.since, first.since_at,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.since, one.holder))


def held_by(one: Lease | Wish) -> HeldBy:
    """Return what a refusal tells of a holder."""
    return HeldBy(one.holder, one.owner, one.note, one.since_at)


def spoken(holder: str, owner: str, note: str = "") -> str:
    """Name a holder to people: ``run_ab12 (build)`` for ``run_ab12/build/1``, ``ann (lock_7: benchmarks)``."""
    if holder.startswith(f"{owner}/"):
        inner = holder.removeprefix(f"{owner}/").rpartition("/")[0] or holder.removeprefix(f"{owner}/")
    else:
        inner = "" if holder == owner else holder
    inner = f"{inner}: {note}" if inner and note else inner or note
    return f"{owner} ({inner})" if inner else owner
