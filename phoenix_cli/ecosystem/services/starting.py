"""Start a service, and wait for one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from phoenix_cli.ecosystem.services import logs, port_choice, store
from phoenix_cli.ecosystem.services.model import LaunchSpec, Report, Service, places
from phoenix_cli.ecosystem.services.orders import Orders, launch_columns
from phoenix_cli.ecosystem.services.reconcile import conclude, reconcile, settle, take_lock
from phoenix_cli.ecosystem.services.reports import Target, ended, never_started, not_ready, report
from phoenix_cli.ecosystem.services.summon import summon
from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Conflict, NotFound, Refused, Unavailable, Usage
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

#: Builds the launch when the variables are known: PORT, HOST and the tree's tag. May raise; nothing has changed then.
Prepare = Callable[[Mapping[str, str]], LaunchSpec]
HOST = "127.0.0.1"
POLL_S = 0.015
#: As long another start, or a supervisor that is on its way out, may hold the lock while its row says otherwise.
_TURN_S = 10.0


def start(
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
    """Start a service and wait until it is ready; one that runs already is returned as it is.

    ``port`` is what the user asked for (0: any free one), ``known_port`` what detection told. With ``wait_s=0`` it
    returns at once. Raises ``Conflict`` for a port that is taken or a service that is being stopped, ``Failed`` when it
    ends instead, ``Unavailable`` when it is not ready in time (it goes on starting), ``Refused`` when nobody could reach it.
    """
    reconcile(state=state, events=events, home=home, clock=clock, repo_id=target.repo_id)
    service = store.ensure(state, clock, target.repo_id, target.name)
    lock = _our_turn(service, state=state, home=home, clock=clock)
    if lock is None:
        _refuse_other_port(_reread(state, service), target, port)
    else:
        try:
            _begin(service, lock, state=state, events=events, home=home, clock=clock, target=target, prepare=prepare,
                   port=port, known_port=known_port)  # fmt: skip
        finally:
            lock.release()
    if wait_s <= 0:
        return report(_reread(state, service), target.repo, home)
    return wait(state=state, events=events, home=home, clock=clock, target=target, timeout_s=wait_s)


def _our_turn(service: Service, *, state: State, home: Home, clock: Clock) -> FileLock | None:
    """Return the service's lock, or None when somebody else has started it."""
    deadline = clock.monotonic() + _TURN_S
    while (lock := take_lock(home, service.id, clock)) is None:
        now = _reread(state, service)
        if now.status in ("starting", "running"):
            return None
        if now.status == "stopping" or clock.monotonic() > deadline:
            raise Conflict(
                f"{service.name} is being stopped", code="service.busy", hints=("try again when it has ended",)
            )
        clock.sleep(POLL_S)
    return lock


def _refuse_other_port(now: Service, target: Target, port: int | None) -> None:
    if port and port not in (now.port, *now.ports):
        raise Conflict(
            f"{target.name} is {now.status} already, on port {now.port}", code="service.running",
            hints=(f"phoenix ecosystem restart {target.words} --port {port}",),
        )  # fmt: skip


def _begin(
    service: Service,
    lock: FileLock,
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    target: Target,
    prepare: Prepare,
    port: int | None,
    known_port: int | None,
) -> None:
    """Claim the row and summon a supervisor; the caller holds the lock, so nobody else writes this row."""
    now = _reread(state, service)
    if now.active and settle(now, lock, state=state, events=events, home=home, clock=clock):
        return  # it had lost its supervisor just now, and has a new one
    number = port_choice.choose(state, service.id, known_port if port is None else port)
    tag, mark = new_id("tree", clock.now()), process_table.new_mark()
    launch = prepare({"PORT": str(number), "HOST": HOST, processes.TREE_VARIABLE: tag})
    _refuse_hopeless(launch, target, port)
    claim = _claim(launch, tag, mark, number, now=iso(clock.now()), log_from=logs.end(places(home, service.id).log))
    with state.write() as connection:
        port_choice.refuse_taken(connection, service.id, number)
        if not store.update(connection, service.id, now.tag, claim):
            raise NotFound(f"{target.repo} was removed meanwhile", code="service.not_found")
        events.append(
            connection, "ecosystem.start", target.repo_id, before={"status": now.status}, after={"status": "starting"},
            arguments={"service": target.name, "port": number, "level": launch.level},
        )  # fmt: skip
    expected = number if port is not None or known_port or launch.readiness.connect else None
    orders = Orders(home=home, service_id=service.id, repo_id=target.repo_id, name=target.name, tag=tag, mark=mark,
                    port=expected, launch=launch)  # fmt: skip
    try:
        summon(orders, lock)
    except Unavailable as error:
        conclude(_reread(state, service), "failed", error.message, state=state, events=events, clock=clock)
        raise


def _claim(launch: LaunchSpec, tag: str, mark: str, port: int, *, now: str, log_from: int) -> dict[str, object]:
    """Return the columns of a service that is about to be started.

    Of a sandboxed launch nothing is stored: it ends with its supervisor, so it is never adopted, and its argument list
    names places that are made for it alone.
    """
    kept = launch_columns(launch) if launch.level == "trusted" else {}
    return {
        "status": "starting", "reason": "", "tag": tag, "mark": mark, "launch": json.dumps(kept), "port": port,
        "ports": "[]", "exit_code": None, "restarts": 0, "ready_by": "", "ready_s": None, "started_at": now,
        "ended_at": None, "heartbeat_at": None, "log_from": log_from,
        **store.process_columns("child", None), **store.process_columns("supervisor", None),
    }  # fmt: skip


def _refuse_hopeless(launch: LaunchSpec, target: Target, asked: int | None) -> None:
    """Refuse a launch that cannot come to anything."""
    try:
        re.compile(launch.readiness.log_pattern.encode())
    except re.error as error:
        raise Usage(f"not a regular expression: {launch.readiness.log_pattern}", cause=str(error)) from error
    if not launch.reachable and (asked or launch.readiness.http_path):
        raise Refused(
            f"nobody could reach {target.name}: its sandbox has no network", code="service.unreachable",
            hints=(f"phoenix ecosystem start {target.words} --net", "or without the sandbox: --trust"),
        )  # fmt: skip


def wait(*, state: State, events: Events, home: Home, clock: Clock, target: Target, timeout_s: float = 60.0) -> Report:
    """Wait until a service runs. Raises ``Failed`` when it has ended, ``Unavailable`` when the time is up."""
    deadline = clock.monotonic() + timeout_s
    while True:
        service = store.find(state, target.repo_id, target.name)
        if service is None:
            raise never_started(target)
        abandoned = service.active and FileLock(places(home, service.id).lock).is_free()
        if abandoned:
            reconcile(state=state, events=events, home=home, clock=clock, repo_id=target.repo_id)
        elif service.status == "running":
            return report(service, target.repo, home)
        elif not service.active:
            raise ended(service, target, home)
        if clock.monotonic() >= deadline:
            raise not_ready(service, target, timeout_s)
        clock.sleep(POLL_S)


def _reread(state: State, service: Service) -> Service:
    found = store.get(state, service.id)
    if found is None:
        raise NotFound(f"{service.name} was removed meanwhile", code="service.not_found")
    return found
