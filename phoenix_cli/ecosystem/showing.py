"""The operation that shows one imported repository: where it is, what it is, and how its commands went here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from phoenix_cli.ecosystem.knowledge import known, working_state
from phoenix_cli.ecosystem.repositories import Repository, find, main_systems
from phoenix_cli.ecosystem.runs import proven, runs_of
from phoenix_cli.ecosystem.trust import trust_of
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git


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
