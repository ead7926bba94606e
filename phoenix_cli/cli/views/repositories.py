"""Imported repositories for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from phoenix_cli.cli.console import Console, ago, duration, one_line
from phoenix_cli.cli.views.detection import show_primary, show_services
from phoenix_cli.kernel.clock import parse_iso

_SERVICE_SIGNS = {"running": "on", "starting": "warn", "stopping": "warn", "failed": "failed", "stopped": "off"}


def show_list(console: Console, items: Sequence[Any], now: datetime) -> None:
    """Print one line a repository."""
    header = ("id", "name", "trust", "service", "last run", "updated", "build")
    console.table(
        header,
        [
            (
                one.id,
                one.name,
                one.level,
                one.service or "–",
                one.last_run or "–",
                ago(parse_iso(one.updated_at), now) if console.terminal else one.updated_at,
                ", ".join(one.build_systems),
            )
            for one in items
        ],
        colours={"id": "cyan", "name": "cyan"},
    )
    if not items:
        console.note("no repository yet")
        console.next("phoenix ecosystem import owner/repo")
    elif console.terminal:
        running = sum(one.service == "running" for one in items)
        console.line(f"\n{len(items)} {'repository' if len(items) == 1 else 'repositories'}, {running} running.")


def show_one(console: Console, found: Mapping[str, Any], now: datetime) -> None:
    """Print what one repository is, what can be run, and how it went here."""
    console.line(f"{console.paint(one_line(found['name']), 'bold')}  {found['id']}")
    state = f"{found['branch'] or 'detached'} {(found['commit'] or '')[:10]}"
    if found["changes"]:
        state += f", {found['changes']} uncommitted"
    for label, value in (
        ("from", found["url"]),
        ("at", found["path"]),
        ("on", state),
        ("updated", ago(parse_iso(found["updated_at"]), now)),
        ("trust", _trust(found["trust"])),
        ("is", ", ".join(found["build_systems"])),
    ):
        console.line(f"  {console.paint(label.ljust(8), 'dim')} {one_line(value)}")
    proven = {name: proof_text(run, now) for name, run in found["proven"].items()}
    show_primary(console, found["detection"], proven)
    show_services(console, found["detection"]["services"])
    for conflict in found["detection"]["conflicts"]:
        console.done(f"{conflict['dir'] or '.'}: {conflict['message']}", "warn")
    console.next(f"phoenix ecosystem commands {found['name']}", f"phoenix ecosystem test {found['name']}")


def _trust(trust: Mapping[str, Any]) -> str:
    if trust["changed"]:
        files = ", ".join(trust["changed"][:3]) + (" ..." if len(trust["changed"]) > 3 else "")
        return f"inspect ({trust['given']} until these changed: {files})"
    return str(trust["level"])


def proof_text(run: Mapping[str, Any], now: datetime) -> str:
    """Say how a command went here the last time: ``passed 2m ago in 1.4s``."""
    return f"{run['status']} {ago(parse_iso(run['ended_at']), now)} in {duration(run['duration_s'])}"
