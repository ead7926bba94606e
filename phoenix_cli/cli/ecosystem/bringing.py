"""Verbs that bring repositories, keep them current, and take them away: import, sync, remove."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.ecosystem.verbs import app
from phoenix_cli.cli.ecosystem.words import REPO, complete_repos
from phoenix_cli.cli.views.importing import ImportProgress, fail, show_synced
from phoenix_cli.kernel.errors import NotFound, Usage


@app.command("import")
def import_(
    ctx: typer.Context,
    sources: list[str] = typer.Argument(
        None, help="owner/repo, a URL, or a folder; several at once.", show_default=False
    ),
    listing: str = typer.Option(
        "", "--from", help="A file with one source on a line, or a .repos file of vcstool; - for standard input."
    ),
    branch: str = typer.Option("", "--branch", help="A branch, tag or commit instead of the default branch."),
    depth: int | None = typer.Option(None, "--depth", help="So many commits of history (default over a network: 1)."),
    full: bool = typer.Option(False, "--full", help="The whole history."),
    jobs: int | None = typer.Option(None, "--jobs", "-j", help="How many at once (default: by the machine)."),
    update: bool = typer.Option(False, "--update", help="Sync those that are here already."),
) -> None:
    """Bring in repositories.

    One that fails does not stop the others; the same command again after an interruption does the rest.
    """
    context: Context = ctx.obj
    text, name = _listing(listing)
    with ImportProgress(context.console) as progress:
        result = context.perform(
            "ecosystem.import", sources=sources or [], listing=text, listing_name=name, branch=branch, depth=depth,
            full=full, jobs=jobs, update=update, cwd=Path.cwd(), report=progress.show,
        )  # fmt: skip
    _say_imported(context, result)


def _listing(word: str) -> tuple[str, str]:
    if not word:
        return "", ""
    if word == "-":
        return sys.stdin.read(), "standard input"
    try:
        return Path(word).read_text(encoding="utf-8"), word
    except FileNotFoundError:
        raise NotFound(f"no file {word}", code="import.no_list") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"{word} cannot be read as a list", cause=str(error)) from None


def _say_imported(context: Context, result: Any) -> None:
    from phoenix_cli.ecosystem.imports.model import import_json

    console = context.console
    if context.flags.json:
        console.answer(import_json(result))
    for one in result.items if not context.flags.json else ():
        at = (one.commit or "no commit")[:10]
        console.done(f"{one.status} {one.name} at {at}, {_components(one.components)}, in {one.path}")
    if result.error is None:
        if result.items:
            name = result.items[0].name
            console.next(f"phoenix ecosystem commands {name}", f"phoenix ecosystem test {name}")
        return
    fail(console, result)


def _components(count: int) -> str:
    return f"{count} component{'' if count == 1 else 's'}"


@app.command("sync")
def sync(
    ctx: typer.Context,
    repos: list[str] = typer.Argument(
        None, help="Which; default: all.", show_default=False, autocompletion=complete_repos
    ),
    jobs: int | None = typer.Option(None, "--jobs", "-j", help="How many at once (default: by the machine)."),
) -> None:
    """Bring repositories up to date.

    Your own commits and changes are never touched. When files change that define a trusted repository's commands, the
    difference is shown and the trust ends.
    """
    context: Context = ctx.obj
    with ImportProgress(context.console) as progress:
        result = context.perform("ecosystem.sync", repos=repos or [], jobs=jobs, report=progress.show)
    show_synced(context, result)


@app.command("remove")
def remove(
    ctx: typer.Context,
    repo: str = REPO,
    force: bool = typer.Option(False, "--force", help="Also with uncommitted work or commits that are nowhere else."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would be removed."),
) -> None:
    """Remove a repository and its checkout."""
    context: Context = ctx.obj
    plan = context.perform("ecosystem.remove", repo=repo, force=force, dry_run=True)
    if dry_run:
        _say_removed(context, plan, "would remove")
        return
    context.console.confirm(f"Remove {plan.name} and {plan.path}?", refusal=f"{plan.name} was not removed")
    _say_removed(context, context.perform("ecosystem.remove", repo=repo, force=force, dry_run=False), "removed")


def _say_removed(context: Context, removed: Any, verb: str) -> None:
    if context.flags.json:
        context.console.answer(
            {"id": removed.id, "name": removed.name, "path": str(removed.path), "removed": verb == "removed"}
        )
    else:
        context.console.done(f"{verb} {removed.name}, {removed.path}")
