"""``phoenix doctor``."""

from __future__ import annotations

import dataclasses

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.kernel.errors import Failed

app = Group(COMMANDS["doctor"].help)
_SIGNS = {"ok": "done", "note": "none", "broken": "failed"}


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Check tools, state and sandbox, and say what each gap costs. Exit 1 when something that Phoenix needs is broken."""
    context: Context = ctx.obj
    console = context.console
    checks = context.perform("health.examine")
    if context.flags.json:
        console.answer({"items": [dataclasses.asdict(check) for check in checks], "next": None})
    else:
        rows = [
            (f"{console.sign(_SIGNS[check.status]) if console.terminal else check.status}", check) for check in checks
        ]
        width = max(len(check.id) for check in checks)
        for sign, check in rows:
            text = " ".join(part for part in (check.found, check.version) if part)
            if not console.terminal:
                console.line("\t".join((check.id, check.status, text, check.costs, check.hint)))
                continue
            console.line(f"{sign} {check.id.ljust(width)}  {text}")
            if check.costs and (check.status == "broken" or context.flags.verbosity > 0):
                console.line(f"  {' ' * width}  costs: {check.costs}")
            if check.hint and (check.status == "broken" or context.flags.verbosity > 0):
                console.line(f"  {' ' * width}  hint: {console.paint(check.hint, 'cyan')}")
    broken = [check.id for check in checks if check.status == "broken"]
    if broken:
        hints = [check.hint for check in checks if check.status == "broken"]
        raise Failed(f"not ready: {', '.join(broken)}", code="health.broken", hints=hints)
