"""One screen: repositories, services, runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from phoenix_cli.cli.console import Console, ago, duration
from phoenix_cli.cli.views.columns import show_filled
from phoenix_cli.kernel.clock import parse_iso

_SIGNS = {
    "running": "on", "starting": "warn", "stopping": "warn", "failed": "failed", "stopped": "off", "passed": "done",
    "interrupted": "warn", "succeeded": "done", "cancelled": "failed",
}  # fmt: skip


def show_overview(console: Console, found: Any, home: Path, now: datetime) -> None:
    """Print what there is, what is or should be running, what was run last; what needs a person comes with its command."""
    if not console.terminal:
        _pipe(console, found)
        return
    console.line(_counts(found, home))
    if found.services:
        console.line()
        _services(console, found.services, now)
    if found.runs:
        console.line()
        _runs(console, found.runs, now)
    if found.flows:
        console.line()
        _flows(console, found.flows, now)
    if found.changed:
        console.line()
    for name, files in found.changed.items():
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        console.done(f"{name} is not trusted any more: {files[0]}{more} changed", "warn")
    console.next(*list(dict.fromkeys(_next(found)))[:2])


def _counts(found: Any, home: Path) -> str:
    if not found.repositories:
        return f"No repository yet in {home}."
    count = len(found.repositories)
    text = f"{count} {'repository' if count == 1 else 'repositories'}"
    for status in ("running", "failed"):
        services = sum(one.status == status for one in found.services)
        text += f", {services} {'service' if services == 1 else 'services'} {status}" if services else ""
    return f"{text}, in {home}"


def _services(console: Console, services: Sequence[Any], now: datetime) -> None:
    show_filled(
        console,
        ("repository", "service", "status", "port", "since", "why"),
        [
            (
                one.repo, one.service, f"{console.plain_sign(_SIGNS[one.status])} {one.status}", one.port or "",
                _ago(one.ended_at if one.status in ("stopped", "failed") else one.started_at, now), one.reason,
            )
            for one in services
        ],
        {"repository": "cyan", "service": "cyan", "status": "sign"},
    )  # fmt: skip


def _runs(console: Console, runs: Sequence[Any], now: datetime) -> None:
    show_filled(
        console,
        ("repository", "command", "run", "took", "when", "why"),
        [
            (
                repo, run.command, f"{console.plain_sign(_SIGNS[run.status])} {run.status}", duration(run.duration_s),
                _ago(run.ended_at or run.started_at, now), run.reason,
            )
            for repo, run in runs
        ],
        {"repository": "cyan", "command": "cyan", "run": "sign"},
    )  # fmt: skip


def _flows(console: Console, flows: Sequence[Any], now: datetime) -> None:
    show_filled(
        console,
        ("flow", "run", "status", "took", "when"),
        [
            (
                run.flow, run.id, f"{console.plain_sign(_SIGNS[run.status])} {run.status}", duration(run.duration_s),
                _ago(run.ended_at or run.started_at, now),
            )
            for run in flows
        ],
        {"flow": "cyan", "status": "sign"},
    )  # fmt: skip


def _ago(moment: str | None, now: datetime) -> str:
    return ago(parse_iso(moment), now) if moment else ""


def _next(found: Any) -> Iterator[str]:
    """Yield what a person would do next, the most urgent first."""
    yield from (f"phoenix flow resume {run.id}" for run in found.flows if run.status == "interrupted")
    if not found.repositories:
        yield from ("phoenix ecosystem import owner/repo", "phoenix doctor")
        return
    yield from (f"phoenix ecosystem logs {one.repo} {one.service}" for one in found.services if one.status == "failed")
    yield from (f"phoenix ecosystem trust {name}" for name in found.changed)
    yield "phoenix ecosystem list"
    if not found.runs:
        yield f"phoenix ecosystem test {found.repositories[0].name}"


def _pipe(console: Console, found: Any) -> None:
    """Print one line a thing, its kind first."""
    rows = [
        ("repository", one.id, one.name, one.level, one.service or "", one.last_run or "", one.updated_at)
        for one in found.repositories
    ]
    rows += [
        ("service", one.repo, one.service, one.status, one.port or "", one.started_at or "", one.reason)
        for one in found.services
    ]
    rows += [
        ("run", run.id, repo, run.command, run.status, "" if run.exit_code is None else run.exit_code, run.started_at)
        for repo, run in found.runs
    ]
    rows += [("flow", run.id, run.flow, run.status, "", run.started_at, run.ended_at or "") for run in found.flows]
    console.table(("kind",), rows)
