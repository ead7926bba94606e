"""The schema, as numbered steps. A shipped step is never edited; a change is a new step.

sqlite-utils runs each step in one transaction together with the record that it ran. ``SCHEMA_VERSION`` in ``version``
counts the steps; a test holds the two together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlite_utils import Database, Migrations

from phoenix_cli.kernel.state.version import APPLICATION_ID

STEPS = Migrations("phoenix")
Step = Callable[[Any], None]


def step(function: Step) -> Step:
    """Add a step under its function's name."""
    STEPS()(function)
    return function


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database up to date. The caller holds the state lock."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database = Database(connection)
    STEPS.apply(database)
    applied = len(STEPS.applied(database))
    connection.execute(f"PRAGMA user_version = {applied:d}")


@step
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


@step
def m0002_repositories(db: Any) -> None:
    """Imported repositories, and what detection told of a tree: keyed by content, so it never goes stale."""
    db.execute(
        """
        CREATE TABLE repos (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            key TEXT NOT NULL UNIQUE,
            url TEXT NOT NULL,
            owner TEXT NOT NULL DEFAULT '',
            path TEXT NOT NULL UNIQUE,
            branch TEXT,
            commit_id TEXT,
            tree_id TEXT,
            imported_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute(
        """
        CREATE TABLE detections (
            tree_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            body TEXT NOT NULL,
            systems TEXT NOT NULL,
            made_at TEXT NOT NULL,
            PRIMARY KEY (tree_id, version)
        ) STRICT, WITHOUT ROWID
        """
    )


@step
def m0003_runs(db: Any) -> None:
    """Which repositories are trusted, by the content of the files that define their commands; and what was run."""
    db.execute(
        """
        CREATE TABLE trusts (
            repo_id TEXT PRIMARY KEY REFERENCES repos(id) ON DELETE CASCADE,
            level TEXT NOT NULL,
            files TEXT NOT NULL,
            commit_id TEXT,
            trusted_at TEXT NOT NULL,
            actor TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute(
        """
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            repo_id TEXT NOT NULL REFERENCES repos(id) ON DELETE CASCADE,
            command TEXT NOT NULL,
            role TEXT NOT NULL,
            argv TEXT NOT NULL,
            dir TEXT NOT NULL,
            level TEXT NOT NULL,
            commit_id TEXT,
            status TEXT NOT NULL,
            exit_code INTEGER,
            reason TEXT NOT NULL DEFAULT '',
            started_at TEXT NOT NULL,
            ended_at TEXT,
            duration_s REAL,
            log TEXT NOT NULL,
            pid INTEGER,
            started TEXT,
            boot_id TEXT
        ) STRICT
        """
    )
    db.execute("CREATE INDEX runs_by_repo ON runs(repo_id, started_at)")


@step
def m0004_services(db: Any) -> None:
    """Services: what was asked for and what their supervisors saw. The environment is never stored."""
    db.execute(
        """
        CREATE TABLE services (
            id TEXT PRIMARY KEY,
            repo_id TEXT NOT NULL REFERENCES repos(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'stopped',
            reason TEXT NOT NULL DEFAULT '',
            tag TEXT NOT NULL DEFAULT '',
            mark TEXT NOT NULL DEFAULT '',
            launch TEXT NOT NULL DEFAULT '{}',
            port INTEGER,
            ports TEXT NOT NULL DEFAULT '[]',
            boot_id TEXT,
            child_pid INTEGER,
            child_started TEXT,
            supervisor_pid INTEGER,
            supervisor_started TEXT,
            exit_code INTEGER,
            restarts INTEGER NOT NULL DEFAULT 0,
            ready_by TEXT NOT NULL DEFAULT '',
            ready_s REAL,
            started_at TEXT,
            ended_at TEXT,
            heartbeat_at TEXT,
            log_from INTEGER NOT NULL DEFAULT 0,
            UNIQUE (repo_id, name)
        ) STRICT
        """
    )


@step
def m0005_imports(db: Any) -> None:
    """Imports and removals under way, so that what was interrupted is finished or cleared away, and never listed."""
    db.execute(
        """
        CREATE TABLE import_journal (
            batch TEXT NOT NULL,
            key TEXT NOT NULL,
            path TEXT NOT NULL,
            repo_id TEXT,
            noted_at TEXT NOT NULL,
            PRIMARY KEY (batch, key)
        ) STRICT, WITHOUT ROWID
        """
    )


@step
def m0006_flows(db: Any) -> None:
    """Runs of flows and their journals; what steps usually take; targets that are left alone for a while."""
    db.execute(
        """
        CREATE TABLE flow_runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            flow TEXT NOT NULL,
            file TEXT NOT NULL,
            dir TEXT NOT NULL,
            source TEXT NOT NULL,
            flow_hash TEXT NOT NULL,
            inputs TEXT NOT NULL,
            options TEXT NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            parent_id TEXT,
            parent_step TEXT,
            fence INTEGER NOT NULL DEFAULT 1,
            owner_pid INTEGER,
            owner_started TEXT,
            owner_boot TEXT,
            beat REAL,
            beat_at REAL NOT NULL DEFAULT 0,
            cancel_reason TEXT,
            started_at TEXT NOT NULL,
            ended_at TEXT,
            duration_s REAL,
            counts TEXT NOT NULL DEFAULT '{}'
        ) STRICT
        """
    )
    db.execute("CREATE INDEX flow_runs_by_flow ON flow_runs(flow, number)")
    db.execute("CREATE INDEX flow_runs_by_parent ON flow_runs(parent_id)")
    db.execute(
        """
        CREATE TABLE flow_journal (
            run INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            wall REAL NOT NULL,
            body TEXT NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (run, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE step_durations (
            fingerprint TEXT PRIMARY KEY,
            mean_s REAL NOT NULL,
            runs INTEGER NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE breakers (
            target TEXT PRIMARY KEY,
            status TEXT NOT NULL,
            failures INTEGER NOT NULL,
            until REAL NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )


@step
def m0007_leases(db: Any) -> None:
    """What steps and people hold of resources that all runs of this home share, and who waits for it."""
    for table in ("leases", "lease_waits"):
        db.execute(
            f"""
            CREATE TABLE {table} (
                holder TEXT NOT NULL,
                resource TEXT NOT NULL,
                amount INTEGER NOT NULL,
                shared INTEGER NOT NULL,
                capacity INTEGER NOT NULL,
                owner TEXT NOT NULL,
                inside TEXT NOT NULL,
                processes TEXT NOT NULL,
                boot_id TEXT NOT NULL,
                beat REAL NOT NULL,
                ttl_s REAL,
                note TEXT NOT NULL,
                since REAL NOT NULL,
                since_at TEXT NOT NULL,
                PRIMARY KEY (holder, resource)
            ) STRICT, WITHOUT ROWID
            """
        )
    db.execute("CREATE INDEX leases_by_resource ON leases(resource)")


@step
def m0008_workstream_files(db: Any) -> None:
    """What was read from workstream files, by the state of each file; everything here can be made again."""
    db.execute("CREATE TABLE workstream_folders (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT")
    db.execute(
        """
        CREATE TABLE workstream_files (
            id INTEGER PRIMARY KEY,
            folder INTEGER NOT NULL REFERENCES workstream_folders(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            ctime_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            settled INTEGER NOT NULL,
            hash BLOB NOT NULL,
            format TEXT NOT NULL,
            body BLOB NOT NULL,
            UNIQUE (folder, name)
        ) STRICT
        """
    )
