"""Entries and bodies as rows. Every function here works inside a transaction of its caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import NamedTuple

from phoenix_cli.engine.cache.eviction import candidates
from phoenix_cli.engine.cache.model import Body, New, Policy

ENTRY_BYTES = 200  # what the rows of an entry and their places in the indexes take, beside key and body


class Ledger(NamedTuple):
    """The one row of sums and settings."""

    bytes: int
    max_bytes: int
    policy: Policy
    level: float


class NotAside(Exception):
    """The body was there before the transaction and is gone: its file has to be written first."""


Install = Callable[[Body], None]


def ledger_of(connection: sqlite3.Connection) -> Ledger:
    """Return the sums and settings."""
    return Ledger(*connection.execute("SELECT bytes, max_bytes, policy, level FROM ledger").fetchone())


def add(connection: sqlite3.Connection, new: New, body: Body, ledger: Ledger, install: Install) -> tuple[int, int]:
    """Write an entry over what has its key; return its id and by how many bytes the store grew."""
    old = connection.execute("SELECT id FROM entries WHERE scope = ? AND key = ?", (new.scope, new.key)).fetchone()
    body_id, grown = _take(connection, body, install)
    if old is not None:
        grown -= remove(connection, old[0])
    rank_values = (ledger.policy, ledger.level, 0, new.cost_s, body.size, new.created, new.expires)
    made = connection.execute(
        "INSERT INTO entries (scope, key, body, kind, size, cost_s, created, expires, last_used, hits, rank)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, rank_of(?, ?, ?, ?, ?, ?, ?))",
        (
            new.scope, new.key, body_id, new.kind, body.size, new.cost_s, new.created, new.expires, new.created,
            *rank_values,
        ),
    ).lastrowid  # fmt: skip
    assert made is not None
    if new.tags:
        connection.executemany(
            "INSERT OR IGNORE INTO tags (tag, entry) VALUES (?, ?)", [(tag, made) for tag in new.tags]
        )
    return made, grown + ENTRY_BYTES + len(new.key.encode("utf-8"))


def _take(connection: sqlite3.Connection, body: Body, install: Install) -> tuple[int, int]:
    """Count one reference more to a body, storing it when it is new; return its id and how many bytes came."""
    row = connection.execute("SELECT id, refs FROM bodies WHERE hash = ?", (body.hash,)).fetchone()
    if row is not None and row[1] > 0:
        connection.execute("UPDATE bodies SET refs = refs + 1 WHERE id = ?", (row[0],))
        return row[0], 0
    if body.data is None:
        if not body.aside:
            raise NotAside
        install(body)  # a rename: short enough to hold the lock for, and nobody sweeps meanwhile
    if row is not None:
        connection.execute("UPDATE bodies SET refs = 1 WHERE id = ?", (row[0],))
        return row[0], body.size
    made = connection.execute(
        "INSERT INTO bodies (hash, size, refs, data) VALUES (?, ?, 1, ?)", (body.hash, body.size, body.data)
    ).lastrowid
    assert made is not None
    return made, body.size


def remove(connection: sqlite3.Connection, id: int) -> int:
    """Take an entry away and return how many bytes that frees; the file of a body is left to the next sweep."""
    row = connection.execute("DELETE FROM entries WHERE id = ? RETURNING body, key", (id,)).fetchone()
    if row is None:
        return 0
    connection.execute("DELETE FROM tags WHERE entry = ?", (id,))
    freed = ENTRY_BYTES + len(row[1].encode("utf-8"))
    refs, size, file = connection.execute(
        "UPDATE bodies SET refs = refs - 1 WHERE id = ? RETURNING refs, size, data IS NULL", (row[0],)
    ).fetchone()
    if refs > 0:
        return freed
    if not file:
        connection.execute("DELETE FROM bodies WHERE id = ?", (row[0],))
    return freed + int(size)


def remove_all(connection: sqlite3.Connection, ids: Iterable[int]) -> int:
    """Take entries away, settle the sum, and return how many there were."""
    freed = [remove(connection, one) for one in ids]
    connection.execute("UPDATE ledger SET bytes = bytes - ?", (sum(freed),))
    return sum(one > 0 for one in freed)


def make_room(connection: sqlite3.Connection, ledger: Ledger, now: float, spare: int = 0) -> None:
    """Evict until the store is under its limit, half a percent further so that not every put has to; never ``spare``."""
    size, level, gone = ledger.bytes, ledger.level, 0
    if size <= ledger.max_bytes:
        return
    target = ledger.max_bytes - ledger.max_bytes // 200
    while size > target and (batch := candidates(connection, now, spare)):
        for id, rank in batch:
            size -= remove(connection, id)
            gone += 1
            level = level if rank is None else max(level, rank)
            if size <= target:
                break
    grows = ledger.policy in ("lfu", "cost")
    connection.execute(
        "UPDATE ledger SET bytes = ?, level = ?, evictions = evictions + ?", (size, level if grows else 0.0, gone)
    )


def rank_some(connection: sqlite3.Connection, ledger: Ledger, ids: Iterable[int]) -> None:
    """Rank entries anew after they were used or renewed."""
    connection.executemany(
        "UPDATE entries SET rank = rank_of(?, ?, hits, cost_s, size, last_used, expires) WHERE id = ?",
        [(ledger.policy, ledger.level, id) for id in ids],
    )
