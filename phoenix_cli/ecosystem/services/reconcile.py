"""Hold the rows against reality: a free lock means that nobody watches, whatever the row says.

Every operation on services begins here, so a supervisor that was killed is noticed by the next command. What it watched
lives on and gets a fresh supervisor, or has ended and is said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from phoenix_cli.ecosystem.services import store
from phoenix_cli.ecosystem.services.model import LaunchSpec, Service, Status, places
from phoenix_cli.ecosystem.services.orders import Orders, launch_from, without_restart
from phoenix_cli.ecosystem.services.summon import summon
from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

#: Whoever only looks at a lock holds it for a moment; a held one is asked about again so often.
_TRIES = 5
_PAUSE_S = 0.005


def reconcile(*, state: State, events: Events, home: Home, clock: Clock, repo_id: str = "") -> None:
    """Bring every row that claims to be active in line with what lives, and adopt what nobody watches."""
    for service in store.active(state):
        if repo_id in ("", service.repo_id) and FileLock(places(home, service.id).lock).is_free():
            _settle(service, state=state, events=events, home=home, clock=clock)


def _settle(service: Service, *, state: State, events: Events, home: Home, clock: Clock) -> None:
    lock = take_lock(home, service.id, clock)
    if lock is None:
        return  # another command is at it, or a supervisor after all
    try:
        now = store.get(state, service.id)
        if now is not None and now.active:
            settle(now, lock, state=state, events=events, home=home, clock=clock)
    finally:
        lock.release()


def take_lock(home: Home, service_id: str, clock: Clock) -> FileLock | None:
    """Take the lock of a service, None when somebody keeps it."""
    lock = FileLock(places(home, service_id).lock)
    for _ in range(_TRIES):
        if lock.acquire(wait=False):
            return lock
        clock.sleep(_PAUSE_S)
    return None


def settle(service: Service, lock: FileLock, *, state: State, events: Events, home: Home, clock: Clock) -> bool:
    """Judge an active service whose lock we hold: True when it lives and has a supervisor now, False when it has ended."""
    left = leftovers(service)
    if left:
        summon(_orders(service, left, home), lock)
        return True
    status, reason = _obituary(service)
    conclude(service, status, reason, state=state, events=events, clock=clock)
    return False


def leftovers(service: Service) -> set[Identity]:
    """Return the live processes of a service's last start, wherever they went."""
    return processes.tree([service.child] if service.child else [], service.tag, service.mark) if service.tag else set()


def _obituary(service: Service) -> tuple[Status, str]:
    watcher = service.supervisor or service.child
    if watcher is not None and watcher.boot_id != processes.boot_id():
        return "stopped", "the machine was restarted"
    if service.status == "stopping":
        return "stopped", ""
    if watcher is None:
        return "failed", "its start was interrupted"
    return "failed", "its supervisor was killed, and it ended with it; exit code unknown"


def conclude(
    service: Service, status: Status, reason: str, *, state: State, events: Events, clock: Clock, operation: str = ""
) -> None:
    """Write down that a service has ended; the caller holds its lock."""
    columns = {
        "status": status, "reason": reason, "ended_at": iso(clock.now()), "ports": "[]",
        "exit_code": None, **store.process_columns("child", None), **store.process_columns("supervisor", None),
    }  # fmt: skip
    with state.write() as connection:
        if store.update(connection, service.id, service.tag, columns):
            events.append(
                connection, operation or f"service.{status}", service.repo_id, arguments={"service": service.name},
                before={"status": service.status}, after={"status": status, "reason": reason},
                outcome="service.failed" if status == "failed" else "ok",
            )  # fmt: skip


def _orders(service: Service, left: set[Identity], home: Home) -> Orders:
    main = service.child if service.child in left else None
    launch = _launch(service, main)
    return Orders(
        home=home, service_id=service.id, repo_id=service.repo_id, name=service.name, tag=service.tag,
        mark=service.mark, port=service.port, launch=launch, adopted=tuple(left), main=main,
        ready=service.status == "running", stop=service.status == "stopping",
    )  # fmt: skip


def _launch(service: Service, main: Identity | None) -> LaunchSpec:
    """Return how the service was started; its environment is read back from the process itself, for a later start."""
    environment: Mapping[str, str] = process_table.environment(main.pid) if main else {}
    if not service.launch:
        return without_restart(LaunchSpec((), Path("/"), {}))
    launch = launch_from(service.launch, environment)
    own = environment.get(processes.TREE_VARIABLE) == service.tag
    return launch if own and launch.argv else replace(without_restart(launch), environment={})
