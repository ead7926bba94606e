"""Stop a service and start it again."""

from __future__ import annotations

from phoenix_cli.ecosystem.services import store
from phoenix_cli.ecosystem.services.model import Report
from phoenix_cli.ecosystem.services.reports import Target
from phoenix_cli.ecosystem.services.starting import Prepare, start
from phoenix_cli.ecosystem.services.stopping import stop
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State


def restart(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    target: Target,
    prepare: Prepare,
    port: int | None = None,
    known_port: int | None = None,
    wait_s: float = 60.0,
) -> Report:
    """End a service if it runs and start it, on the port that it had unless another is asked for.

    Raises what ``stop`` and ``start`` raise; what would refuse the launch should be asked before, while it still runs.
    """
    before = store.find(state, target.repo_id, target.name)
    if before is not None:
        stop(state=state, events=events, home=home, clock=clock, target=target)
        known_port = before.port if before.active and before.port else known_port
    return start(
        state=state, events=events, home=home, clock=clock, target=target, prepare=prepare, port=port,
        known_port=known_port, wait_s=wait_s,
    )  # fmt: skip
