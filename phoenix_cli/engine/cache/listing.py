"""Entries and sums as values, for those who look: nothing here counts as a use."""

from __future__ import annotations

import sqlite3
from typing import Any

from phoenix_cli.engine.cache.matching import Pattern, matches
from phoenix_cli.engine.cache.model import MAX_BYTES, Entry, Stats

NOTHING = Stats(0, 0, 0, MAX_BYTES, "lru", 0, 0, 0, 0)
_ENTRIES = (
    "SELECT e.id, (SELECT group_concat(tag, char(10)) FROM tags WHERE entry = e.id), e.scope, e.key, e.kind,"
    " lower(hex(b.hash)), e.size, e.cost_s, e.created, e.expires, e.last_used, e.hits"
    " FROM entries e JOIN bodies b ON b.id = e.body WHERE (e.expires IS NULL OR e.expires > ?)"
)


def entries_of(connection: sqlite3.Connection, now: float, pattern: Pattern | None = None) -> list[Entry]:
    """Return what a pattern means (default: everything) and whose time is not over, by key and scope."""
    chosen = None if pattern is None else {one.id for one in matches(connection, pattern)}
    rows = connection.execute(f"{_ENTRIES} ORDER BY e.key, e.scope", (now,))
    return [_entry(row) for row in rows if chosen is None or row[0] in chosen]


def entry_at(connection: sqlite3.Connection, now: float, scope: str, key: str) -> Entry | None:
    """Return the entry of a key in exactly this scope, None when there is none."""
    row = connection.execute(f"{_ENTRIES} AND e.scope = ? AND e.key = ?", (now, scope, key)).fetchone()
    return _entry(row) if row else None


def _entry(row: tuple[Any, ...]) -> Entry:
    tags = tuple(sorted(str(row[1]).split("\n"))) if row[1] else ()
    return Entry(*(*row[2:], tags))  # columns in the order of the fields


def stats_of(connection: sqlite3.Connection, hits: int, misses: int) -> Stats:
    """Return the sums of all processes, and what this one has not written down yet."""
    entries = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    bodies = connection.execute("SELECT count(*) FROM bodies WHERE refs > 0").fetchone()[0]
    row = connection.execute(
        "SELECT bytes, max_bytes, policy, hits + ?, misses + ?, puts, evictions FROM ledger", (hits, misses)
    ).fetchone()
    return Stats(entries, bodies, *row)
