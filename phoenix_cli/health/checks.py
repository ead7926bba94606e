"""The checks of ``phoenix doctor``. Each has a stable id; a broken state is shown, never stumbled over."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from phoenix_cli.health.tools import TOOLS, versions
from phoenix_cli.kernel import sandbox
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state.database import marker, read_only
from phoenix_cli.kernel.state.version import APPLICATION_ID, SCHEMA_VERSION

Status = Literal["ok", "note", "broken"]
OLDEST_GIT = (2, 38)  # safe.bareRepository, which keeps a bare repository inside a tree from running its config
LOW_DISK = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: ``note`` costs something that may not matter here, ``broken`` is in the way of Phoenix itself."""

    id: str
    status: Status
    found: str
    version: str | None = None
    costs: str = ""
    hint: str = ""


def examine(*, home: Home, environ: Mapping[str, str]) -> list[Check]:
    """Check the tools, the state folder and the sandbox of this machine."""
    return [*_tools(environ), *_state(home), _sandbox()]


def _tools(environ: Mapping[str, str]) -> Iterator[Check]:
    found = versions(environ)
    for tool in TOOLS:
        version, id = found[tool.name], f"{tool.name}.found"
        if version is None:
            yield Check(id, "broken" if tool.needed else "note", "not installed", None, tool.costs, tool.hint)
        elif version == "":
            yield Check(
                id, "note", "installed, but does not answer", None, tool.costs, f"{tool.name} {' '.join(tool.ask)}"
            )
        elif tool.name == "git" and _numbers(version) < OLDEST_GIT:
            yield Check(
                id, "broken", "too old", version, "a hostile repository could run code", "upgrade git to 2.38 or newer"
            )
        else:
            yield Check(id, "ok", "installed", version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _state(home: Home) -> Iterator[Check]:
    yield _folder(home)
    yield _disk(home)
    yield _database(home.database)


def _folder(home: Home) -> Check:
    place = _nearest(home.root)
    if os.access(place, os.W_OK | os.X_OK) and os.path.isdir(place):
        return Check(
            "state.writable", "ok", str(home.root) + ("" if os.path.exists(home.root) else " (made when needed)")
        )
    costs, hint = "nothing can be imported or run", "choose another with --home or PHOENIX_HOME"
    why = "cannot be written" if os.path.isdir(place) else "is not a folder"
    return Check("state.writable", "broken", f"{place} {why}", None, costs, hint)


def _nearest(root: Path) -> Path:
    """Return what exists of a path; ``os.path`` says no where we may not look, ``Path`` would raise."""
    return next(folder for folder in (root, *root.parents) if os.path.exists(folder))


def _disk(home: Home) -> Check:
    free = shutil.disk_usage(_nearest(home.root)).free
    found = f"{free / (1 << 30):.1f} GiB free"
    if free >= LOW_DISK:
        return Check("state.disk", "ok", found)
    return Check("state.disk", "note", found, None, "imports and builds may fail", "phoenix ecosystem remove NAME")


def _database(path: Path) -> Check:
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        if os.path.exists(marker(path)):
            hint = f"put a backup of {path} back, or start anew: rm {marker(path)}"
            return Check("state.database", "broken", "lost", None, "everything that was imported", hint)
        return Check("state.database", "ok", "none yet")
    try:
        with closing(sqlite3.connect(read_only(path), uri=True, timeout=5)) as connection:
            return _opened(path, connection)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return _damaged(path, str(error))
        costs, hint = "everything that was imported", f"see that you may read and write {path.parent}"
        return Check("state.database", "broken", f"cannot be read: {error}", None, costs, hint)


def _opened(path: Path, connection: sqlite3.Connection) -> Check:
    health = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if health != "ok":
        return _damaged(path, health)
    if application != APPLICATION_ID:
        return _damaged(path, "it is not a phoenix database")
    if version > SCHEMA_VERSION:
        found = f"schema {version}, this phoenix knows {SCHEMA_VERSION}"
        return Check("state.database", "broken", found, None, "everything", "upgrade this phoenix")
    found = f"healthy, schema {version}" + ("" if version == SCHEMA_VERSION else " (upgraded at the next use)")
    return Check("state.database", "ok", found)


def _damaged(path: Path, why: str) -> Check:
    hint = f"put a backup back, or move it away: mv {path} {path}.damaged; rm {marker(path)}"
    return Check("state.database", "broken", f"damaged: {why}", None, "everything that was imported", hint)


def _sandbox() -> Check:
    reason = sandbox.broken()
    if not reason:
        return Check("sandbox.works", "ok", "bubblewrap starts here")
    costs = "untrusted repositories cannot be run"
    hint = (
        "apt install bubblewrap"
        if "not installed" in reason
        else "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1"
    )
    return Check("sandbox.works", "note", reason, None, costs, hint)
