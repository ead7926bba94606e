"""``phoenix status``."""

from __future__ import annotations

import dataclasses
from typing import Any

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group
from phoenix_cli.cli.table import COMMANDS

app = Group(COMMANDS["status"].help)


@app.command()
def status(
    ctx: typer.Context,
    runs: int = typer.Option(5, "--runs", min=0, max=1000, help="How many of the last runs."),
) -> None:
    """Show repositories, services, runs and flows on one screen."""
    from phoenix_cli.cli.views.overview import show_overview

    context: Context = ctx.obj
    found = context.perform("system.overview", runs=runs)
    if context.flags.json:
        context.console.answer(_json(found))
    else:
        show_overview(context.console, found, context.app.home.root, context.app.clock.now())


def _json(found: Any) -> dict[str, Any]:
    repositories = [
        {**dataclasses.asdict(one), "trust_changed": list(found.changed.get(one.name, ()))}
        for one in found.repositories
    ]
    return {
        "repositories": {"items": repositories, "next": None},
        "services": {"items": [dataclasses.asdict(one) for one in found.services], "next": None},
        "runs": {"items": [_run(repo, run) for repo, run in found.runs], "next": None},
        "flows": {"items": [_flow(run) for run in found.flows], "next": None},
    }


_RUN_FIELDS = (
    "command", "status", "exit_code", "reason", "duration_s", "level", "commit", "started_at", "ended_at", "log",
)  # fmt: skip


def _flow(run: Any) -> dict[str, Any]:
    return {
        name: getattr(run, name) for name in ("id", "flow", "file", "status", "started_at", "ended_at", "duration_s")
    }


def _run(repo: str, run: Any) -> dict[str, Any]:
    return {"run_id": run.id, "repo": repo, **{name: getattr(run, name) for name in _RUN_FIELDS}}
