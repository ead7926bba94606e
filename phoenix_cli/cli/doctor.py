"""``phoenix doctor``."""

from __future__ import annotations

import dataclasses

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.kernel.errors import Failed

app = Group(COMMANDS["doctor"].help)


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Check tools, state and sandbox, and say what each gap costs. Exit 1 when something that Phoenix needs is broken."""
    from phoenix_cli.cli.views.health import show_checks

    context: Context = ctx.obj
    checks = context.perform("health.examine")
    if context.flags.json:
        context.console.answer({"items": [dataclasses.asdict(check) for check in checks], "next": None})
    else:
        show_checks(context.console, checks)
    broken = [check for check in checks if check.status == "broken"]
    if broken:
        names = ", ".join(check.id for check in broken)
        hints = [check.hint for check in broken]
        raise Failed(f"not ready: {names}", code="health.broken", hints=hints)
