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
from phoenix_cli.kernel.errors import NotFound

app = Group(COMMANDS["events"].help)


@app.command()
def events(
    ctx: typer.Context,
    follow: bool = typer.Option(False, "--follow", "-f", help="Print events as they come, one JSON line each."),
    limit: int = typer.Option(50, "--limit", "-n", min=1, max=10_000, help="How many of the newest."),
    after: int = typer.Option(0, "--after", min=0, help="Only events after this sequence number, oldest first."),
    operation: str = typer.Option("", "--operation", help="Only operations that begin so: ecosystem.run"),
    target: str = typer.Option("", "--target", help="Only events of this repository or id."),
) -> None:
    """List or follow what was done, by whom, with which outcome."""
    context: Context = ctx.obj
    target = _id(context, target)
    if follow:
        start = after or context.perform("events.last_number")
        for event in context.app.events.follow(after=start, operation=operation, target=target):
            context.console.stream(dataclasses.asdict(event))
        return
    found = context.perform("events.list", limit=limit, after=after, operation=operation, target=target)
    if context.flags.json:
        following = found[-1].seq if after and len(found) == limit else None
        context.console.answer({"items": [dataclasses.asdict(event) for event in found], "next": following})
    elif context.console.terminal:
        _show(context, found)
    else:
        _pipe(context, found)
    if not found and not context.flags.json:
        context.console.note(
            "nothing of this kind has happened" if operation or target or after else "nothing has happened yet"
        )


def _id(context: Context, target: str) -> str:
    """Return the id of the repository that is meant, or the word itself: other things have ids, too."""
    from phoenix_cli.ecosystem.repositories import find

    if not target:
        return ""
    try:
        return find(context.app.state, target).id
    except NotFound:
        return target


def _show(context: Context, found: list[Any]) -> None:
    from phoenix_cli.ecosystem.repositories import all_repositories

    console, now = context.console, context.app.clock.now()
    names = {one.id: one.name for one in all_repositories(context.app.state)} if found else {}
    console.table(
        ("seq", "when", "who", "operation", "target", "what"),
        [
            (
                event.seq,
                ago(parse_iso(event.at), now),
                event.actor,
                event.operation,
                names.get(event.target, event.target),
                f"{console.plain_sign('done' if event.outcome == 'ok' else 'failed')} {_what(event)}",
            )
            for event in found
        ],
        colours={"target": "cyan", "what": "sign"},
    )


def _what(event: Any) -> str:
    told = [
        (key, " ".join(map(str, value)) if isinstance(value, list) else value) for key, value in event.arguments.items()
    ]
    told.sort(key=lambda pair: pair[0] == "run")  # its id tells people the least
    words = [f"{key} {value}" for key, value in told if value not in (None, "", False)]
    return ", ".join([*([event.outcome] if event.outcome != "ok" else []), *words])


def _pipe(context: Context, found: list[Any]) -> None:
    header = ("seq", "at", "actor", "operation", "outcome", "target", "arguments")
    rows = [
        (event.seq, event.at, event.actor, event.operation, event.outcome, event.target, json.dumps(event.arguments))
        for event in found
    ]
    context.console.table(header, rows)
