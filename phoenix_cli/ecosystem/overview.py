"""Everything at a glance: what is imported, what is or should be running, what was run last."""

from __future__ import annotations

from dataclasses import dataclass

from phoenix_cli.ecosystem.listing import Listed, list_repositories
from phoenix_cli.ecosystem.repositories import Repository, all_repositories
from phoenix_cli.ecosystem.runs import Run, runs_of
from phoenix_cli.ecosystem.services import looking
from phoenix_cli.ecosystem.services.model import Report
from phoenix_cli.ecosystem.trust import trust_of
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State


@dataclass(frozen=True, slots=True)
class Overview:
    """One look. ``changed`` are, by repository name, the files that took a given trust away; ``runs`` newest first."""

    repositories: tuple[Listed, ...]
    services: tuple[Report, ...]
    runs: tuple[tuple[str, Run], ...]
    changed: dict[str, tuple[str, ...]]


def look_over(*, state: State, events: Events, home: Home, clock: Clock, runs: int = 5) -> Overview:
    """Tell about every repository, every service that was ever started and the last runs; first what died is settled."""
    repositories = {one.id: one for one in all_repositories(state)}
    names = {id: one.name for id, one in repositories.items()}
    if not names:
        return Overview((), (), (), {})
    services = looking.status(state=state, events=events, home=home, clock=clock, repos=names)
    last = [run for run in runs_of(state, events, clock, limit=runs) if run.repo_id in names]
    listed = tuple(list_repositories(state=state, events=events, home=home, clock=clock))
    return Overview(
        listed, tuple(services), tuple((names[run.repo_id], run) for run in last), _changed(state, repositories, listed)
    )


def _changed(
    state: State, repositories: dict[str, Repository], listed: tuple[Listed, ...]
) -> dict[str, tuple[str, ...]]:
    given = {row["repo_id"] for row in state.read("SELECT repo_id FROM trusts")}
    fallen = [one for one in listed if one.level == "inspect" and one.id in given and one.id in repositories]
    return {one.name: trust_of(state, repositories[one.id]).changed for one in fallen}
