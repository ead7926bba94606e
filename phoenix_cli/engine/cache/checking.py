"""Look at everything that the store holds, and put right what a crash, or a hand in its folder, left."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from phoenix_cli.engine.cache.model import Verified
from phoenix_cli.engine.cache.shared import Shared
from phoenix_cli.engine.cache.table import ENTRY_BYTES

_SUM = (
    "SELECT coalesce((SELECT sum(size) FROM bodies WHERE refs > 0), 0)"
    f" + coalesce((SELECT sum({ENTRY_BYTES} + length(CAST(key AS BLOB))) FROM entries), 0)"
)
_COUNTED = "(SELECT body, count(*) AS count FROM entries GROUP BY body)"
_REFS = f"SELECT 1 FROM bodies b LEFT JOIN {_COUNTED} e ON e.body = b.id WHERE b.refs != coalesce(e.count, 0) LIMIT 1"


def verify(shared: Shared, *, repair: bool = False) -> Verified:
    """Read every body and compare its hash, look for files without a row, add the sums up again; ``repair`` puts it right."""
    connection = shared.database.connection
    damaged = tuple(hash.hex() for hash in _damaged(shared, connection))
    orphans = tuple(one.name for batch in shared.bodies.files() for one in _orphans(connection, batch))
    orphans += tuple(one.name for one in shared.bodies.left_aside())
    miscounted = _miscounted(connection)
    if repair:
        for one in damaged:
            shared.discard(bytes.fromhex(one))
        collect(shared)
    entries = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    bodies = connection.execute("SELECT count(*) FROM bodies WHERE refs > 0").fetchone()[0]
    return Verified(entries, bodies, damaged, orphans, miscounted, repair)


def collect(shared: Shared) -> int:
    """Remove files that nothing refers to, settle wrong sums; return how many files there were."""
    gone = 0
    for batch in shared.bodies.files():
        with shared.database.write() as connection:  # nobody installs a body while its folder is looked at
            for one in _orphans(connection, batch):
                one.unlink(missing_ok=True)
                gone += 1
    for one in shared.bodies.left_aside():
        one.unlink(missing_ok=True)
        gone += 1
    with shared.database.write() as connection:
        if _miscounted(connection):
            _recount(connection)
        connection.execute("UPDATE ledger SET collected = ?", (shared.database.time.now(),))
    shared.sweep()
    return gone


def _damaged(shared: Shared, connection: sqlite3.Connection) -> Iterator[bytes]:
    for id, hash in connection.execute("SELECT id, hash FROM bodies WHERE refs > 0").fetchall():
        row = connection.execute("SELECT data FROM bodies WHERE id = ? AND refs > 0", (id,)).fetchone()
        if row is None:
            continue  # deleted meanwhile
        if not (shared.bodies.sound(hash) if row[0] is None else hashlib.sha256(row[0]).digest() == hash):
            yield hash


def _orphans(connection: sqlite3.Connection, batch: list[Path]) -> Iterator[Path]:
    for one in batch:
        try:
            hash = bytes.fromhex(one.name)
        except ValueError:
            hash = b""
        if not connection.execute(
            "SELECT 1 FROM bodies WHERE hash = ? AND data IS NULL AND refs > 0", (hash,)
        ).fetchone():
            yield one


def _miscounted(connection: sqlite3.Connection) -> bool:
    (kept,) = connection.execute("SELECT bytes FROM ledger").fetchone()
    return kept != connection.execute(_SUM).fetchone()[0] or connection.execute(_REFS).fetchone() is not None


def _recount(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE bodies SET refs = 0")
    connection.execute(f"UPDATE bodies SET refs = e.count FROM {_COUNTED} e WHERE e.body = bodies.id")
    connection.execute("DELETE FROM bodies WHERE refs = 0 AND data IS NOT NULL")
    connection.execute(f"UPDATE ledger SET bytes = ({_SUM})")
