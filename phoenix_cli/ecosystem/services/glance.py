"""The services of all repositories at a glance, for lists: what starts supervisors is imported only when one is missing."""

from __future__ import annotations

from phoenix_cli.ecosystem.services import store
from phoenix_cli.ecosystem.services.model import Service, places
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State


def glance(*, state: State, events: Events, home: Home, clock: Clock) -> dict[str, list[Service]]:
    """Return every service that was ever started, by the id of its repository, as it truly is."""
    rows = store.all_of(state)
    if any(row.active and FileLock(places(home, row.id).lock).is_free() for row in rows):
        from phoenix_cli.ecosystem.services.reconcile import reconcile

        reconcile(state=state, events=events, home=home, clock=clock)
        rows = store.all_of(state)
    found: dict[str, list[Service]] = {}
    for row in rows:
        found.setdefault(row.repo_id, []).append(row)
    return found
