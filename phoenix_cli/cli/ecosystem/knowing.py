"""Verbs that only look: detect, commands, explain, list, show."""

from __future__ import annotations

from typing import Any

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.ecosystem.verbs import app
from phoenix_cli.cli.ecosystem.words import REPO, complete_repos

ALL = typer.Option(False, "--all", help="Also what stands in examples, tests, docs and the like.")
TARGET = typer.Argument(".", help="A folder, or an imported repository.", autocompletion=complete_repos)


@app.command("detect")
def detect(ctx: typer.Context, target: str = TARGET, all: bool = ALL) -> None:
    """Say what a folder or repository is.

    Every build system in every folder, with evidence, and the main commands. Nothing of it is executed.
    """
    from phoenix_cli.cli.views.detection import show_detection

    context: Context = ctx.obj
    found = context.perform("ecosystem.detect", target=target)
    if context.flags.json:
        context.console.answer(found)
    else:
        show_detection(context.console, found, all)
        context.console.next(f"phoenix ecosystem commands {target}", f"phoenix ecosystem explain {target}")


@app.command("commands")
def commands(
    ctx: typer.Context,
    target: str = TARGET,
    role: str = typer.Option("", "--role", help="Only commands of this role: test, build, lint ..."),
    all: bool = ALL,
) -> None:
    """List what can be run, across all runners.

    Each command has a name, a role and the place where it is written.
    """
    from phoenix_cli.cli.views.detection import show_commands

    context: Context = ctx.obj
    found = context.perform("ecosystem.commands", target=target, role=role)
    if context.flags.json:
        context.console.answer({"items": found, "next": None})
    else:
        show_commands(context.console, found, all)


@app.command("explain")
def explain(
    ctx: typer.Context,
    target: str = TARGET,
    what: str = typer.Argument("", help="A system (npm), a folder, or a command's name; default: everything."),
    all: bool = ALL,
) -> None:
    """Say why: evidence, rejected alternatives, conflicts."""
    from phoenix_cli.cli.views.detection import show_explanation

    context: Context = ctx.obj
    found = context.perform("ecosystem.explain", target=target, what=what)
    if context.flags.json:
        context.console.answer(found)
    else:
        show_explanation(context.console, found, all or bool(what))


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List the imported repositories."""
    from phoenix_cli.cli.views.repositories import show_list

    context: Context = ctx.obj
    items = context.perform("ecosystem.list")
    if context.flags.json:
        context.console.answer({"items": [_item(one) for one in items], "next": None})
    else:
        show_list(context.console, items, context.app.clock.now())


def _item(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "path": str(one.path),
        "build_systems": list(one.build_systems),
        "service": one.service,
        "level": one.level,
        "last_run": one.last_run,
        "updated_at": one.updated_at,
    }


@app.command("show")
def show(ctx: typer.Context, repo: str = REPO) -> None:
    """Show one repository, and what is proven here.

    What it is, its main commands and how they went on this machine, its services and its trust.
    """
    from phoenix_cli.cli.views.repositories import show_one

    context: Context = ctx.obj
    found = context.perform("ecosystem.show", repo=repo)
    if context.flags.json:
        context.console.answer(found)
    else:
        show_one(context.console, found, context.app.clock.now())
