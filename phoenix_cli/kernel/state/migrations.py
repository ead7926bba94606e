"""The schema, as numbered steps. A shipped step is never edited; a change is a new step.

sqlite-utils runs each step in one transaction together with the record that it ran. ``SCHEMA_VERSION`` in ``database``
counts the steps; a test holds the two together.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlite_utils import Database, Migrations

from phoenix_cli.kernel.state.database import APPLICATION_ID

STEPS = Migrations("phoenix")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database up to date. The caller holds the state lock."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database = Database(connection)
    STEPS.apply(database)
    applied = len(STEPS.applied(database))
    connection.execute(f"PRAGMA user_version = {applied:d}")


@STEPS()
def m0001_events(db: Any) -> None:
    """The event log: append-only, one row for everything that was done."""
    db.execute(
        """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            operation TEXT NOT NULL,
            target TEXT NOT NULL DEFAULT '',
            arguments TEXT NOT NULL DEFAULT '{}',
            before TEXT,
            after TEXT,
            outcome TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX events_by_target ON events(target, seq)")
    db.execute(
        "CREATE TRIGGER events_are_append_only BEFORE UPDATE ON events"
        " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
    )
