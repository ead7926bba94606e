"""Leases as rows of two tables of the same form. Every function works in its caller's transaction."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

from phoenix_cli.engine.leases.records import Lease
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.processes import Identity

Table = Literal["leases", "lease_waits"]
_COLUMNS = (
    "holder, resource, amount, shared, capacity, owner, inside, processes, boot_id, beat, ttl_s, note, since, since_at"
)
_MARKS = ", ".join("?" * 14)


def read(connection: sqlite3.Connection, table: Table, resources: Sequence[str] | None = None) -> list[Lease]:
    """Return all rows, or those of some resources."""
    query = f"SELECT {_COLUMNS} FROM {table}"
    if resources is None:
        return [_lease(row) for row in connection.execute(query)]
    marks = ", ".join("?" * len(resources))
    return [_lease(row) for row in connection.execute(f"{query} WHERE resource IN ({marks})", resources)]


def write(connection: sqlite3.Connection, table: Table, leases: Iterable[Lease]) -> None:
    """Add rows; the caller has removed those of the same holder."""
    for one in leases:
        connection.execute(
            f"INSERT INTO {table} ({_COLUMNS}) VALUES ({_MARKS})",
            (
                one.holder, *one.claim, one.capacity, one.owner, as_text(one.inside), processes_as_text(one.processes),
                one.boot_id, one.beat, one.ttl_s, one.note, one.since, one.since_at,
            ),
        )  # fmt: skip


def forget(connection: sqlite3.Connection, table: Table, holder: str) -> int:
    """Remove the rows of a holder and return how many there were."""
    return connection.execute(f"DELETE FROM {table} WHERE holder = ?", (holder,)).rowcount


def forget_these(connection: sqlite3.Connection, table: Table, leases: Iterable[Lease]) -> None:
    """Remove some rows."""
    pairs = [(one.holder, one.claim.resource) for one in leases]
    connection.executemany(f"DELETE FROM {table} WHERE holder = ? AND resource = ?", pairs)


@functools.lru_cache(maxsize=256)
def as_text(names: tuple[str, ...]) -> str:
    """Write names as JSON."""
    return json.dumps(names)


@functools.lru_cache(maxsize=256)
def processes_as_text(processes: tuple[Identity, ...]) -> str:
    """Write processes as JSON."""
    return json.dumps([(one.pid, one.started, one.boot_id) for one in processes])


@functools.lru_cache(maxsize=256)
def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@functools.lru_cache(maxsize=256)
def _processes(text: str) -> tuple[Identity, ...]:
    return tuple(Identity(*one) for one in json.loads(text))


def _lease(row: sqlite3.Row) -> Lease:
    holder, resource, amount, shared, capacity, owner, inside, processes, *rest = row
    claim = Claim(resource, amount, bool(shared))
    return Lease(holder, claim, capacity, owner, _names(inside), _processes(processes), *rest)
