"""What is under way, written down before it begins.

One batch is one call: the same sources asked in the same way have the same batch name, so that the same command again
finds what an interrupted one has done. A row with a ``repo_id`` is done; one without it may have left a folder at its path.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from phoenix_cli.ecosystem.imports.model import Item
from phoenix_cli.ecosystem.imports.places import clear_aside, delete_tree, its_turn
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

REMOVAL = "removal"
FORGET_AFTER = timedelta(days=30)


def batch_name(items: Sequence[Item]) -> str:
    """Return the name of a call: the same for the same repositories in any order."""
    words = sorted([item.key, item.wish.revision, item.wish.depth] for item in items)
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:24]


@contextlib.contextmanager
def taken_up(home: Home, batch: str) -> Iterator[bool]:
    """For the body, own a batch; False when another process is at the very same one."""
    lock = FileLock(home.locks / f"batch-{batch}.lock")
    mine = lock.acquire(wait=False)
    try:
        yield mine
    finally:
        if (
            mine
        ):  # so that calls leave no files; were two owners to meet by this, each repository still has its own lock
            lock.path.unlink(missing_ok=True)
        lock.release()


def begin(state: State, clock: Clock, batch: str, items: Sequence[Item]) -> dict[str, str]:
    """Note what is about to be done; return the ids of what an interrupted call of the same batch has done, by key."""
    now = clock.now()
    with state.write() as connection:
        connection.execute("DELETE FROM import_journal WHERE noted_at < ?", (iso(now - FORGET_AFTER),))
        connection.executemany(
            "INSERT INTO import_journal (batch, key, path, noted_at) VALUES (?, ?, '', ?) ON CONFLICT DO NOTHING",
            [(batch, item.key, iso(now)) for item in items],
        )
        rows = connection.execute(
            "SELECT import_journal.key, repo_id FROM import_journal JOIN repos ON repos.id = repo_id WHERE batch = ?",
            (batch,),
        ).fetchall()
    return {row["key"]: row["repo_id"] for row in rows}


def note_path(connection: sqlite3.Connection, batch: str, key: str, path: Path | None) -> None:
    """Note where a repository is about to be put, in a transaction of its own: nothing stands there yet. None takes the
    note back: what stands there later is not ours."""
    where = "" if path is None else str(path)
    connection.execute("UPDATE import_journal SET path = ? WHERE batch = ? AND key = ?", (where, batch, key))


def note_done(connection: sqlite3.Connection, batch: str, key: str, repo_id: str) -> None:
    """Note in the transaction that lists a repository that it is done."""
    connection.execute("UPDATE import_journal SET repo_id = ? WHERE batch = ? AND key = ?", (repo_id, batch, key))


def note_removal(connection: sqlite3.Connection, clock: Clock, key: str, path: Path) -> None:
    """Note in the transaction that takes a repository off the list that its folder is still to be deleted."""
    connection.execute(
        "INSERT OR REPLACE INTO import_journal (batch, key, path, noted_at) VALUES (?, ?, ?, ?)",
        (REMOVAL, key, str(path), iso(clock.now())),
    )


def close(state: State, batch: str, key: str | None = None) -> None:
    """Forget a batch that has nothing left to do, or one entry of it."""
    with state.write() as connection:
        connection.execute(
            "DELETE FROM import_journal WHERE batch = ? AND ? IN (key, '*')", (batch, "*" if key is None else key)
        )


def clear(state: State, home: Home) -> None:
    """Clear away what killed processes left: halves that were being made, and whole folders that no list names.

    A folder that no list names was put into place by a phoenix that was killed before it could list it, or taken off the
    list by one that was killed before it could delete it. Only paths that the journal names are touched.
    """
    clear_aside(home)
    if not state.exists():
        return
    for row in state.read("SELECT batch, key, path FROM import_journal WHERE repo_id IS NULL AND path <> ''"):
        with its_turn(home, row["key"], wait=False) as mine:
            if mine:
                _clear_row(state, home, row["batch"], row["key"])


def _clear_row(state: State, home: Home, batch: str, key: str) -> None:
    entry = "FROM import_journal WHERE batch = ? AND key = ? AND repo_id IS NULL"
    row = state.read_one(f"SELECT path {entry}", (batch, key))  # again: its owner may have ended meanwhile
    if row is None or not row["path"]:
        return
    path = Path(row["path"])
    listed = state.read_one("SELECT 1 FROM repos WHERE path = ?", (str(path),))
    if listed is None and home.repos in path.parents and (path / ".git").is_dir():
        delete_tree(path)
    with state.write() as connection:
        note_path(connection, batch, key, None)
        connection.execute("DELETE FROM import_journal WHERE batch = ? AND key = ?", (REMOVAL, key))
