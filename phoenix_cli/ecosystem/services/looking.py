"""Look at services and at what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from phoenix_cli.ecosystem.services import logs, store
from phoenix_cli.ecosystem.services.catalog import Offer
from phoenix_cli.ecosystem.services.model import Report, Service, places
from phoenix_cli.ecosystem.services.reconcile import reconcile
from phoenix_cli.ecosystem.services.reports import Target, never_started, report
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State


def status(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    repos: Mapping[str, str],
    offered: Mapping[str, Sequence[Offer]] | None = None,
) -> list[Report]:
    """Return every service of some repositories (name by id): those ever started, and those that are only offered."""
    reconcile(state=state, events=events, home=home, clock=clock)
    rows = [service for service in store.all_of(state) if service.repo_id in repos]
    found = [report(service, repos[service.repo_id], home) for service in rows]
    started = {(service.repo_id, service.name) for service in rows}
    for repo_id, offers in (offered or {}).items():
        found += [
            Report(offer.name, "stopped", None, None, None, repos[repo_id])
            for offer in offers
            if (repo_id, offer.name) not in started
        ]
    return sorted(found, key=lambda one: (one.repo, one.service))


def read_log(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    target: Target,
    lines: int | None = None,
    since_start: bool = True,
    follow: bool = False,
) -> Iterator[bytes]:
    """Yield what a service wrote: since its last start, or all that is kept; at most its last lines.

    With ``follow`` it goes on until the service has ended. The bytes are exactly the service's own.
    """
    service = store.find(state, target.repo_id, target.name)
    if service is None:
        raise never_started(target)
    folder = places(home, service.id).log
    position = service.log_from if since_start else 0
    if lines is not None:
        position = logs.tail(folder, lines, since=position)
    if not follow:
        return logs.read(folder, position)

    def over() -> bool:
        return _has_ended(service, state=state, events=events, home=home, clock=clock)

    return logs.follow(folder, position, clock, over)


def _has_ended(service: Service, *, state: State, events: Events, home: Home, clock: Clock) -> bool:
    now = store.get(state, service.id)
    if now is not None and now.active and FileLock(places(home, now.id).lock).is_free():
        reconcile(state=state, events=events, home=home, clock=clock, repo_id=now.repo_id)
        now = store.get(state, service.id)
    return now is None or not now.active
