"""A run for pipes, files and programs: lines, JSON lines, the list of what is to be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from phoenix_cli.cli.console import Console, one_line
from phoenix_cli.cli.views.flow_live import TWINS, LogOf, Now, last_line_of
from phoenix_cli.engine.progress.lines import json_form, tell
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.progress.todo import TodoFile, TodoItem, todo_items
from phoenix_cli.engine.transitions import Failed, Transition


class View(Protocol):
    """Tells of a run. ``tick`` and ``close`` come from one thread, the one in which ``view`` is fed."""

    def tick(self, fresh: Sequence[Transition]) -> None:
        """Show what has been decided since the last time (the run's view has not taken it yet), and what time it is."""

    def close(self) -> None:
        """Show the end."""


class LineView:
    """One line for each thing that happens: seconds, step, what."""

    def __init__(self, console: Console, view: RunView, stream: TextIO, *, log_of: LogOf) -> None:
        self.console, self.view, self.stream, self.log_of = console, view, stream, log_of

    def tick(self, fresh: Sequence[Transition]) -> None:
        """Print what is new."""
        if not fresh:
            return
        lines = [line for one in fresh if (line := self._line(one))]
        if lines:
            self.stream.write("\n".join(lines) + "\n")
            self.stream.flush()

    def _line(self, one: Transition) -> str:
        self.view.apply(one)
        told = tell(self.view, one)
        if told is None:
            return ""
        sign, step, text = told
        if type(one) is Failed and one.retry_at is None:
            last = last_line_of(self.log_of(self.view.run.steps[one.step])).strip()
            text += f": {last}" if last else ""
        text = one_line(text).translate(TWINS) if self.console.ascii else one_line(text)
        name = one_line(step or self.view.run_id)
        return f"{one.at:.1f}s".rjust(8) + f"  {name}  {self.console.paint(text, _colour(sign), self.stream)}"

    def close(self) -> None:
        """Nothing is left to say."""


def _colour(sign: str) -> str:
    return {"done": "green", "failed": "red", "warn": "yellow"}.get(sign, "")


class JsonLinesView:
    """Each transition as a JSON line."""

    def __init__(self, view: RunView, stream: TextIO) -> None:
        self.view, self.stream = view, stream

    def tick(self, fresh: Sequence[Transition]) -> None:
        """Print what is new."""
        first = self.view.seq
        self.view.feed(fresh)
        write_json_lines(self.stream, (json_form(first + number, one) for number, one in enumerate(fresh)))

    def close(self) -> None:
        """Nothing is left to say."""


def write_json_lines(stream: TextIO, values: Iterable[object]) -> None:
    """Write each value as a line, at once."""
    text = "".join(json.dumps(one, ensure_ascii=False, default=str) + "\n" for one in values)
    if text:
        stream.write(text)
        stream.flush()


class TodoView:
    """The list of what is to be done, whole, whenever it has changed; a few times a second at most."""

    EVERY_S = 0.2

    def __init__(
        self, view: RunView, now: Now, show: Callable[[list[TodoItem]], None], *, by_phase: bool | None = None
    ) -> None:
        self.view, self.now, self.show, self.by_phase = view, now, show, by_phase
        self._seq = -1
        self._shown_at = -1.0
        self._last: list[TodoItem] | None = None

    def tick(self, fresh: Sequence[Transition]) -> None:
        """Show the list when something has happened; a view that is fed by another one gets nothing here."""
        self.view.feed(fresh)
        at = self.now()
        if self.view.seq != self._seq and (self._shown_at < 0 or at - self._shown_at >= self.EVERY_S):
            self._shown_at = at
            self._show()

    def _show(self) -> None:
        self._seq = self.view.seq
        items = todo_items(self.view, self.by_phase)
        if items != self._last:
            self._last = items
            self.show(items)

    def close(self) -> None:
        """Show the last list."""
        if self.view.seq != self._seq:
            self._show()


class Silent:
    """Feeds the run's view and shows nothing, for those beside it."""

    def __init__(self, view: RunView) -> None:
        self.view = view

    def tick(self, fresh: Sequence[Transition]) -> None:
        """Take note."""
        self.view.feed(fresh)

    def close(self) -> None:
        """Nothing is left to say."""


def todo_lines(stream: TextIO) -> Callable[[list[TodoItem]], None]:
    """Return what writes each list as a JSON line."""
    return lambda items: write_json_lines(stream, [items])


def todo_file(view: RunView, now: Now, path: Path, *, by_phase: bool | None = None) -> TodoView:
    """Return what keeps a file at the newest list."""
    return TodoView(view, now, TodoFile(path).show, by_phase=by_phase)
