"""Who leaves first when the store is full: entries in the order of their rank, the lowest first.

``lru``: the time of last use. ``ttl``: the end; what has none comes last, by its last use. ``lfu`` and ``cost`` rank an entry by
what it is worth plus the level at its last use; the level is the rank of what was evicted last, so what was popular once grows
old. ``lfu`` is LFU with dynamic ageing: worth = uses (Arlitt, Cherkasova, Dilley, Friedrich, Jin: Evaluating content management
techniques for Web proxy caches, 2000). ``cost`` is GreedyDual-Size with frequency: worth = uses * seconds to make it again / byte
(Cao and Irani: Cost-aware WWW proxy caching algorithms, 1997; Cherkasova, 1998).
"""

from __future__ import annotations

import sqlite3

from phoenix_cli.engine.cache.model import Policy

_NO_END = 1e12  # above every time
_LEAST_COST_S = 1e-3
_BATCH = 64


def rank_of(
    policy: Policy, level: float, hits: int, cost_s: float, size: int, last_used: float, expires: float | None
) -> float:
    """Return the rank of an entry; SQL calls it, too."""
    if policy == "lru":
        return last_used
    if policy == "ttl":
        return _NO_END + last_used if expires is None else expires
    if policy == "lfu":
        return level + hits + 1
    return level + (hits + 1) * max(cost_s, _LEAST_COST_S) / max(size, 1)


def rank_all(connection: sqlite3.Connection, policy: Policy) -> None:
    """Rank every entry anew under another policy, in the caller's transaction."""
    connection.execute("UPDATE ledger SET policy = ?, level = 0", (policy,))
    connection.execute("UPDATE entries SET rank = rank_of(?, 0, hits, cost_s, size, last_used, expires)", (policy,))


def candidates(connection: sqlite3.Connection, now: float, spare: int) -> list[tuple[int, float | None]]:
    """Return (id, rank) of a batch of those that leave next; a rank of None is an entry whose time is over anyway."""
    over = connection.execute(
        "SELECT id, NULL FROM entries WHERE expires <= ? AND id != ? LIMIT ?", (now, spare, _BATCH)
    ).fetchall()
    if over:
        return over
    return connection.execute(
        "SELECT id, rank FROM entries WHERE id != ? ORDER BY rank LIMIT ?", (spare, _BATCH)
    ).fetchall()
