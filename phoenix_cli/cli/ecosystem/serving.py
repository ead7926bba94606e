"""Verbs for services: start, stop, restart, wait, status, logs."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from typing import Any

import typer

from phoenix_cli.cli.console import Console, ago, duration
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.ecosystem.running import ENV, NET, SANDBOX, TRUST, perform_trusting
from phoenix_cli.cli.ecosystem.verbs import app
from phoenix_cli.cli.ecosystem.words import REPO, complete_repos, complete_services
from phoenix_cli.kernel.clock import parse_iso

SERVICE = typer.Argument(None, help="A service's name; default: the obvious one.", autocompletion=complete_services)
PORT = typer.Option(None, "--port", min=0, max=65_535, help="The port to use; 0: any free one.")
WAIT = typer.Option(60.0, "--wait", min=0, help="Seconds to wait until it is ready; 0: do not wait.")
HTTP = typer.Option("", "--http", help="It is ready when this path answers: /health")
LOG = typer.Option("", "--log-pattern", help="It is ready when its log says this (a regular expression).")
_SIGNS = {"running": "on", "starting": "warn", "stopping": "warn", "failed": "failed", "stopped": "off"}


@app.command("start")
def start(
    ctx: typer.Context,
    repo: str = REPO,
    service: str | None = SERVICE,
    port: int | None = PORT,
    wait: float = WAIT,
    http: str = HTTP,
    log_pattern: str = LOG,
    trust: bool = TRUST,
    sandbox: bool = SANDBOX,
    net: bool = NET,
    env: list[str] = ENV,
) -> None:
    """Start a service and wait until it is ready.

    It goes on when this command has ended; a small supervisor process watches it.
    """
    context: Context = ctx.obj
    started = perform_trusting(
        context, "ecosystem.start", trust, sandbox, repo=repo, service=service, port=port, wait_s=wait, http_path=http,
        log_pattern=log_pattern, network=net, variables=env,
    )  # fmt: skip
    _say_started(context, started)


def _say_started(context: Context, started: Any) -> None:
    if context.flags.json:
        context.console.answer(_json(started))
        return
    where = f" on port {started.port}" if started.port else ""
    took = f" after {duration(started.ready_s)} ({started.ready_by})" if started.ready_s is not None else ""
    context.console.done(f"{started.repo} {started.service} is {started.status}{where}{took}, pid {started.pid}")
    if started.reason:
        context.console.note(f"  {started.reason}")
    context.console.next(
        f"phoenix ecosystem logs {started.repo} {started.service} -f",
        f"phoenix ecosystem stop {started.repo} {started.service}",
    )


def _json(report: Any) -> dict[str, Any]:
    body = dataclasses.asdict(report)
    return {**body, "ports": list(report.ports)}


def _several(reports: Sequence[Any]) -> dict[str, Any]:
    """Return a list; the fields of an only one stand at the top, too, as ``start`` answers them."""
    items = [_json(one) for one in reports]
    return {**(items[0] if len(items) == 1 else {}), "items": items, "next": None}


@app.command("stop")
def stop(ctx: typer.Context, repo: str = REPO, service: str | None = SERVICE) -> None:
    """Stop a service, or all of a repository.

    Ends the whole tree of processes, and proves that nothing is left.
    """
    context: Context = ctx.obj
    stopped = context.perform("ecosystem.stop", repo=repo, service=service)
    if context.flags.json:
        context.console.answer(_several(stopped))
        return
    for one in stopped:
        context.console.done(f"{one.repo} {one.service} is {one.status}" + (f" ({one.reason})" if one.reason else ""))
    if not stopped:
        context.console.note(f"nothing of {repo} was ever started")


@app.command("restart")
def restart(
    ctx: typer.Context,
    repo: str = REPO,
    service: str | None = SERVICE,
    port: int | None = PORT,
    wait: float = WAIT,
    http: str = HTTP,
    log_pattern: str = LOG,
    trust: bool = TRUST,
    sandbox: bool = SANDBOX,
    net: bool = NET,
    env: list[str] = ENV,
) -> None:
    """Stop a service and start it again."""
    context: Context = ctx.obj
    started = perform_trusting(
        context, "ecosystem.start", trust, sandbox, repo=repo, service=service, port=port, wait_s=wait, http_path=http,
        log_pattern=log_pattern, network=net, variables=env, again=True,
    )  # fmt: skip
    _say_started(context, started)


@app.command("wait")
def wait(
    ctx: typer.Context,
    repo: str = REPO,
    service: str | None = SERVICE,
    timeout: float = typer.Option(60.0, "--timeout", min=0, help="Seconds."),
) -> None:
    """Wait until a service is ready.

    Fails when it ends or the time is up.
    """
    context: Context = ctx.obj
    _say_started(context, context.perform("ecosystem.wait", repo=repo, service=service, timeout_s=timeout))


@app.command("status")
def status(
    ctx: typer.Context,
    repo: str | None = typer.Argument(
        None, help="Only this repository, with all it offers.", autocompletion=complete_repos
    ),
) -> None:
    """Tell how services stand."""
    context: Context = ctx.obj
    found = context.perform("ecosystem.status", repo=repo)
    if context.flags.json:
        context.console.answer(_several(found))
    else:
        show_services(context.console, found, context.app.clock.now())


def show_services(console: Console, found: Sequence[Any], now: Any) -> None:
    """Print one line a service."""
    console.table(
        ("repository", "service", "status", "port", "pid", "since", "why"),
        [
            (
                one.repo,
                one.service,
                f"{console.plain_sign(_SIGNS[one.status])} {one.status}" if console.terminal else one.status,
                one.port or "",
                one.pid or "",
                _since(console, one, now),
                one.reason,
            )
            for one in found
        ],
        colours={"repository": "cyan", "service": "cyan", "status": "sign"},
    )
    if not found:
        console.note("no service")


def _since(console: Console, one: Any, now: Any) -> str:
    moment = one.ended_at if one.status in ("stopped", "failed") else one.started_at
    if not moment:
        return ""
    return ago(parse_iso(moment), now) if console.terminal else str(moment)


@app.command("logs")
def logs(
    ctx: typer.Context,
    repo: str = REPO,
    service: str | None = SERVICE,
    follow: bool = typer.Option(False, "--follow", "-f", help="Go on until the service ends."),
    lines: int | None = typer.Option(None, "--lines", "-n", min=0, help="Only the last lines."),
    all: bool = typer.Option(False, "--all", help="Everything that is kept, not only since its last start."),
) -> None:
    """Print what a service wrote."""
    context: Context = ctx.obj
    if follow and lines is None and sys.stdout.isatty():
        lines = 50
    found = context.perform("ecosystem.logs", repo=repo, service=service, lines=lines, everything=all, follow=follow)
    for chunk in found:
        if context.flags.json:
            context.console.stream({"text": chunk.decode("utf-8", "replace")})
        else:
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
