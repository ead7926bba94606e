"""Services as rows. Whoever writes one either holds its lock or changes nothing that its supervisor says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from phoenix_cli.ecosystem.services.model import ACTIVE, Service
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State


def ensure(state: State, clock: Clock, repo_id: str, name: str) -> Service:
    """Return the row of a service, made when it is started for the first time."""
    with state.write() as connection:
        connection.execute(
            "INSERT INTO services (id, repo_id, name) VALUES (?, ?, ?) ON CONFLICT (repo_id, name) DO NOTHING",
            (new_id("svc", clock.now()), repo_id, name),
        )
    found = find(state, repo_id, name)
    assert found is not None
    return found


def find(state: State, repo_id: str, name: str) -> Service | None:
    """Return the row of a service, None when it was never started."""
    if not state.exists():
        return None
    row = state.read_one("SELECT * FROM services WHERE repo_id = ? AND name = ?", (repo_id, name))
    return from_row(row) if row else None


def get(state: State, service_id: str) -> Service | None:
    """Return the row with an id, None when it is gone."""
    row = state.read_one("SELECT * FROM services WHERE id = ?", (service_id,))
    return from_row(row) if row else None


def all_of(state: State, repo_id: str = "") -> list[Service]:
    """Return every service that was ever started, of one repository or of all."""
    if not state.exists():
        return []
    rows = state.read("SELECT * FROM services WHERE ? IN ('', repo_id) ORDER BY repo_id, name", (repo_id,))
    return [from_row(row) for row in rows]


def active(state: State) -> list[Service]:
    """Return the services that should have a supervisor."""
    if not state.exists():
        return []
    marks = ", ".join("?" * len(ACTIVE))
    return [from_row(row) for row in state.read(f"SELECT * FROM services WHERE status IN ({marks})", ACTIVE)]


def holder_of_port(connection: sqlite3.Connection, port: int, service_id: str) -> tuple[str, str] | None:
    """Return repository and name of another active service that has or was given a port."""
    row = connection.execute(
        "SELECT repos.name AS repo, services.name AS name FROM services JOIN repos ON repos.id = services.repo_id"
        " WHERE services.status IN ('starting', 'running', 'stopping') AND services.id <> ?"
        " AND (services.port = ? OR EXISTS (SELECT 1 FROM json_each(services.ports) WHERE value = ?))",
        (service_id, port, port),
    ).fetchone()
    return (row["repo"], row["name"]) if row else None


def update(connection: sqlite3.Connection, service_id: str, tag: str, values: Mapping[str, Any]) -> bool:
    """Change columns of a row; False when the row is gone, or belongs to another start than the one with this tag."""
    names = ", ".join(f"{name} = :{name}" for name in values)
    changed = connection.execute(
        f"UPDATE services SET {names} WHERE id = :key AND tag = :start", {**values, "key": service_id, "start": tag}
    )
    return changed.rowcount == 1


def process_columns(prefix: str, process: Identity | None) -> dict[str, Any]:
    """Return a process as the columns that keep it."""
    return {
        f"{prefix}_pid": process.pid if process else None,
        f"{prefix}_started": process.started if process else None,
        **({"boot_id": process.boot_id} if process else {}),
    }


_PLAIN = tuple({field.name for field in fields(Service)} - {"launch", "ports", "child", "supervisor"})


def from_row(row: sqlite3.Row) -> Service:
    """Read a row of ``services``."""
    return Service(
        **{name: row[name] for name in _PLAIN},
        launch=json.loads(row["launch"]),
        ports=tuple(json.loads(row["ports"])),
        child=_process(row, "child"),
        supervisor=_process(row, "supervisor"),
    )


def _process(row: sqlite3.Row, prefix: str) -> Identity | None:
    pid = row[f"{prefix}_pid"]
    return None if pid is None else Identity(pid, row[f"{prefix}_started"], row["boot_id"] or "")
