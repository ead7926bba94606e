"""Homes with rows in them, without importing anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phoenix_cli.app import App, build
from phoenix_cli.ecosystem.repositories import keep_detection
from phoenix_cli.ecosystem.version import DETECTOR_VERSION

THEN = "2026-01-01T00:00:00.000Z"


def add_repository(
    app: App, name: str, *, path: Path | None = None, commands: Sequence[str] = (), services: Sequence[str] = ()
) -> str:
    """Add one as an import would have left it and return its id."""
    path = path or app.home.repos / "example.org" / "me" / name
    id, tree = f"repo_{name}", f"tree-{name}"
    body: dict[str, Any] = {
        "components": [{"system": "npm", "place": "root", "commands": [{"name": command} for command in commands]}],
        "services": [{"name": service} for service in services],
    }
    with app.state.write() as connection:
        connection.execute(
            "INSERT INTO repos (id, name, key, url, owner, path, branch, commit_id, tree_id, imported_at, updated_at)"
            " VALUES (?, ?, ?, ?, 'me', ?, 'main', 'c0ffee', ?, ?, ?)",
            (id, name, f"example.org/me/{name}", f"https://example.org/me/{name}", str(path), tree, THEN, THEN),
        )
        keep_detection(connection, tree, DETECTOR_VERSION, body, THEN)
    return id


def add_run(app: App, repo_id: str, id: str, **columns: Any) -> None:
    """Add a run, by default one that passed."""
    row = {
        "id": id, "repo_id": repo_id, "command": "make:test", "role": "test", "argv": '["make", "test"]', "dir": "",
        "level": "trusted", "commit_id": "c0ffee", "status": "passed", "exit_code": 0, "reason": "", "started_at": THEN,
        "ended_at": THEN, "duration_s": 1.25, "log": "/log", **columns,
    }  # fmt: skip
    with app.state.write() as connection:
        marks = ", ".join(f":{name}" for name in row)
        connection.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({marks})", row)


def add_service(app: App, repo_id: str, name: str, **columns: Any) -> None:
    """Add a service, by default a stopped one."""
    row = {"id": f"svc_{repo_id}_{name}", "repo_id": repo_id, "name": name, **columns}
    with app.state.write() as connection:
        marks = ", ".join(f":{column}" for column in row)
        connection.execute(f"INSERT INTO services ({', '.join(row)}) VALUES ({marks})", row)


def home_at(path: Path) -> App:
    """Return the application over a home, to put rows into it."""
    return build(path, {"USER": "tester"})
