"""Imported repositories for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from phoenix_cli.cli.console import Console, ago, duration, one_line
from phoenix_cli.cli.views.columns import show_filled
from phoenix_cli.cli.views.detection import show_primary, show_services
from phoenix_cli.kernel.clock import parse_iso

_HEADER = ("id", "name", "trust", "service", "last run", "updated", "build")


def show_list(console: Console, items: Sequence[Any], now: datetime) -> None:
    """Print one line a repository; on a terminal without the columns that would be empty."""
    if not console.terminal:
        console.table(_HEADER, [_cells(one, one.id, one.updated_at) for one in items])
    elif items:
        short = short_ids([one.id for one in items])
        rows = [_cells(one, short[one.id], ago(parse_iso(one.updated_at), now)) for one in items]
        show_filled(console, _HEADER, rows, {"id": "cyan", "name": "cyan"}, "–")
        running = sum(one.service == "running" for one in items)
        console.line(f"\n{len(items)} {'repository' if len(items) == 1 else 'repositories'}, {running} running.")
    if not items:
        console.note("no repository yet")
        console.next("phoenix ecosystem import owner/repo")


def _cells(one: Any, id: str, updated: str) -> tuple[str, ...]:
    return (id, one.name, one.level, one.service or "", one.last_run or "", updated, ", ".join(one.build_systems))


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """Return, of each id, the shortest beginning of its digits that no other has; at least four, as ``find`` wants."""
    digits = sorted(id.partition("_")[2] for id in ids)
    length = {}
    for before, own, after in zip(["", *digits], digits, [*digits[1:], ""], strict=False):
        alike = max(_alike(own, other) for other in (before, after))
        length[own] = max(4, alike + 1)
    return {id: digit[: length[digit]] for id in ids for digit in [id.partition("_")[2]]}


def _alike(one: str, other: str) -> int:
    return next(
        (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its), min(len(one), len(other))
    )


def show_one(console: Console, found: Mapping[str, Any], now: datetime) -> None:
    """Print what one repository is, what can be run, and how it went here."""
    _show_head(console, found, now)
    proven = {name: proof_text(run, now) for name, run in found["proven"].items()}
    show_primary(console, found["detection"], proven)
    others = {name: proof for name, proof in proven.items() if name not in found["detection"]["primary"].values()}
    if others and console.terminal:
        console.line()
    console.table(("also run", "how it went here"), list(others.items()), colours={"also run": "cyan"})
    show_services(console, found["detection"]["services"])
    for conflict in found["detection"]["conflicts"]:
        console.done(f"{conflict['dir'] or '.'}: {conflict['message']}", "warn")
    console.next(f"phoenix ecosystem commands {found['name']}", f"phoenix ecosystem test {found['name']}")


def _show_head(console: Console, found: Mapping[str, Any], now: datetime) -> None:
    state = f"{found['branch'] or 'detached'} {(found['commit'] or '')[:10]}"
    if found["changes"]:
        state += f", {found['changes']} uncommitted"
    rows = (
        ("from", found["url"]),
        ("at", found["path"]),
        ("on", state),
        ("updated", ago(parse_iso(found["updated_at"]), now) if console.terminal else found["updated_at"]),
        ("trust", _trust(found["trust"])),
        ("is", ", ".join(found["build_systems"])),
    )
    if not console.terminal:
        console.table(("label", "value"), [("id", found["id"]), ("name", found["name"]), *rows])
        return
    console.line(f"{console.paint(one_line(found['name']), 'bold')}  {found['id']}")
    for label, value in rows:
        console.line(f"  {console.paint(label.ljust(8), 'dim')} {one_line(value)}")


def _trust(trust: Mapping[str, Any]) -> str:
    if trust["changed"]:
        files = ", ".join(trust["changed"][:3]) + (" ..." if len(trust["changed"]) > 3 else "")
        return f"inspect ({trust['given']} until these changed: {files})"
    return str(trust["level"])


def proof_text(run: Mapping[str, Any], now: datetime) -> str:
    """Say how a command went here the last time: ``passed 2m ago in 1.4s``."""
    return f"{run['status']} {ago(parse_iso(run['ended_at']), now)} in {duration(run['duration_s'])}"
