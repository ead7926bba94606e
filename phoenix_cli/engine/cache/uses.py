"""What reads have to tell, gathered so that a read writes nothing: uses of entries, hits and misses."""

from __future__ import annotations

import sqlite3

from phoenix_cli.engine.cache.table import Ledger, rank_some

MANY = 1_024  # uses of so many entries are written down at the latest
SOME = 64  # so many go along with a put, which writes anyway


class Uses:
    """Uses by entry since the last flush; what a crash loses of them is only a little order among those to be evicted."""

    def __init__(self) -> None:
        self.hits = 0
        self.misses = 0
        self._used: dict[int, list[float]] = {}

    def __len__(self) -> int:
        return len(self._used)

    def hit(self, id: int, now: float, counts: bool) -> None:
        """Note that an entry was used, and that a question was answered when it ``counts``."""
        self.hits += counts
        one = self._used.get(id)
        if one is None:
            self._used[id] = [1, now]
        else:
            one[0] += 1
            one[1] = now

    @property
    def pending(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self._used or self.hits or self.misses)

    def write(self, connection: sqlite3.Connection, ledger: Ledger) -> None:
        """Write them down in the caller's transaction; ``clear`` when it is committed."""
        rows = [(count, when, id) for id, (count, when) in self._used.items()]
        connection.executemany("UPDATE entries SET hits = hits + ?, last_used = max(last_used, ?) WHERE id = ?", rows)
        rank_some(connection, ledger, self._used)
        connection.execute("UPDATE ledger SET hits = hits + ?, misses = misses + ?", (self.hits, self.misses))

    def clear(self) -> None:
        """Forget what was written."""
        self.hits = self.misses = 0
        self._used.clear()
