"""The means of this machine: which executor, whose leases, which cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from phoenix_cli.engine.executors.interface import Executor
from phoenix_cli.engine.leases.asking import holders_around
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.driving import Means
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.remembering import Results
from phoenix_cli.engine.running.sharing import Sharing
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

if TYPE_CHECKING:
    from phoenix_cli.engine.executors.calls.executor import CallExecutor
    from phoenix_cli.engine.leases.leases import Leases

REMOTE_TTL_S = 30.0  # how long work on other machines keeps its leases after the last word of its coordinator


def means_of(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    environ: Mapping[str, str],
    kinds: Mapping[str, StepKind],
    results: Callable[[], Results] | None = None,
) -> Means:
    """Return the real means."""

    def executor(run: FlowRun, slots: int) -> Executor:
        return executor_of(str(run.options.get("executor") or "local"), run, slots, home, clock, environ)

    def sharing(run: ActiveRun, options: Mapping[str, object], owner: Identity) -> Sharing:
        remote = str(options.get("executor") or "local") != "local"
        return Sharing(leases, owner, holders_around(environ), REMOTE_TTL_S if remote else None)

    def leases() -> Leases:
        from phoenix_cli.engine.leases.leases import Leases

        return Leases(state, clock)

    return Means(state, events, home, clock, environ, kinds, executor, sharing, results)


def _calls(slots: int, clock: Clock, environ: Mapping[str, str]) -> CallExecutor:
    from phoenix_cli.engine.executors.calls.executor import CallExecutor

    return CallExecutor(slots, clock, environ)


def executor_of(
    address: str, run: FlowRun, slots: int, home: Home, clock: Clock, environ: Mapping[str, str]
) -> Executor:
    """Return the executor that an address means: ``local``, or ``dask://host:port``; ``room_at`` has refused any other."""
    folder = home.flows / run.id
    if address == "local":
        from phoenix_cli.engine.executors.direct import foster
        from phoenix_cli.engine.executors.direct.executor import CommandExecutor
        from phoenix_cli.engine.executors.local import LocalExecutor

        commands = CommandExecutor(folder, run.id, clock, foster.mine(), slots, driven=True)
        return LocalExecutor(commands, lambda: _calls(slots, clock, environ), commands)
    from phoenix_cli.engine.executors.cluster import DaskExecutor

    return DaskExecutor(address, folder)
