"""The operation that lists imported repositories: from the state alone, and quick at the prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_cli.ecosystem.repositories import Repository, all_repositories
from phoenix_cli.ecosystem.services.glance import glance
from phoenix_cli.ecosystem.services.model import Service
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

if TYPE_CHECKING:
    from phoenix_cli.ecosystem.trust import Level


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
    runs = _last_runs(state, events, clock)
    levels = _levels(state, repositories)
    services = _services(glance(state=state, events=events, home=home, clock=clock))
    return [
        Listed(
            id=one.id, name=one.name, path=one.path, build_systems=systems.get(one.tree or "", ()),
            service=services.get(one.id), level=levels.get(one.id, "inspect"),
            last_run=runs.get(one.id), updated_at=one.updated_at,
        )
        for one in repositories
    ]  # fmt: skip


def _last_runs(state: State, events: Events, clock: Clock) -> dict[str, str]:
    query = "SELECT repo_id, command, status, max(started_at) FROM runs GROUP BY repo_id"
    if state.read("SELECT 1 FROM runs WHERE status = 'running' LIMIT 1"):
        from phoenix_cli.ecosystem.runs import runs_of

        runs_of(state, events, clock, limit=1)  # settles those whose phoenix has died
    return {row["repo_id"]: f"{row['command'].rpartition(':')[2]} {row['status']}" for row in state.read(query)}


def _levels(state: State, repositories: Sequence[Repository]) -> dict[str, Level]:
    """Return the levels above inspect as they hold now; files are read only of repositories that were given one."""
    given = {row["repo_id"] for row in state.read("SELECT repo_id FROM trusts")}
    if not given:
        return {}
    from phoenix_cli.ecosystem.trust import trust_of

    return {one.id: trust_of(state, one).level for one in repositories if one.id in given}


#: The most telling first: what is wrong before what is well.
_TELLING = ("failed", "stopping", "starting", "running", "stopped")


def _services(services: Mapping[str, Sequence[Service]]) -> dict[str, str]:
    return {
        repo_id: min((service.status for service in several), key=_TELLING.index)
        for repo_id, several in services.items()
    }
