"""The operation behind ``phoenix lock hold``: wait for locks, take all of them at once, run a command meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from phoenix_cli.engine.leases import asking, commands
from phoenix_cli.engine.leases.held_locks import give_back
from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Owner, Refusal
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Conflict, NotFound, Usage
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

POLL_S = 0.25
QUIET_S = 1.0  # a wait that is shorter is not worth a word


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
    if command and not shutil.which(command[0], path=environ.get("PATH", os.defpath)):
        raise NotFound(f"no command {command[0]!r}", code="lock.no_command")
    holding = _Holding(state, events, clock, environ, tuple(locks), capacity, for_s, note, tuple(command))
    taken = holding.get(wait_s, listen)
    return holding.run(taken) if command else taken


@dataclass
class _Holding:
    """One call of ``lock hold``."""

    state: State
    events: Events
    clock: Clock
    environ: Mapping[str, str]
    words: tuple[str, ...]
    capacity: int | None
    for_s: float | None
    note: str
    command: tuple[str, ...]

    def __post_init__(self) -> None:
        self.leases = Leases(self.state, self.clock)
        self.id = new_id("lock", self.clock.now())
        self.me = processes.identify(os.getpid())
        self.inside = asking.holders_around(self.environ)
        self.name = self.events.actor or "person"

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
        environ = {**self.environ, asking.HOLDERS_VARIABLE: asking.holders_value((*self.inside, self.id))}
        try:
            self.state.close()  # a database must not be carried through a fork
            code = commands.run(self.command, environ, self._also_with)
        finally:
            kept = give_back(self.state, self.events, self.id, "")
        return Hold(taken.id, taken.resources, taken.owner, taken.note, taken.since_at, None, exit_code=code, kept=kept)

    def _also_with(self, child: Identity) -> None:
        self.leases.tie(self.id, (*self._alive_with(), child))
