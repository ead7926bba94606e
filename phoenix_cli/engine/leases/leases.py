"""Leases: one table, one transaction. All of a wish is granted, or nothing; what the dead held is free.

Who waits asks again every quarter of a second or so. SQLite's write lock is the only arbiter, so there is no server, and
nothing to repair after ``kill -9``: a lease names the processes that it lives with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from phoenix_cli.engine.leases import rows
from phoenix_cli.engine.leases.deadlocks import find_cycle
from phoenix_cli.engine.leases.granting import lacking, refusal
from phoenix_cli.engine.leases.living import Living
from phoenix_cli.engine.leases.records import Lease, Owner, Refusal, Wish, wishes
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

BEAT_S = 2.0  # a waiter's row is written anew no more often: asking four times a second is reading


class Leases:
    """What all runs and people of a home hold."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        *,
        lives: Callable[[Identity], bool] = processes.alive,
        boot_id: str = "",
    ) -> None:
        self._state = state
        self._clock = clock
        self._lives = lives
        self.boot_id = boot_id or processes.boot_id()

    def acquire(
        self, holder: str, claims: Sequence[Claim], capacities: Mapping[str, int], owner: Owner, note: str = ""
    ) -> Refusal | None:
        """Grant all claims or none, and say why not; see ``grant``."""
        if not claims:
            return None
        with self._state.write() as connection:
            return self.grant(connection, holder, claims, capacities, owner, note)

    def grant(
        self,
        connection: sqlite3.Connection,
        holder: str,
        claims: Sequence[Claim],
        capacities: Mapping[str, int],
        owner: Owner,
        note: str = "",
    ) -> Refusal | None:
        """Do what ``acquire`` does in the caller's transaction.

        ``capacities`` has every claimed resource. A holder that asks again has what it asked for last. Whoever is refused
        for a deadlock does not wait any longer, so that only one of a circle is refused. Raises ``Usage`` for more than
        there is.
        """
        _possible(claims, capacities)
        waits = rows.read(connection, "lease_waits")
        mine = self._of(holder, waits)
        wish = self._wish(holder, claims, capacities, owner, note, mine)
        held = rows.read(connection, "leases", [claim.resource for claim in claims])
        if len(waits) > len(mine) or lacking(wish, held):
            refused = self._examine(connection, wish, mine)
            if refused:
                return refused
        if waits:
            rows.forget(connection, "lease_waits", holder)
        rows.forget(connection, "leases", holder)
        rows.write(connection, "leases", self._leases(wish, owner, self._clock.monotonic()))
        return None

    def _of(self, holder: str, waits: Sequence[Lease]) -> list[Lease]:
        return [one for one in waits if one.holder == holder and one.boot_id == self.boot_id]

    def _wish(
        self,
        holder: str,
        claims: Sequence[Claim],
        capacities: Mapping[str, int],
        owner: Owner,
        note: str,
        waits: Sequence[Lease],
    ) -> Wish:
        since = waits[0].since if waits else self._clock.monotonic()
        since_at = iso(self._clock.now())
        named = {claim.resource: capacities[claim.resource] for claim in claims}
        return Wish(holder, tuple(claims), named, owner.name, owner.inside, note, since, since_at)

    def _leases(self, wish: Wish, owner: Owner, since: float) -> list[Lease]:
        beat = self._clock.monotonic()
        return [
            Lease(
                wish.holder, claim, wish.capacities[claim.resource], owner.name, owner.inside, owner.processes,
                self.boot_id, beat, owner.ttl_s, wish.note, since, wish.since_at,
            )
            for claim in wish.claims
        ]  # fmt: skip

    def _examine(self, connection: sqlite3.Connection, wish: Wish, mine: Sequence[Lease]) -> Refusal | None:
        """Decide with what still lives; the rest is cleared away."""
        living = self._living()
        leases = self._sift(connection, "leases", living.holds)
        waits = self._sift(connection, "lease_waits", living.exists)
        refused = self._decide(wish, leases, waits, living)
        if refused is not None and refused.deadlock:
            rows.forget(connection, "lease_waits", wish.holder)
        elif refused is not None and self._to_be_noted(mine):
            self._note_that_it_asks(connection, wish.holder)
        return refused

    def _decide(self, wish: Wish, leases: Sequence[Lease], waits: Sequence[Lease], living: Living) -> Refusal | None:
        waiting = wishes(one for one in waits if not living.silent(one))
        refused = refusal(wish, leases, waiting, self._clock.monotonic())
        deadlock = find_cycle(wish, leases, waiting) if refused else ()
        if refused is None or not deadlock:
            return refused
        why = f"waiting for {refused.resource} could never end: {'; '.join(deadlock)}"
        return replace(refused, why=why, deadlock=deadlock)

    def _living(self) -> Living:
        return Living(self._lives, self.boot_id, self._clock.monotonic())

    def _sift(self, connection: sqlite3.Connection, table: rows.Table, lives: Callable[[Lease], bool]) -> list[Lease]:
        found: list[Lease] = []
        dead: list[Lease] = []
        for one in rows.read(connection, table):
            (found if lives(one) else dead).append(one)
        rows.forget_these(connection, table, dead)
        return found

    def _to_be_noted(self, mine: Sequence[Lease]) -> bool:
        return bool(mine) and self._clock.monotonic() - mine[0].beat >= BEAT_S

    def _note_that_it_asks(self, connection: sqlite3.Connection, holder: str) -> None:
        connection.execute("UPDATE lease_waits SET beat = ? WHERE holder = ?", (self._clock.monotonic(), holder))

    def look(
        self, holder: str, claims: Sequence[Claim], capacities: Mapping[str, int], owner: Owner, note: str = ""
    ) -> Refusal | None:
        """Return what ``acquire`` would say, without taking anything: for those who wait and ask again and again."""
        connection = self._state.connection
        living = self._living()
        waits = [one for one in rows.read(connection, "lease_waits") if living.exists(one)]
        leases = [one for one in rows.read(connection, "leases") if living.holds(one)]
        mine = self._of(holder, waits)
        if self._to_be_noted(mine):
            with self._state.write() as connection:
                self._note_that_it_asks(connection, holder)
        return self._decide(self._wish(holder, claims, capacities, owner, note, mine), leases, waits, living)

    # --- giving back ------------------------------------------------------------------------------------------

    def release(self, *holders: str) -> int:
        """Give back all that some holders have; return how many leases there were."""
        if not holders:
            return 0
        with self._state.write() as connection:
            return sum(rows.forget(connection, "leases", holder) for holder in holders)

    def release_owner(self, owner: str) -> int:
        """Give back all that an owner's holders have, and let none of them wait; return how many leases there were."""
        with self._state.write() as connection:
            connection.execute("DELETE FROM lease_waits WHERE owner = ?", (owner,))
            return connection.execute("DELETE FROM leases WHERE owner = ?", (owner,)).rowcount

    # --- staying alive ----------------------------------------------------------------------------------------

    def beat(self, owner: str) -> int:
        """Say that an owner is there, so that its leases live for ``ttl_s`` from now; return how many it still has."""
        now = self._clock.monotonic()
        with self._state.write() as connection:
            return connection.execute("UPDATE leases SET beat = ? WHERE owner = ?", (now, owner)).rowcount

    def transfer(
        self, owner: str, processes: Sequence[Identity], holding: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Let an owner's leases live with its new coordinator, and with what still lives of what they lived with before.

        With ``holding``, the holders whose work goes on, the others' leases are given back. Its waits are forgotten: who
        still wants something says so again. Leases of an earlier boot are nobody's. Return the holders that have any.
        """
        with self._state.write() as connection:
            connection.execute("DELETE FROM lease_waits WHERE owner = ?", (owner,))
            leases = [one for one in rows.read(connection, "leases") if one.owner == owner]
            here = [one for one in leases if one.boot_id == self.boot_id and (holding is None or one.holder in holding)]
            rows.forget_these(connection, "leases", leases)
            rows.write(connection, "leases", [self._taken_over(one, tuple(processes)) for one in here])
        return tuple(sorted({one.holder for one in here}))

    def _taken_over(self, lease: Lease, by: tuple[Identity, ...]) -> Lease:
        still = tuple(one for one in lease.processes if one not in by and self._lives(one))
        return lease._replace(processes=by + still, beat=self._clock.monotonic())

    def tie(self, holder: str, processes: Sequence[Identity]) -> bool:
        """Let a holder's leases live with other processes from now on; False when it has none any more."""
        text = rows.processes_as_text(tuple(processes))
        with self._state.write() as connection:
            return connection.execute("UPDATE leases SET processes = ? WHERE holder = ?", (text, holder)).rowcount > 0

    # --- waiting ----------------------------------------------------------------------------------------------

    def wait(
        self, holder: str, claims: Sequence[Claim], capacities: Mapping[str, int], owner: Owner, note: str = ""
    ) -> None:
        """Note that a holder waits, since when it first did. It counts while a process of the owner lives and it asks."""
        with self._state.write() as connection:
            mine = self._of(holder, rows.read(connection, "lease_waits"))
            wish = self._wish(holder, claims, capacities, owner, note, mine)
            rows.forget(connection, "lease_waits", holder)
            waits = self._leases(wish, owner, wish.since)
            since_at = mine[0].since_at if mine else wish.since_at
            rows.write(connection, "lease_waits", [one._replace(since_at=since_at) for one in waits])

    def stop_waiting(self, holder: str) -> None:
        """Note that a holder does not wait any longer."""
        with self._state.write() as connection:
            rows.forget(connection, "lease_waits", holder)

    # --- looking ----------------------------------------------------------------------------------------------

    def held(self) -> list[Lease]:
        """Return every lease, also of those who are gone (ask ``live``), by resource and time."""
        return self._read("leases")

    def waiting(self) -> list[Lease]:
        """Return what those who are there wait for, by resource and time."""
        living = self._living()
        return [one for one in self._read("lease_waits") if living.exists(one)]

    def _read(self, table: rows.Table) -> list[Lease]:
        found = rows.read(self._state.connection, table)
        return sorted(found, key=lambda one: (one.claim.resource, one.since, one.holder))

    def live(self, leases: Sequence[Lease]) -> list[bool]:
        """Tell of each lease whether it counts now."""
        living = self._living()
        return [living.holds(one) for one in leases]


def _possible(claims: Sequence[Claim], capacities: Mapping[str, int]) -> None:
    for claim in claims:
        if not claim.shared and claim.amount > capacities[claim.resource]:
            raise Usage(
                f"of {claim.resource} there is {capacities[claim.resource]}, {claim.amount} are wanted",
                code="lock.impossible",
            )
