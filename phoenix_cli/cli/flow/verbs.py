"""The group ``phoenix flow``; its verbs stand in the modules beside this one."""

from __future__ import annotations

from typing import Any

import typer

from phoenix_cli.cli.root import Group, VerbGroup
from phoenix_cli.cli.table import COMMANDS

app = Group(COMMANDS["flow"].help, cls=VerbGroup)


def complete_runs(ctx: Any, incomplete: str) -> list[str]:
    """Return the ids of runs that a word may begin."""
    from phoenix_cli.app import build

    state = build().state
    if not state.exists():
        return []
    rows = state.read("SELECT id FROM flow_runs WHERE parent_id IS NULL ORDER BY number DESC LIMIT 50")
    return [row["id"] for row in rows if row["id"].startswith(incomplete)]


RUN_HELP = "A run's id or its beginning, or a flow's name; the newest without one"
RUN_ID = typer.Argument("", help=f"{RUN_HELP}.", autocompletion=complete_runs)
INPUT = typer.Option([], "--input", "-i", help="Set an input: NAME=VALUE. May be repeated.", metavar="NAME=VALUE")
MAX_PARALLEL = typer.Option(None, "--max-parallel", "-j", min=1, max=10_000, help="How many steps run at once.")


def read_pairs(words: list[str], flag: str) -> dict[str, str]:
    """Read ``NAME=VALUE`` words; raise ``Usage`` for others, and for a name that comes twice."""
    from phoenix_cli.kernel.errors import Usage

    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Usage(f"{flag} {word}: that is no NAME=VALUE")
        if name in found:
            raise Usage(f"{flag} {name} is given twice")
        found[name] = value
    return found
