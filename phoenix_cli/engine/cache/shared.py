"""What a store and its child scopes share in one process: the open file, the front, the bodies, and the ways in and out."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from phoenix_cli.engine.cache.bodies import Bodies
from phoenix_cli.engine.cache.database import Database
from phoenix_cli.engine.cache.front import Found, Front
from phoenix_cli.engine.cache.model import Body, New
from phoenix_cli.engine.cache.table import NotAside, add, ledger_of, make_room, remove_all
from phoenix_cli.engine.cache.uses import SOME, Uses
from phoenix_cli.engine.cache.values import chain
from phoenix_cli.kernel.clock import Clock

_READ = (
    "SELECT e.id, e.kind, e.expires, b.hash, b.size, b.data FROM entries e JOIN bodies b ON b.id = e.body"
    " WHERE e.scope = ? AND e.key = ?"
)
_SWEEP = 500
_COLLECT_S = 86_400.0


class Shared:
    """Methods are called with ``lock`` held and, where they touch files, inside ``excused``."""

    def __init__(self, folder: Path, clock: Clock, boot: str, front_bytes: int) -> None:
        self.clock = clock
        self.database = Database(folder / "store.db", clock, boot)
        self.bodies = Bodies(folder)
        self.front = Front(front_bytes)
        self.uses = Uses()
        self.lock = threading.RLock()
        self.problem = ""

    @contextlib.contextmanager
    def excused(self) -> Iterator[None]:
        """Note what the files or the disk did wrong and go on after the body: a cache that fails is no cache, no error."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self.problem = str(error)
            self.front.clear()
            if self.database.recover(error):
                self.uses.clear()

    def found(self, scope: str, key: str) -> Found | None:
        """Return the living entry of a key, from a scope or those around it."""
        if not self.database.there():
            return None
        if self.database.changed():
            self.front.clear()
        found = self.front.get(scope, key)
        if found is not None and (found.expires is None or found.expires > self.database.time.now()):
            return found
        found = self._read(scope, key)
        if found is None:
            self.front.forget(scope, key)
        else:
            self.front.keep(scope, key, found)
        return found

    def _read(self, scope: str, key: str) -> Found | None:
        connection, now = self.database.connection, self.database.time.now()
        for one in chain(scope):
            row = connection.execute(_READ, (one, key)).fetchone()
            if row is None or (row[2] is not None and row[2] <= now):
                continue
            id, kind, expires, hash, size, data = row
            data = self.bodies.read(hash, size) if data is None else _if_sound(data, hash)
            if data is not None:
                return Found(id, kind, data, expires)
            self.discard(hash)
        return None

    def discard(self, hash: bytes) -> None:
        """Remove a damaged body and what refers to it, unless another process has put it right meanwhile."""
        with self.database.write() as connection:
            row = connection.execute("SELECT id, data FROM bodies WHERE hash = ? AND refs > 0", (hash,)).fetchone()
            if row is None or (self.bodies.sound(hash) if row[1] is None else _if_sound(row[1], hash) is not None):
                return
            rows = connection.execute("SELECT id FROM entries WHERE body = ?", (row[0],)).fetchall()
            remove_all(connection, [one for (one,) in rows])
        self.front.clear()
        self.sweep()

    def write(self, new: New, body: Body, data: bytes) -> bool:
        """Write an entry as it is; False when its body is larger than the store may be. Takes ``body.aside`` away."""
        try:
            most = ledger_of(self.database.connection).max_bytes
            if body.size > most:
                self.problem = f"{body.size:,} bytes are more than the cache may hold ({most:,})"
                return False
            id = self._added(new, body, data)
        finally:
            _unlink(body.aside)
        self.front.forget(new.scope, new.key)
        if body.data is not None:
            self.front.keep(new.scope, new.key, Found(id, new.kind, body.data, new.expires))
        return True

    def _added(self, new: New, body: Body, data: bytes) -> int:
        try:
            return self._add(new, body)
        except NotAside:
            aside = self.bodies.write_aside(data)
        try:
            return self._add(new, body._replace(aside=aside))
        finally:
            _unlink(aside)

    def _add(self, new: New, body: Body) -> int:
        tells = len(self.uses) >= SOME
        with self.database.write() as connection:
            ledger = ledger_of(connection)
            id, grown = add(connection, new, body, ledger, self.bodies.install)
            size = self._book(connection, grown)
            full = size > ledger.max_bytes
            if full or tells:
                self.uses.write(connection, ledger)
            if full:
                make_room(connection, ledger._replace(bytes=size), self.database.time.now(), spare=id)
        if full or tells:
            self.uses.clear()
        if full:
            self.front.clear()
        self.sweep()
        return id

    def _book(self, connection: sqlite3.Connection, grown: int) -> int:
        row = connection.execute(
            "UPDATE ledger SET bytes = bytes + ?, puts = puts + 1, seen = ?, wall = ? RETURNING bytes",
            (grown, self.database.time.now(), self.database.time.wall()),
        ).fetchone()
        return int(row[0])

    def remove(self, ids: list[int]) -> int:
        """Delete entries; return how many were there."""
        with self.database.write() as connection:
            gone = remove_all(connection, ids)
        self.front.clear()
        self.sweep()
        return gone

    def sweep(self) -> None:
        """Remove the files of bodies that nothing refers to any more."""
        while self.database.connection.execute("SELECT 1 FROM bodies WHERE refs = 0 LIMIT 1").fetchone():
            with self.database.write() as connection:
                rows = connection.execute("SELECT id, hash FROM bodies WHERE refs = 0 LIMIT ?", (_SWEEP,)).fetchall()
                for id, hash in rows:
                    self.bodies.unlink(hash)
                    connection.execute("DELETE FROM bodies WHERE id = ?", (id,))

    def flush(self) -> None:
        """Write down what reads have to tell."""
        if not self.uses.pending or not self.database.there():
            return
        with self.database.write() as connection:
            self.uses.write(connection, ledger_of(connection))
            values = (self.database.time.now(), self.database.time.wall())
            connection.execute("UPDATE ledger SET seen = ?, wall = ?", values)

    def collect_is_due(self) -> bool:
        """Tell whether it is a day since somebody looked for files that a crash left."""
        now = self.database.now()
        (last,) = self.database.connection.execute("SELECT collected FROM ledger").fetchone()
        return bool(now - last > _COLLECT_S)


def _if_sound(data: bytes, hash: bytes) -> bytes | None:
    return data if hashlib.sha256(data).digest() == hash else None


def _unlink(aside: str) -> None:
    if aside:
        with contextlib.suppress(OSError):
            os.unlink(aside)  # it is gone when it was installed
