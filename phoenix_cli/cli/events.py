"""``phoenix events``."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import typer

from phoenix_cli.cli.console import ago
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.kernel.clock import parse_iso

app = Group(COMMANDS["events"].help)


@app.command()
def events(
    ctx: typer.Context,
    follow: bool = typer.Option(False, "--follow", "-f", help="Print events as they come, one JSON line each."),
    limit: int = typer.Option(50, "--limit", "-n", min=1, max=10_000, help="How many of the newest."),
    after: int = typer.Option(0, "--after", min=0, help="Only events after this sequence number, oldest first."),
    operation: str = typer.Option("", "--operation", help="Only operations that begin so: ecosystem.run"),
    target: str = typer.Option("", "--target", help="Only events of this id."),
) -> None:
    """List or follow what was done, by whom, with which outcome."""
    context: Context = ctx.obj
    if follow:
        start = after or context.perform("events.last_number")
        for event in context.app.events.follow(after=start, operation=operation, target=target):
            context.console.stream(dataclasses.asdict(event))
        return
    found = context.perform("events.list", limit=limit, after=after, operation=operation, target=target)
    if context.flags.json:
        following = found[-1].seq if after and len(found) == limit else None
        context.console.answer({"items": [dataclasses.asdict(event) for event in found], "next": following})
    else:
        _show(context, found)


def _show(context: Context, found: list[Any]) -> None:
    console, now = context.console, context.app.clock.now()
    console.table(
        ("seq", "when", "who", "operation", "outcome", "target", "what"),
        [
            (
                event.seq,
                ago(parse_iso(event.at), now) if console.terminal else event.at,
                event.actor,
                event.operation,
                event.outcome,
                event.target,
                json.dumps(event.arguments) if event.arguments else "",
            )
            for event in found
        ],
        colours={"target": "cyan"},
    )
    if not found:
        console.note("nothing has happened yet")
