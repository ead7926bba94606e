"""The operations behind ``phoenix lock list`` and ``phoenix lock release``."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_cli.engine.leases import rows
from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Lease
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import NotFound, Refused, did_you_mean
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State


@record
class Locked:
    """One lock in a list. ``left_s`` is None for one that does not end by itself; ``alive``: what it lives with is there."""

    id: str
    resource: str
    amount: int
    capacity: int
    shared: bool
    owner: str
    note: str
    since_at: str
    left_s: float | None
    pids: tuple[int, ...]
    alive: bool


@record
class Locks:
    """What is held, and who waits for what."""

    items: tuple[Locked, ...]
    waiting: tuple[Locked, ...]


def list_locks(*, state: State, clock: Clock) -> Locks:
    """List what is held by runs and people, of resources that all runs share, and who waits; also what the dead left."""
    if not state.exists():
        return Locks((), ())
    leases = Leases(state, clock)
    held, waiting = leases.held(), leases.waiting()
    alive = leases.live(held)
    now = clock.monotonic()
    return Locks(
        tuple(_locked(one, now, lives) for one, lives in zip(held, alive, strict=True)),
        tuple(_locked(one, now, True) for one in waiting),
    )


def _locked(one: Lease, now: float, alive: bool) -> Locked:
    left = None if one.ttl_s is None or one.processes else round(max(0.0, one.beat + one.ttl_s - now), 3)
    return Locked(
        one.holder, one.claim.resource, one.claim.amount, one.capacity, one.claim.shared, one.owner, one.note,
        one.since_at, left, tuple(each.pid for each in one.processes), alive,
    )  # fmt: skip


@record
class Released:
    """What was given back; ``living``: names of holders whose processes were still there."""

    items: tuple[Locked, ...]
    living: tuple[str, ...]


def release_lock(
    *, state: State, events: Events, clock: Clock, lock: str, force: bool = False, dry_run: bool = False
) -> Released:
    """Release a lock by its id, or all that is held of a resource by its name.

    Raises ``NotFound``; ``Refused`` when a living process, of a run or of ``lock hold``, counts on it, unless ``force``. With
    ``dry_run`` nothing is changed, and what would be released is told.
    """
    leases = Leases(state, clock)
    held = leases.held() if state.exists() else []
    found = _find(held, lock)
    if not found:
        known = sorted({name for one in held for name in (one.holder, one.claim.resource)})
        raise NotFound(f"nothing is held as {lock!r}", code="lock.not_found", hints=did_you_mean(lock, known))
    alive, now = leases.live(found), clock.monotonic()
    items = tuple(_locked(one, now, lives) for one, lives in zip(found, alive, strict=True))
    living = tuple(dict.fromkeys(one.id for one in items if one.alive and one.pids))
    if living and not force and not dry_run:
        raise Refused(
            f"{lock} is in use by {living[0]}", code="lock.in_use",
            hints=(f"phoenix lock release {lock} --yes   releases it all the same",),
        )  # fmt: skip
    if not dry_run:
        for holder in dict.fromkeys(one.holder for one in found):
            give_back(state, events, holder, "" if lock == holder else lock)
    return Released(items, living)


def _find(held: Sequence[Lease], lock: str) -> list[Lease]:
    return [one for one in held if one.holder == lock] or [one for one in held if one.claim.resource == lock]


def give_back(state: State, events: Events, holder: str, resource: str) -> bool:
    """Remove a holder's leases, or its one of a resource, and note it; False when there was none any more."""
    with state.write() as connection:
        mine = [one for one in rows.read(connection, "leases") if one.holder == holder]
        gone = [one for one in mine if resource in ("", one.claim.resource)]
        rows.forget_these(connection, "leases", gone)
        if gone:
            arguments = {"locks": [one.claim.resource for one in gone]}
            events.append(connection, "lock.release", holder, arguments=arguments)
    return bool(gone)
