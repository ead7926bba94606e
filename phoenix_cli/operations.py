"""The one table of operations. The command line calls them by name; HTTP and MCP will loop over the same rows.

An operation is a plain typed function in its domain. A row says where it is, what it needs from the application, and
what it does to the world: ``read`` takes no lock and leaves no trace, ``write`` changes state and appends to the event log,
``external`` acts on the world outside of the state (runs, deletes, fetches) and is asked for on a terminal.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any, Literal

from phoenix_cli.app import App
from phoenix_cli.kernel.errors import PhoenixError
from phoenix_cli.kernel.files import unusable
from phoenix_cli.kernel.records import record

Effect = Literal["read", "write", "external"]


@record
class Operation:
    """One row. ``function`` is ``module:name`` below ``phoenix_cli``; ``needs`` are attributes of ``App``."""

    name: str
    function: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    effect: Effect
    needs: tuple[str, ...] = ()
    mcp: bool = True

    def load(self) -> Callable[..., Any]:
        """Import the function."""
        module, _, name = self.function.partition(":")
        function: Callable[..., Any] = getattr(importlib.import_module(f"phoenix_cli.{module}"), name)
        return function


_LOOK = ("state", "git", "clock")
_SERVE = ("state", "events", "home", "clock")
_RUN = ("state", "events", "home", "clock", "git", "environ", "user_home")
_FLOWS = ("state", "kinds")
_CACHE = ("cache", "state", "events")

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "ecosystem.import", "ecosystem.importing:import_repositories", "POST", "/api/ecosystem/import", "external",
        ("state", "events", "home", "git", "clock", "settings", "user_home"),
    ),
    Operation(
        "ecosystem.sync", "ecosystem.syncing:sync_repositories", "POST", "/api/ecosystem/sync", "external",
        ("state", "events", "home", "git", "clock"),
    ),
    Operation(
        "ecosystem.remove", "ecosystem.removing:remove_repository", "DELETE", "/api/ecosystem/{repo}", "external",
        ("state", "events", "home", "git", "clock"),
    ),
    Operation(
        "ecosystem.difference", "ecosystem.differences:show_difference", "GET", "/api/ecosystem/{repo}/difference", "read",
        ("state", "git"),
    ),
    Operation("ecosystem.detect", "ecosystem.knowledge:detect_target", "GET", "/api/ecosystem/detect", "read", _LOOK),
    Operation("ecosystem.commands", "ecosystem.knowledge:list_commands", "GET", "/api/ecosystem/commands", "read", _LOOK),
    Operation("ecosystem.explain", "ecosystem.knowledge:explain_target", "GET", "/api/ecosystem/explain", "read", _LOOK),
    Operation("ecosystem.list", "ecosystem.listing:list_repositories", "GET", "/api/ecosystem", "read", _SERVE),
    Operation("ecosystem.show", "ecosystem.showing:show_repository", "GET", "/api/ecosystem/{repo}", "read", (*_LOOK, "events")),
    Operation("ecosystem.run", "ecosystem.running:run_command", "POST", "/api/ecosystem/{repo}/run", "external", _RUN),
    Operation(
        "ecosystem.trust", "ecosystem.running:set_trust", "POST", "/api/ecosystem/{repo}/trust", "write",
        (*_LOOK, "events"), mcp=False,
    ),
    Operation("ecosystem.start", "ecosystem.serving:start_service", "POST", "/api/ecosystem/{repo}/start", "external", _RUN),
    Operation("ecosystem.stop", "ecosystem.serving:stop_services", "POST", "/api/ecosystem/{repo}/stop", "external", _SERVE),
    Operation(
        "ecosystem.wait", "ecosystem.serving:wait_for_service", "GET", "/api/ecosystem/{repo}/wait", "read",
        (*_SERVE, "git"),
    ),
    Operation("ecosystem.status", "ecosystem.serving:service_status", "GET", "/api/ecosystem/services", "read", (*_SERVE, "git")),
    Operation("ecosystem.logs", "ecosystem.serving:service_log", "GET", "/api/ecosystem/{repo}/logs", "read", (*_SERVE, "git")),
    Operation(
        "lock.hold", "engine.leases.holding:hold_lock", "POST", "/api/locks", "external",
        ("state", "events", "clock", "environ"), mcp=False,
    ),
    Operation("lock.list", "engine.leases.held_locks:list_locks", "GET", "/api/locks", "read", ("state", "clock")),
    Operation(
        "lock.release", "engine.leases.held_locks:release_lock", "DELETE", "/api/locks/{lock}", "write",
        ("state", "events", "clock"),
    ),
    Operation(
        "ecosystem.check", "ecosystem.checks.checking:check_repository", "POST", "/api/ecosystem/{repo}/check", "write",
        ("state", "events", "home", "git"),
    ),
    Operation(
        "ecosystem.findings", "ecosystem.checks.checking:read_findings", "GET", "/api/ecosystem/findings/{run_id}", "read",
        ("home",),
    ),
    Operation("flow.run", "engine.running.launching:run_flow", "POST", "/api/flows/runs", "external", ("means", "builtins")),
    Operation(
        "flow.resume", "engine.running.launching:resume_flow", "POST", "/api/flows/runs/{run}/resume", "external", ("means",),
    ),
    Operation(
        "flow.cancel", "engine.running.launching:cancel_flow", "POST", "/api/flows/runs/{run}/cancel", "external", ("means",),
    ),
    Operation("flow.list", "engine.running.listing:list_runs", "GET", "/api/flows/runs", "read", ("state",)),
    Operation("flow.show", "engine.running.reading:show_run", "GET", "/api/flows/runs/{run}", "read", _FLOWS),
    Operation("flow.logs", "engine.running.reading:run_logs", "GET", "/api/flows/runs/{run}/logs", "read", (*_FLOWS, "home")),
    Operation("flow.events", "engine.running.reading:run_events", "GET", "/api/flows/runs/{run}/events", "read", ("state",)),
    Operation(
        "flow.follow", "engine.progress.following:follow_run", "GET", "/api/flows/runs/{run}/follow", "read",
        (*_FLOWS, "home", "clock"), mcp=False,
    ),
    Operation("flow.history", "engine.running.reading:flow_history", "GET", "/api/flows/history", "read", _FLOWS),
    Operation("flow.validate", "engine.checking:validate_flow", "GET", "/api/flows/validate", "read", ("kinds", "builtins")),
    Operation("flow.plan", "engine.checking:plan_flow", "GET", "/api/flows/plan", "read", (*_FLOWS, "builtins")),
    Operation("flow.graph", "engine.checking:draw_flow", "GET", "/api/flows/graph", "read", (*_FLOWS, "builtins")),
    Operation("flow.schema", "engine.checking:flow_schema", "GET", "/api/flows/schema", "read"),
    Operation(
        "flow.report", "engine.report.reporting:report_run", "GET", "/api/flows/runs/{run}/report", "read",
        (*_FLOWS, "home"),
    ),
    Operation("cache.stats", "engine.cache.operations:cache_stats", "GET", "/api/cache/stats", "read", ("cache",)),
    Operation("cache.list", "engine.cache.operations:list_entries", "GET", "/api/cache", "read", ("cache",)),
    Operation("cache.get", "engine.cache.operations:get_entry", "GET", "/api/cache/entry", "read", ("cache",)),
    Operation("cache.export", "engine.cache.operations:export_cache", "GET", "/api/cache/export", "read", ("cache",), mcp=False),
    Operation("cache.delete", "engine.cache.operations:delete_entries", "DELETE", "/api/cache/entry", "write", _CACHE),
    Operation("cache.clear", "engine.cache.operations:clear_cache", "DELETE", "/api/cache", "write", _CACHE),
    Operation("cache.limit", "engine.cache.operations:limit_cache", "POST", "/api/cache/limit", "write", _CACHE),
    Operation("cache.import", "engine.cache.operations:import_cache", "POST", "/api/cache/import", "write", _CACHE, mcp=False),
    Operation("cache.verify", "engine.cache.operations:verify_cache", "POST", "/api/cache/verify", "write", _CACHE),
    Operation("system.overview", "ecosystem.overview:look_over", "GET", "/api/overview", "read", _SERVE),
    Operation("health.examine", "health.checks:examine", "GET", "/api/health/checks", "read", ("home", "environ")),
    Operation("events.list", "kernel.events:list_events", "GET", "/api/events", "read", ("state", "events")),
    Operation("events.last_number", "kernel.events:last_number", "GET", "/api/events/last", "read", ("state",)),
)
# fmt: on

BY_NAME = {operation.name: operation for operation in OPERATIONS}


def perform(app: App, name: str, **arguments: Any) -> Any:
    """Carry out an operation: hand it what it needs, and record a failure of one that changes things.

    Success is recorded by the domain, in the transaction that makes the change.
    """
    operation = BY_NAME[name]
    needs = {need: getattr(app, need) for need in operation.needs}
    try:
        return operation.load()(**needs, **arguments)
    except PhoenixError as error:
        if operation.effect != "read" and error.kind != "usage":
            _record_failure(app, operation, arguments, error)
        raise
    except OSError as error:
        told = unusable(error, app.home.root)
        if told is None:
            raise
        raise told from error


_PLAIN = (str, int, float, bool, list, tuple, dict, os.PathLike, type(None))


def _record_failure(app: App, operation: Operation, arguments: dict[str, Any], error: PhoenixError) -> None:
    plain = {key: value for key, value in arguments.items() if isinstance(value, _PLAIN)}
    try:
        with app.state.write() as connection:
            app.events.append(connection, operation.name, arguments=plain, outcome=error.code)
    except PhoenixError:
        return  # the state itself is unusable: the first error says more than a second one would
