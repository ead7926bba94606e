"""The store's own time: seconds since the epoch that no jump of the wall clock moves.

It starts as the wall time at which the store was made, and follows the monotonic clock, which all processes of a boot share.
Across a boot it goes on by what the wall clock says has passed since the store was last written, never backwards. So:
a clock that is set, forwards or back, while the machine runs expires nothing and keeps nothing longer; time asleep does not
count; after a boot with a wrong clock, an entry may end early (clock ahead) or live longer by the time that the machine was off
(clock behind), not more.
"""

from __future__ import annotations

import sqlite3

from phoenix_cli.kernel.clock import Clock


class StoreTime:
    """Reads the time; ``anchor`` has to be called once for each opening of the file."""

    def __init__(self, clock: Clock, boot: str) -> None:
        self._clock = clock
        self._boot = boot
        self._offset = 0.0

    def now(self) -> float:
        """Return the store's time."""
        return self._clock.monotonic() + self._offset

    def wall(self) -> float:
        """Return the wall clock's time, for the next boot to compare with."""
        return self._clock.now().timestamp()

    def anchor(self, connection: sqlite3.Connection) -> None:
        """Take the time up where the store left it; the first process of a boot writes down how."""
        if not self._take_up(connection):
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self._take_up(connection):
                    self._go_on(connection)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def _take_up(self, connection: sqlite3.Connection) -> bool:
        boot, mono, base = connection.execute("SELECT boot, mono, base FROM ledger").fetchone()
        if boot != self._boot:
            return False
        self._offset = base - mono
        return True

    def _go_on(self, connection: sqlite3.Connection) -> None:
        seen, wall = connection.execute("SELECT seen, wall FROM ledger").fetchone()
        now, mono = self.wall(), self._clock.monotonic()
        base = seen + max(0.0, now - wall) if seen else now
        connection.execute(
            "UPDATE ledger SET boot = ?, mono = ?, base = ?, seen = ?, wall = ?", (self._boot, mono, base, base, now)
        )
        self._offset = base - mono
