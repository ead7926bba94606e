"""Operations on services of imported repositories: start, stop, restart, wait, status, logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from phoenix_cli.ecosystem import runs
from phoenix_cli.ecosystem.knowledge import known
from phoenix_cli.ecosystem.repositories import Repository, all_repositories, find
from phoenix_cli.ecosystem.running import decide_level, read_variables, require_tool
from phoenix_cli.ecosystem.runs import Launch
from phoenix_cli.ecosystem.services import catalog, looking, restarting, starting, stopping, store
from phoenix_cli.ecosystem.services.containers import attached, require_engine
from phoenix_cli.ecosystem.services.model import LaunchSpec, Report
from phoenix_cli.ecosystem.services.reports import Target
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git


def start_service(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    git: Git,
    environ: Mapping[str, str],
    user_home: Path,
    repo: str,
    service: str | None = None,
    port: int | None = None,
    wait_s: float = 60.0,
    http_path: str = "",
    log_pattern: str = "",
    trusting: bool = False,
    sandboxed: bool = False,
    network: bool = False,
    variables: Sequence[str] = (),
    again: bool = False,
) -> Report:
    """Start a service of an imported repository and wait until it is ready; one that runs is returned as it is.

    With ``again`` one that runs is stopped first, when nothing stands against its start any more. Raises
    ``Refused`` for a repository at level inspect, ``Conflict`` for a taken port, ``Failed`` when the service ends
    instead, ``Unavailable`` when it is not ready in time or its tool is missing.
    """
    repository = find(state, repo)
    detection = known(repository.path, state=state, git=git, clock=clock)
    if again and service is None:
        service = _only_one(state, repository)
    offer = catalog.choose(catalog.offers(detection), service, repository.name)
    target = Target(repository.id, repository.name, offer.name)
    extra = read_variables(variables, environ)
    level = decide_level(
        repository, detection, f"start {target.words}", state=state, events=events, clock=clock, trusting=trusting,
        sandboxed=sandboxed,
    )  # fmt: skip
    if offer.container:
        _refuse_boxed_container(level, target)
        require_engine(offer.argv, environ)
    else:
        require_tool(offer.argv, repository.path / offer.dir, environ)
    ready = catalog.readiness(offer, port=port, http_path=http_path, log_pattern=log_pattern)

    def prepare(told: Mapping[str, str]) -> LaunchSpec:
        launch = Launch(
            repository, offer.name, "start", attached(offer.argv), offer.dir, level, network,
            tuple({"PORT": told["PORT"], "HOST": told["HOST"], **dict(extra)}.items()),
        )  # fmt: skip
        argv, environment, limits = runs.prepare(
            launch, told[processes.TREE_VARIABLE], home, environ, user_home, readable=()
        )
        return LaunchSpec(
            tuple(argv), repository.path / offer.dir, environment, limits, level, level == "trusted" or network, ready
        )

    begin = restarting.restart if again else starting.start
    return begin(
        state=state, events=events, home=home, clock=clock, target=target, prepare=prepare, port=port,
        known_port=offer.port, wait_s=wait_s,
    )  # fmt: skip


def _refuse_boxed_container(level: str, target: Target) -> None:
    if level != "trusted":
        raise Usage(
            f"{target.name} is a container: its engine runs outside of any sandbox",
            code="service.container_in_sandbox",
            hints=(f"phoenix ecosystem start {target.words} --trust",),
        )


def stop_services(
    *, state: State, events: Events, home: Home, clock: Clock, repo: str, service: str | None = None
) -> list[Report]:
    """Stop a service, or all of a repository's that are not stopped, with everything that they started."""
    repository = find(state, repo)
    if service:
        target = Target(repository.id, repository.name, service)
        return [stopping.stop(state=state, events=events, home=home, clock=clock, target=target).report]
    stopping.stop_all(state=state, events=events, home=home, clock=clock, repo_id=repository.id, repo=repository.name)
    return looking.status(state=state, events=events, home=home, clock=clock, repos={repository.id: repository.name})


def _only_one(state: State, repository: Repository) -> str | None:
    """Return the service that was started when there was only one."""
    rows = [one for one in store.all_of(state) if one.repo_id == repository.id]
    active = [one for one in rows if one.active] or rows
    return active[0].name if len(active) == 1 else None


def the_service(state: State, git: Git, clock: Clock, repo: str, service: str | None) -> Target:
    """Return the service that is meant: the named one, else the only one ever started, else the obvious one."""
    repository = find(state, repo)
    started = {one.name for one in store.all_of(state) if one.repo_id == repository.id}
    name = service or _only_one(state, repository)
    if name in started:
        return Target(repository.id, repository.name, str(name))
    detection = known(repository.path, state=state, git=git, clock=clock)
    offer = catalog.choose(catalog.offers(detection), service, repository.name)
    return Target(repository.id, repository.name, offer.name)


def wait_for_service(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    git: Git,
    repo: str,
    service: str | None = None,
    timeout_s: float = 60.0,
) -> Report:
    """Wait until a service is ready. Raises ``Failed`` when it has ended, ``Unavailable`` when the time is up."""
    target = the_service(state, git, clock, repo, service)
    return starting.wait(state=state, events=events, home=home, clock=clock, target=target, timeout_s=timeout_s)


def service_status(
    *, state: State, events: Events, home: Home, clock: Clock, git: Git, repo: str | None = None
) -> list[Report]:
    """Tell how services stand: those of one repository with all that it offers, or all that were ever started."""
    if repo is None:
        names = {one.id: one.name for one in all_repositories(state)}
        return looking.status(state=state, events=events, home=home, clock=clock, repos=names) if names else []
    repository = find(state, repo)
    detection = known(repository.path, state=state, git=git, clock=clock)
    offered = {repository.id: catalog.offers(detection)}
    return looking.status(
        state=state, events=events, home=home, clock=clock, repos={repository.id: repository.name}, offered=offered
    )


def service_log(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    git: Git,
    repo: str,
    service: str | None = None,
    lines: int | None = None,
    everything: bool = False,
    follow: bool = False,
) -> Iterator[bytes]:
    """Read what a service wrote since its last start, the last lines of it, or everything that is kept."""
    target = the_service(state, git, clock, repo, service)
    return looking.read_log(
        state=state, events=events, home=home, clock=clock, target=target, lines=lines, since_start=not everything,
        follow=follow,
    )  # fmt: skip
