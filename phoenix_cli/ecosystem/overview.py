"""Everything at a glance: what is imported, what is or should be running, what was run last."""

from __future__ import annotations

from phoenix_cli.ecosystem.listing import Listed, list_repositories
from phoenix_cli.ecosystem.repositories import Repository, all_repositories
from phoenix_cli.ecosystem.runs import Run, runs_of
from phoenix_cli.ecosystem.services import looking
from phoenix_cli.ecosystem.services.model import Report
from phoenix_cli.ecosystem.trust import trust_of
from phoenix_cli.engine.running.flow_runs import FlowRun, listed, unfinished
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State


@record
class Overview:
    """One look. ``changed`` are, by repository name, the files that took a given trust away.

    ``runs`` are the last ones of repositories' commands, ``flows`` those of flows and all that can be gone on with; newest first.
    """

    repositories: tuple[Listed, ...]
    services: tuple[Report, ...]
    runs: tuple[tuple[str, Run], ...]
    changed: dict[str, tuple[str, ...]]
    flows: tuple[FlowRun, ...] = ()


def look_over(*, state: State, events: Events, home: Home, clock: Clock, runs: int = 5) -> Overview:
    """Tell about every repository, every service that was ever started and the last runs; first what died is settled."""
    repositories = {one.id: one for one in all_repositories(state)}
    names = {id: one.name for id, one in repositories.items()}
    flows = _flows(state, runs)
    if not names:
        return Overview((), (), (), {}, flows)
    services = looking.status(state=state, events=events, home=home, clock=clock, repos=names)
    last = [run for run in runs_of(state, events, clock, limit=runs) if run.repo_id in names]
    shown = tuple(list_repositories(state=state, events=events, home=home, clock=clock))
    return Overview(
        shown, tuple(services), tuple((names[run.repo_id], run) for run in last),
        _changed(state, repositories, shown), flows,
    )  # fmt: skip


def _flows(state: State, limit: int) -> tuple[FlowRun, ...]:
    """Return the last runs of flows, and older ones that have not come to an end."""
    last = listed(state, limit=limit) if limit else []
    numbers = {run.number for run in last}
    return (*last, *(run for run in unfinished(state) if run.number not in numbers))


def _changed(
    state: State, repositories: dict[str, Repository], listed: tuple[Listed, ...]
) -> dict[str, tuple[str, ...]]:
    given = {row["repo_id"] for row in state.read("SELECT repo_id FROM trusts")}
    fallen = [one for one in listed if one.level == "inspect" and one.id in given and one.id in repositories]
    return {one.name: trust_of(state, repositories[one.id]).changed for one in fallen}
