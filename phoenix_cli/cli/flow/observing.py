"""Who is told of a run while this process drives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.flow.watching import unwritable
from phoenix_cli.kernel.errors import Usage

if TYPE_CHECKING:
    from phoenix_cli.cli.flow.showing import Showing

WAYS = ("auto", "live", "lines", "json", "none")


class Quiet:
    """Tells nobody."""

    def attach(self, control: Any) -> None:
        """Learn which run it is, when that is known."""

    def observe(self, transitions: Sequence[Any]) -> None:
        """Take no note."""

    def paused(self) -> AbstractContextManager[None]:
        """Leave stderr to somebody who asks a question."""
        return nullcontext()

    def close(self) -> None:
        """Show the end."""


class Telling(Quiet):
    """Shows a run in a thread of its own, from when it is known which one it is."""

    def __init__(self, context: Context, way: str, todo: Path | None) -> None:
        self.context, self.way, self.todo = context, way, todo
        self.showing: Showing | None = None

    def attach(self, control: Any) -> None:
        """Begin when the run is known."""
        control.began = self._began

    def _began(self, run: Any) -> None:
        from phoenix_cli.cli.flow.showing import Showing
        from phoenix_cli.engine.running.journal import read_all

        past = read_all(self.context.app.state, run.number)[0] if run.journal.tail.seq else []
        known, told = ([], past) if self.way == "json" else (past, [])  # other ways do not tell the past again
        self.showing = Showing(lambda: self._views(run, known))
        self.showing.observe(told)
        self.observe = self.showing.observe  # type: ignore[method-assign, assignment]  # nothing in between: it costs a step's time
        self.showing.start()

    def _views(self, run: Any, known: Sequence[Any]) -> list[Any]:
        from phoenix_cli.cli.views import flow_streams as streams
        from phoenix_cli.cli.views.flow_live import LiveView
        from phoenix_cli.engine.progress.following import log_in
        from phoenix_cli.engine.progress.run_view import RunView

        console, machine = self.context.console, run.machine.run
        view = RunView(machine.flow, room=machine.room, measured=machine.measured, graph=machine.graph)
        view.feed(known)

        def log_of(state: Any) -> Path | None:
            return log_in(run.folder, state)

        found: list[Any] = []
        if self.way == "live":
            footer = f"^C stops; phoenix flow resume {run.id} goes on"
            found.append(LiveView(console, view, run.now, log_of=log_of, footer=footer))
        elif self.way == "lines":
            found.append(streams.LineView(console, view, console.err, log_of=log_of))
        elif self.way == "json":
            found.append(streams.JsonLinesView(view, console.err))
        else:
            found.append(streams.Silent(view))
        if self.todo is not None:
            found.append(streams.todo_file(view, run.now, self.todo))
        return found

    def paused(self) -> AbstractContextManager[None]:
        """Leave stderr to somebody who asks a question."""
        return self.showing.paused() if self.showing is not None else nullcontext()

    def close(self) -> None:
        """Show the end. Raises ``Unavailable`` when the list could not be written; the run knows nothing of that."""
        if self.showing is not None:
            try:
                self.showing.close()
            except OSError as error:
                raise unwritable(error, self.todo) from error


@contextmanager
def observer(context: Context, progress: str, todo: Path | None) -> Iterator[Quiet]:
    """Give the observer that was asked for: live on a terminal, lines in a pipe, nothing with ``-q`` or ``--json``."""
    watching = _observer(context, progress, todo)
    try:
        yield watching
    finally:
        watching.close()


def _observer(context: Context, progress: str, todo: Path | None) -> Quiet:
    if progress not in WAYS:
        raise Usage(f"--progress {progress}: it is one of {', '.join(WAYS)}", code="flow.progress")
    if progress == "auto":
        silent = context.flags.json or context.flags.verbosity < 0
        progress = "none" if silent else "live" if context.console.can_draw else "lines"
    return Quiet() if progress == "none" and todo is None else Telling(context, progress, todo)
