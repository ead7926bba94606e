"""The operations behind ``phoenix lock``: hold, list, release."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from phoenix_cli.engine.leases import asking, commands, rows
from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Lease, Owner, Refusal
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Conflict, NotFound, Refused, Usage, did_you_mean
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

POLL_S = 0.25
QUIET_S = 1.0  # a wait that is shorter is not worth a word


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Locks:
    """What is held, and who waits for what."""

    items: tuple[Locked, ...]
    waiting: tuple[Locked, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """What ``hold_lock`` came to; ``exit_code`` is that of the command, ``kept`` tells whether it had the locks to its end."""

    id: str
    resources: tuple[str, ...]
    owner: str
    note: str
    since_at: str
    left_s: float | None
    exit_code: int | None = None
    kept: bool = True


def hold_lock(
    *,
    state: State,
    events: Events,
    clock: Clock,
    environ: Mapping[str, str],
    locks: Sequence[str],
    capacity: int | None = None,
    wait_s: float | None = None,
    for_s: float | None = None,
    note: str = "",
    command: Sequence[str] = (),
    listen: Callable[[Refusal], None] = lambda refusal: None,
) -> Hold:
    """Hold locks while a command runs; without one for ``for_s`` seconds, or until they are released or the machine restarts.

    ``wait_s`` None waits for ever; ``listen`` hears why, after a second and whenever that changes. Raises ``Conflict`` when
    the time is over or waiting could never end, ``NotFound`` for a command that is not there.
    """
    if command and for_s is not None:
        raise Usage("with a command the locks are held until it ends, so --for has no meaning", code="lock.for")
    if command and not shutil.which(command[0], path=environ.get("PATH")):
        raise NotFound(f"no command {command[0]!r}", code="lock.no_command")
    holding = _Holding(state, events, clock, environ, tuple(locks), capacity, for_s, note, tuple(command))
    taken = holding.get(wait_s, listen)
    return holding.run(taken) if command else taken


class _Holding:
    """One call of ``lock hold``."""

    def __init__(
        self,
        state: State,
        events: Events,
        clock: Clock,
        environ: Mapping[str, str],
        words: tuple[str, ...],
        capacity: int | None,
        for_s: float | None,
        note: str,
        command: tuple[str, ...],
    ) -> None:
        self.state, self.events, self.clock, self.environ = state, events, clock, environ
        self.words, self.capacity, self.for_s, self.note, self.command = words, capacity, for_s, note, command
        self.leases = Leases(state, clock)
        self.id = new_id("lock", clock.now())
        self.me = processes.identify(os.getpid())
        self.inside = asking.holders_around(environ)
        self.name = events.actor or "person"

    def get(self, wait_s: float | None, listen: Callable[[Refusal], None]) -> Hold:
        """Wait for the locks and take them."""
        began, told, waits = self.clock.monotonic(), "", False
        try:
            while True:
                claims, capacities = asking.read_claims(self.words, self.capacity, self.leases.held())
                refused = self._take(claims, capacities)
                if refused is None:
                    return self._taken(claims)
                spent = self.clock.monotonic() - began
                self._give_up(refused, spent, wait_s)
                if not waits:
                    self.leases.wait(self.id, claims, capacities, self._waiter(), self.note)
                    waits = True
                if spent >= QUIET_S and refused.why != told:
                    told = refused.why
                    listen(refused)
                self.clock.sleep(POLL_S if wait_s is None else min(POLL_S, max(0.01, wait_s - spent)))
        except BaseException:
            if waits:
                self.leases.stop_waiting(self.id)
            raise

    def _take(self, claims: Sequence[Claim], capacities: Mapping[str, int]) -> Refusal | None:
        owner = Owner(self.name, self._alive_with(), self.inside, self.for_s)
        with self.state.write() as connection:
            refused = self.leases.grant(connection, self.id, claims, capacities, owner, self.note)
            if refused is None:
                arguments = {"locks": list(self.words), "note": self.note, "command": list(self.command)}
                self.events.append(connection, "lock.hold", self.id, arguments=arguments)
        return refused

    def _alive_with(self) -> tuple[Identity, ...]:
        return (self.me,) if self.command and self.me else ()

    def _waiter(self) -> Owner:
        """Return who waits: also a lock that is tied to no process is waited for by this one."""
        return Owner(self.name, (self.me,) if self.me else (), self.inside)

    def _give_up(self, refused: Refusal, spent: float, wait_s: float | None) -> None:
        if refused.deadlock:
            raise Conflict(
                f"waiting for {refused.resource} could never end", code="lock.deadlock", cause="; ".join(refused.deadlock),
                hints=("phoenix lock list",), details={"cycle": list(refused.deadlock)},
            )  # fmt: skip
        if wait_s is not None and spent >= wait_s:
            raise Conflict(
                refused.why, code="lock.held", cause=f"waited {spent:.1f} s for it" if wait_s else "",
                hints=("phoenix lock list", "--wait SECONDS waits longer"),
                details={"resource": refused.resource, "holders": [one._asdict() for one in refused.holders]},
            )  # fmt: skip

    def _taken(self, claims: Sequence[Claim]) -> Hold:
        names = tuple(one.resource for one in claims)
        return Hold(self.id, names, self.name, self.note, iso(self.clock.now()), self.for_s)

    def run(self, taken: Hold) -> Hold:
        """Run the command and give the locks back, however it ends."""
        kept = False
        environ = {**self.environ, asking.HOLDERS_VARIABLE: asking.holders_value((*self.inside, self.id))}
        try:
            self.state.close()  # a database must not be carried through a fork
            code = commands.run(self.command, environ, self._also_with)
        finally:
            kept = _give_back(self.leases, self.state, self.events, self.id, "")
        return Hold(taken.id, taken.resources, taken.owner, taken.note, taken.since_at, None, exit_code=code, kept=kept)

    def _also_with(self, child: Identity) -> None:
        self.leases.tie(self.id, (*self._alive_with(), child))


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


@dataclass(frozen=True, slots=True)
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
    found = _find(leases, lock) if state.exists() else []
    if not found:
        known = {name for one in found or _all(leases, state) for name in (one.holder, one.claim.resource)}
        raise NotFound(f"nothing is held as {lock!r}", code="lock.not_found", hints=did_you_mean(lock, sorted(known)))
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
            _give_back(leases, state, events, holder, "" if lock == holder else lock)
    return Released(items, living)


def _all(leases: Leases, state: State) -> list[Lease]:
    return leases.held() if state.exists() else []


def _find(leases: Leases, lock: str) -> list[Lease]:
    held = leases.held()
    return [one for one in held if one.holder == lock] or [one for one in held if one.claim.resource == lock]


def _give_back(leases: Leases, state: State, events: Events, holder: str, resource: str) -> bool:
    """Remove a holder's leases, or its one of a resource, and note it; False when there was none any more."""
    with state.write() as connection:
        mine = [one for one in rows.read(connection, "leases") if one.holder == holder]
        gone = [one for one in mine if resource in ("", one.claim.resource)]
        rows.forget_these(connection, "leases", gone)
        if gone:
            arguments = {"locks": [one.claim.resource for one in gone]}
            events.append(connection, "lock.release", holder, arguments=arguments)
    return bool(gone)
