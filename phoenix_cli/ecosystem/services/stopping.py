"""Stop a service: its supervisor ends the whole tree; without one we do; then it is looked for what is left."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from phoenix_cli.ecosystem.services import store
from phoenix_cli.ecosystem.services.model import Report, Service, places
from phoenix_cli.ecosystem.services.reconcile import conclude, leftovers, take_lock
from phoenix_cli.ecosystem.services.reports import Target, never_started, report
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Failed
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

POLL_S = 0.02
#: A supervisor that has not ended its service by now hangs: 5 s of grace, 3 s of killing, 1 s to spare.
_PATIENCE_S = 9.0
_SLACK_S = 1.0
#: For a tree that has no supervisor any more.
_GRACE_S = 4.0


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop came to. ``was`` is the status before."""

    report: Report
    was: str


def stop_all(*, state: State, events: Events, home: Home, clock: Clock, repo_id: str, repo: str) -> list[Stopped]:
    """End every active service of a repository, all at the same time."""
    rows = [row for row in store.active(state) if row.repo_id == repo_id]
    for row in rows:
        if row.supervisor is not None:
            processes.send(row.supervisor, signal.SIGTERM)
    targets = [Target(repo_id, repo, row.name) for row in rows]
    return [stop(state=state, events=events, home=home, clock=clock, target=target) for target in targets]


def stop(*, state: State, events: Events, home: Home, clock: Clock, target: Target) -> Stopped:
    """End everything that belongs to a service and prove that nothing is left; harmless when it does not run.

    Raises ``NotFound`` when it was never started, ``Failed`` with the pids of what would not die.
    """
    before = store.find(state, target.repo_id, target.name)
    if before is None:
        raise never_started(target)
    lock = _dismiss(before, state=state, home=home, clock=clock, timeout_s=_PATIENCE_S)
    try:
        now = store.get(state, before.id) or before
        survivors = _end_leftovers(now, clock)
        _write(before, now, survivors, state=state, events=events, clock=clock)
    finally:
        lock.release()
    if survivors:
        raise _survivors(target, survivors)
    return Stopped(report(store.get(state, before.id) or now, target.repo, home), before.status)


def _dismiss(service: Service, *, state: State, home: Home, clock: Clock, timeout_s: float) -> FileLock:
    """Have the supervisor end the service, and take the lock when it has gone. One that hangs is killed."""
    deadline = clock.monotonic() + timeout_s
    asked: Identity | None = None
    while (lock := take_lock(home, service.id, clock)) is None:
        supervisor = (store.get(state, service.id) or service).supervisor
        if supervisor is not None and supervisor != asked and processes.send(supervisor, signal.SIGTERM):
            processes.send(supervisor, signal.SIGCONT)  # one that somebody has paused would not hear it
            asked = supervisor
        if clock.monotonic() > deadline:
            _end_hanging(service, supervisor, home)
            deadline += _SLACK_S
        clock.sleep(POLL_S)
    return lock


def _end_hanging(service: Service, supervisor: Identity | None, home: Home) -> None:
    """Kill a supervisor that does not answer; what it watched over is found by its marks."""
    if supervisor is None or not processes.send(supervisor, signal.SIGKILL):
        raise Failed(
            f"{service.name} is held by a process that cannot be ended", code="service.lock_held",
            details={"pid": FileLock(places(home, service.id).lock).holder()},
        )  # fmt: skip


def _end_leftovers(service: Service, clock: Clock) -> tuple[Identity, ...]:
    if not leftovers(service):
        return ()
    return processes.end(lambda: leftovers(service), clock, grace_s=_GRACE_S).survivors


def _write(
    before: Service, now: Service, survivors: tuple[Identity, ...], *, state: State, events: Events, clock: Clock
) -> None:
    """Record the stop; the supervisor has written the row already, unless there was none."""
    if now.active or survivors:
        reason = f"processes that do not die: {_pids(survivors)}" if survivors else ""
        conclude(now, "failed" if survivors else "stopped", reason, state=state, events=events, clock=clock)
    with state.write() as connection:
        events.append(
            connection, "ecosystem.stop", now.repo_id, arguments={"service": now.name}, before={"status": before.status},
            after={"status": "failed" if survivors else "stopped"}, outcome="service.survivors" if survivors else "ok",
        )  # fmt: skip


def _survivors(target: Target, survivors: tuple[Identity, ...]) -> Failed:
    return Failed(
        f"not all of {target.name} could be ended", code="service.survivors", cause=f"still alive: pid {_pids(survivors)}",
        hints=("they belong to another user, or wait for a device that does not answer",),
        details={"pids": [one.pid for one in survivors]},
    )  # fmt: skip


def _pids(survivors: tuple[Identity, ...]) -> str:
    return ", ".join(str(one.pid) for one in survivors)
