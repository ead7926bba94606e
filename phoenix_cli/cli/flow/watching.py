"""The verb that follows a run from another process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.flow.outcome import error_of
from phoenix_cli.cli.flow.verbs import RUN_ID, app
from phoenix_cli.kernel.errors import PhoenixError, Unavailable, Usage

POLL_S = 0.1
FORMATS = ("auto", "live", "lines", "json", "todo")


@app.command("watch")
def watch(
    ctx: typer.Context,
    run: str = RUN_ID,
    format: str = typer.Option(
        "auto", "--format", help="live, lines, json or todo; auto: live on a terminal.", metavar="HOW"
    ),
    todo: Path | None = typer.Option(
        None, "--todo", help="Keep a list of what is to be done in this file, as JSON.", metavar="FILE"
    ),
    by_phase: bool | None = typer.Option(
        None, "--by-phase/--by-step", help="One item of the list for each phase, or step; default: by size."
    ),
) -> None:
    """Follow a run until it ends; the exit status is the run's.

    ^C ends the watching, not the run. ``json`` prints each transition of the journal as a line, ``todo`` the whole list of
    ``{content, status, activeForm}`` items whenever it has changed.
    """
    context: Context = ctx.obj
    if format not in FORMATS:
        raise Usage(f"--format {format}: it is one of {', '.join(FORMATS)}", code="flow.format")
    following = context.perform("flow.follow", run=run)
    views = _views(context, following, "json" if context.flags.json else format, todo, by_phase)
    try:
        _follow(following, views, context.app.clock.sleep)
    except OSError as error:
        raise unwritable(error, todo) from error
    told = context.perform("flow.show", run=following.row.id)
    if told.status != "succeeded":
        raise error_of(told)
    if not context.flags.json and format in ("auto", "live", "lines"):
        _say_succeeded(context, told)


def _follow(following: Any, views: list[Any], sleep: Callable[[float], None]) -> None:
    """Show what is written until nothing more comes."""
    main, *beside = views
    over = False
    try:
        while not over:
            over = following.over()  # asked before the last read: whatever was written by then is shown
            main.tick(following.fresh())
            for one in beside:
                one.tick(())
            if not over:
                sleep(POLL_S)
    finally:
        for one in views:
            one.close()


def _views(context: Context, following: Any, format: str, todo: Path | None, by_phase: bool | None) -> list[Any]:
    """Return the view of a format, and beside it the one that keeps a file."""
    from phoenix_cli.cli.views import flow_streams as streams
    from phoenix_cli.cli.views.flow_live import LiveView

    console, view, now = context.console, following.view, following.now
    if format == "auto":
        format = "live" if console.can_draw else "lines"
    found: list[Any] = []
    if format == "live":
        found.append(LiveView(console, view, now, log_of=following.log_of, footer="^C stops watching; the run goes on"))
    elif format == "lines":
        found.append(streams.LineView(console, view, console.out, log_of=following.log_of))
    elif format == "json":
        found.append(streams.JsonLinesView(view, console.out))
    else:
        show = streams.todo_lines(console.out)
        found.append(streams.TodoView(view, now, show, by_phase=by_phase))
    if todo is not None:
        found.append(streams.todo_file(view, now, todo, by_phase=by_phase))
    return found


def unwritable(error: OSError, todo: Path | None) -> PhoenixError:
    """Return what is told when a list or a stream cannot be written; a reader that has gone is no error."""
    if isinstance(error, BrokenPipeError):
        raise error
    name = todo.name if todo is not None else "the list"
    return Unavailable(f"cannot write {name}", code="flow.todo", cause=(error.strerror or "").lower())


def _say_succeeded(context: Context, told: Any) -> None:
    from phoenix_cli.cli.flow.outcome import show_outcome

    show_outcome(context, told, left=False)
