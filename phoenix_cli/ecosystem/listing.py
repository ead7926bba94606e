"""Operations that tell about imported repositories: list, show."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem.knowledge import known, working_state
from phoenix_cli.ecosystem.repositories import Repository, all_repositories, find, main_systems
from phoenix_cli.ecosystem.runs import proven, runs_of
from phoenix_cli.ecosystem.services.glance import glance
from phoenix_cli.ecosystem.services.model import Service
from phoenix_cli.ecosystem.trust import Level, trust_of
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. ``service`` is the status of its services (the most telling), ``last_run`` ``test passed``."""

    id: str
    name: str
    path: Path
    build_systems: tuple[str, ...]
    service: str | None
    level: Level
    last_run: str | None
    updated_at: str


def list_repositories(*, state: State, events: Events, home: Home, clock: Clock) -> list[Listed]:
    """List the imported repositories by name."""
    repositories = all_repositories(state)
    if not repositories:
        return []
    systems = {
        row["tree_id"]: tuple(json.loads(row["systems"]))
        for row in state.read("SELECT tree_id, systems, max(version) FROM detections GROUP BY tree_id")
    }
    runs = {
        row["repo_id"]: f"{row['command'].rpartition(':')[2]} {row['status']}"
        for row in state.read("SELECT repo_id, command, status, max(started_at) FROM runs GROUP BY repo_id")
    }
    trusted = {row["repo_id"] for row in state.read("SELECT repo_id FROM trusts")}
    services = _services(glance(state=state, events=events, home=home, clock=clock))
    return [
        Listed(
            id=one.id, name=one.name, path=one.path, build_systems=systems.get(one.tree or "", ()),
            service=services.get(one.id), level=trust_of(state, one).level if one.id in trusted else "inspect",
            last_run=runs.get(one.id), updated_at=one.updated_at,
        )
        for one in repositories
    ]  # fmt: skip


#: The most telling first: what is wrong before what is well.
_TELLING = ("failed", "stopping", "starting", "running", "stopped")


def _services(services: Mapping[str, Sequence[Service]]) -> dict[str, str]:
    return {
        repo_id: min((service.status for service in several), key=_TELLING.index)
        for repo_id, several in services.items()
    }


def show_repository(*, state: State, events: Events, git: Git, clock: Clock, repo: str) -> dict[str, Any]:
    """Show one repository: where it is, what it is, its trust, and how its commands went here."""
    repository = find(state, repo)
    detection = known(repository.path, state=state, git=git, clock=clock)
    now = working_state(repository.path, git)
    runs_of(state, events, clock, repository.id, limit=1)  # so that an interrupted run is told as one
    return {
        "id": repository.id,
        "name": repository.name,
        "url": repository.url,
        "path": str(repository.path),
        "branch": now.branch if now else repository.branch,
        "commit": now.commit if now else repository.commit,
        "changes": now.changed + now.untracked if now else 0,
        "imported_at": repository.imported_at,
        "updated_at": repository.updated_at,
        "build_systems": main_systems(detection),
        "trust": _trust(state, repository),
        "proven": {name: _proof(run) for name, run in proven(state, repository.id).items()},
        "detection": detection,
    }


def _trust(state: State, repository: Repository) -> Mapping[str, Any]:
    held = dataclasses.asdict(trust_of(state, repository))
    return {**held, "changed": list(held["changed"])}


def _proof(run: Any) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "status": run.status,
        "exit_code": run.exit_code,
        "duration_s": run.duration_s,
        "ended_at": run.ended_at,
        "level": run.level,
        "commit": run.commit,
    }
