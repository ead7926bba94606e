"""The store's file: its tables, and what becomes of a file that cannot be used. Nothing in it is worth an error."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from phoenix_cli.engine.cache.eviction import rank_of
from phoenix_cli.engine.cache.model import MAX_BYTES
from phoenix_cli.kernel.locks import locked

APPLICATION_ID = 0x70687863  # "phxc"
SCHEMA_VERSION = 1
BUSY_S = 10.0

# A body without ``data`` is a file. Its row stays, with ``refs = 0``, until the file is swept: see bodies.py.
_TABLES = f"""
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL, body INTEGER NOT NULL, kind TEXT NOT NULL,
    size INTEGER NOT NULL, cost_s REAL NOT NULL, created REAL NOT NULL, expires REAL, last_used REAL NOT NULL,
    hits INTEGER NOT NULL, rank REAL NOT NULL, UNIQUE (scope, key)
);
CREATE INDEX entries_by_rank ON entries (rank);
CREATE INDEX entries_by_end ON entries (expires) WHERE expires IS NOT NULL;
CREATE TABLE bodies (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, refs INTEGER NOT NULL, data BLOB);
CREATE INDEX bodies_to_sweep ON bodies (id) WHERE refs = 0;
CREATE TABLE tags (tag TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (tag, entry)) WITHOUT ROWID;
CREATE INDEX tags_by_entry ON tags (entry);
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1), max_bytes INTEGER NOT NULL, policy TEXT NOT NULL, bytes INTEGER NOT NULL DEFAULT 0,
    level REAL NOT NULL DEFAULT 0, hits INTEGER NOT NULL DEFAULT 0, misses INTEGER NOT NULL DEFAULT 0,
    puts INTEGER NOT NULL DEFAULT 0, evictions INTEGER NOT NULL DEFAULT 0,
    boot TEXT NOT NULL DEFAULT '', mono REAL NOT NULL DEFAULT 0, base REAL NOT NULL DEFAULT 0,
    seen REAL NOT NULL DEFAULT 0, wall REAL NOT NULL DEFAULT 0, collected REAL NOT NULL DEFAULT 0
);
INSERT INTO ledger (id, max_bytes, policy) VALUES (1, {MAX_BYTES}, 'lru');
"""


class Unusable(Exception):
    """The file is damaged, another program's, or another version's."""


def open_file(path: Path) -> sqlite3.Connection:
    """Open the store's file, in autocommit; make it where there is none, set aside one that cannot be used.

    Raises ``OSError`` and ``sqlite3.Error`` for what a new file would not cure (no room, no permission).
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _opened(path)
    except Unusable:
        return _made_anew(path, None)


def replace(path: Path, bad: int) -> sqlite3.Connection:
    """Set aside the file in which damage was met, known by its inode, unless another process has; open a sound one."""
    return _made_anew(path, bad)


def inode(path: Path) -> int:
    """Return which file stands there; 0 when there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def damaged(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the file itself is bad."""
    name = getattr(error, "sqlite_errorname", "") or ""
    lacks = name == "SQLITE_ERROR" and str(error).startswith(("no such table", "no such column"))
    return lacks or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _made_anew(path: Path, bad: int | None) -> sqlite3.Connection:
    with locked(path.with_name("store.lock")):
        if bad is not None and inode(path) == bad:
            _set_aside(path)
        try:
            return _opened(path, make=True)
        except Unusable:
            _set_aside(path)
            return _opened(path, make=True)


def _opened(path: Path, *, make: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _settle(connection, make)
        return connection
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and damaged(error):
            raise Unusable from error
        raise


def _settle(connection: sqlite3.Connection, make: bool) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.create_function("rank_of", 7, rank_of, deterministic=True)
    if not _ready(connection):
        if not make:
            raise Unusable
        _make(connection)


def _ready(connection: sqlite3.Connection) -> bool:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) == (APPLICATION_ID, SCHEMA_VERSION):
        if connection.execute("SELECT count(*) FROM ledger").fetchone()[0] != 1:
            raise Unusable
        return True
    if application or version or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise Unusable
    return False


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables; the caller holds the lock, for two that switch an empty file to WAL get in each other's way."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _set_aside(path: Path) -> None:
    """Keep the last bad file for whoever wants to look at it; its journal goes with it, or it would spoil the new one."""
    for ending in ("", "-wal", "-shm"):
        one = path.with_name(path.name + ending)
        if one.exists():
            os.replace(one, path.with_name(f"{path.name}.bad{ending}"))
