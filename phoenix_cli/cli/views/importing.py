"""Imports and syncs for people: what happens while one waits, and what it came to."""

from __future__ import annotations

import dataclasses
from types import TracebackType
from typing import Any

import typer

from phoenix_cli.cli.console import Console, harmless, one_line
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.errors import exit_code

_DIFF_LINES = 60


class ImportProgress:
    """One line that is redrawn on a terminal, one line an event elsewhere; nothing with ``-q`` or ``--json``."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown = console.flags.verbosity >= 0 and not console.flags.json
        self._live = self._shown and console.err.isatty()
        self._status: Any = None
        self._said: set[tuple[str, str]] = set()

    def __enter__(self) -> ImportProgress:
        if self._live:
            from rich.console import Console as RichConsole

            spinner = "line" if self._console.ascii else "dots"
            rich = RichConsole(file=self._console.err, highlight=False, markup=False)
            self._status = rich.status("", spinner=spinner)
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, progress: Any) -> None:
        """Draw or print one step."""
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(_sentence(progress)[: self._console.width - 4]))
        elif self._shown and (progress.source, progress.phase) not in self._said and progress.phase != "done":
            self._said.add((progress.source, progress.phase))
            self._console.note(f"· {_sentence(progress)}")


def _sentence(progress: Any) -> str:
    count = f"{progress.done} of {progress.total}, " if progress.total > 1 else ""
    percent = f" {progress.percent} %" if progress.percent is not None else ""
    detail = f": {one_line(progress.detail)}" if progress.detail else ""
    return f"{count}{one_line(progress.source)} {progress.phase}{percent}{detail}"


def show_synced(context: Context, result: Any) -> None:
    """Print what a sync changed: commits, commands, trust."""
    console = context.console
    if context.flags.json:
        console.answer(
            {
                "items": [dataclasses.asdict(one) for one in result.items],
                "failed": [
                    {"source": one.source, "code": one.error.code, "message": one.error.message}
                    for one in result.failed
                ],
                "next": None,
            }
        )
    else:
        for one in result.items:
            _show_one(context, one)
        if not result.items and not result.failed:
            console.note("no repository yet")
    if result.error is not None:
        fail(console, result)


def _show_one(context: Context, one: Any) -> None:
    console = context.console
    if one.status == "unchanged":
        console.done(f"{one.name} is up to date at {(one.commit or '')[:10]}", "none")
        return
    console.done(f"{one.name} updated {(one.before or '')[:10]} -> {(one.commit or '')[:10]}")
    for sign, names in (("+", one.commands.added), ("-", one.commands.removed), ("~", one.commands.changed)):
        for name in names:
            console.note(f"  {sign} {name}")
    if one.untrusted_by:
        console.done(f"{one.name} is not trusted any more: {', '.join(one.untrusted_by)} changed", "warn")
        _show_difference(context, one)
        console.next(f"phoenix ecosystem trust {one.name}")


def _show_difference(context: Context, one: Any) -> None:
    difference = context.perform(
        "ecosystem.difference", repo=one.id, before=one.before, after=one.commit, files=list(one.untrusted_by)
    )
    lines = difference.splitlines()
    for line in lines[:_DIFF_LINES]:
        context.console.note(f"  {harmless(line)}")
    if len(lines) > _DIFF_LINES:
        context.console.note(
            f"  ... {len(lines) - _DIFF_LINES} more lines: git -C {one.path} diff {one.before} {one.commit}"
        )


def fail(console: Console, result: Any) -> None:
    """Print each failure of several, and end with the exit status of what they have in common."""
    if len(result.failed) == 1 and not result.items:
        raise result.failed[0].error
    for one in result.failed if not console.flags.json else ():
        console.error(one.error)
        console.note(f"  source: {one_line(one.source)}")
    console.error(result.error)
    raise typer.Exit(exit_code(result.error))
