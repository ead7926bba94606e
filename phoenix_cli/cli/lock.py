"""``phoenix lock``: hold, list, release what runs and people share."""

from __future__ import annotations

import dataclasses
import shlex
from typing import Any

import typer

from phoenix_cli.cli.console import ago, duration
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group, Verb, VerbGroup
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.kernel.clock import parse_iso
from phoenix_cli.kernel.errors import Usage

app = Group(COMMANDS["lock"].help, cls=VerbGroup)


class Hold(Verb):
    """The verb that takes a command after ``--``; the parser alone would take its words for locks."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Set the command aside."""
        end = args.index("--") if "--" in args else len(args)
        ctx.meta["phoenix.command"] = args[end + 1 :]
        return super().parse_args(ctx, args[:end])


@app.callback()
def _lock() -> None:
    pass


@app.command("hold", cls=Hold)
def hold(
    ctx: typer.Context,
    names: list[str] = typer.Argument(
        help="NAME, NAME=AMOUNT or NAME:shared, one or several; after -- a command.", metavar="NAME... [-- COMMAND...]"
    ),
    capacity: int | None = typer.Option(None, "--capacity", min=1, help="How much there is of each."),
    wait: str = typer.Option("forever", "--wait", help="How long to wait: 0, 90, 10m, forever.", metavar="SECONDS"),
    for_: str = typer.Option("", "--for", help="Without a command: release after this time.", metavar="DURATION"),
    note: str = typer.Option("", "--note", help="What for; those who wait see it."),
) -> None:
    """Hold locks, all or none, while a command runs, or until they are released.

    Without an amount all of it is meant. With a command its exit status is ours, and the locks are given back when it
    ends, also by kill -9. Without one they are held until ``lock release``, the end of ``--for``, or a restart of the machine.
    """
    context: Context = ctx.obj
    command = ctx.meta["phoenix.command"]
    held = context.perform(
        "lock.hold", locks=names, capacity=capacity, wait_s=_seconds(wait, "--wait"),
        for_s=_seconds(for_, "--for") if for_ else None, note=note, command=command,
        listen=lambda refusal: context.console.note(f"waiting: {refusal.why}"),
    )  # fmt: skip
    if command:
        if not held.kept:
            context.console.done(f"{held.id} was released by somebody while the command ran", "warn")
        raise typer.Exit(held.exit_code)
    _say_held(context, held)


def _seconds(text: str, flag: str) -> float | None:
    """Read a duration; None for ``forever``."""
    from phoenix_cli.engine.durations import parse_duration

    if text == "forever" and flag == "--wait":
        return None
    if text == "0" and flag == "--wait":
        return 0.0
    try:
        return parse_duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as error:
        raise Usage(f"{flag} {shlex.quote(text)}: {error}", code="lock.duration") from None


def _say_held(context: Context, held: Any) -> None:
    console = context.console
    if context.flags.json:
        console.answer(
            {key: value for key, value in dataclasses.asdict(held).items() if key not in ("exit_code", "kept")}
        )
        return
    console.line(held.id)
    until = f"for {duration(held.left_s)}" if held.left_s is not None else "until it is released"
    console.done(f"{', '.join(held.resources)} held {until}")
    console.next(f"phoenix lock release {held.id}")


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List who holds what, since when, and who waits."""
    context: Context = ctx.obj
    found = context.perform("lock.list")
    if context.flags.json:
        items = [dataclasses.asdict(one) for one in found.items]
        context.console.answer(
            {"items": items, "waiting": [dataclasses.asdict(one) for one in found.waiting], "next": None}
        )
        return
    rows = [*(_row(context, one, True) for one in found.items), *(_row(context, one, False) for one in found.waiting)]
    if not rows:
        context.console.note("nothing is held")
        return
    context.console.table(
        ("resource", "amount", "id", "owner", "since", "what"), rows, colours={"id": "cyan", "what": "sign"}
    )


def _row(context: Context, one: Any, held: bool) -> tuple[str, ...]:
    console = context.console
    since = ago(parse_iso(one.since_at), context.app.clock.now()) if console.terminal else one.since_at
    amount = "shared" if one.shared else f"{one.amount} of {one.capacity}"
    return one.resource, amount, one.id, one.owner, since, f"{console.plain_sign(_sign(one, held))} {_what(one, held)}"


def _sign(one: Any, held: bool) -> str:
    return "off" if not held else "on" if one.alive else "warn"


def _what(one: Any, held: bool) -> str:
    state = "waits" if not held else "held" if one.alive else "stale"
    left = f" for {duration(one.left_s)}" if held and one.alive and one.left_s is not None else ""
    return state + left + (f": {one.note}" if one.note else "")


@app.command("release")
def release(
    ctx: typer.Context,
    lock: str = typer.Argument(help="The id of a lock, or the name of what is held.", metavar="ID|NAME"),
) -> None:
    """Release a lock; asks first when a living run or command counts on it."""
    context: Context = ctx.obj
    plan = context.perform("lock.release", lock=lock, dry_run=True)
    if plan.living:
        others = f" and {len(plan.living) - 1} more" if len(plan.living) > 1 else ""
        context.console.confirm(
            f"{plan.living[0]}{others} still counts on it. Release {lock}?", refusal=f"{lock} was not released"
        )
    done = context.perform("lock.release", lock=lock, force=bool(plan.living))
    if context.flags.json:
        context.console.answer({"items": [dataclasses.asdict(one) for one in done.items], "next": None})
        return
    for one in done.items:
        context.console.done(f"{one.resource} released, was held by {one.owner} ({one.id})")
