"""The live view of a run on stderr.

Our own few escape sequences instead of Rich's live display: importing that costs 60 ms, more than a short flow takes, and it
draws from a thread that the coordinator would have to share its time with.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from phoenix_cli.cli.console import Console
from phoenix_cli.cli.views.flow import Line, Shown, columns, cut, frame, summary
from phoenix_cli.engine.progress.estimates import Estimator
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.step_states import StepState
from phoenix_cli.engine.transitions import Transition

Now = Callable[[], float]  # the run's seconds
Size = Callable[[], tuple[int, int]]  # columns and lines
LogOf = Callable[[StepState], Path | None]
FIRST_S = 0.3  # a run that is over by then never draws
DRAW_S = 0.1
IDLE_S = 0.5  # when nothing but the time changes
LARGE = 2_000  # steps; larger flows are drawn more rarely, so that drawing costs the same
TAIL = 4096
TWINS = str.maketrans({"…": "~", "–": "-", "·": "-", "━": "#", "─": "-", "→": ">"})


def last_line_of(path: Path | None) -> str:
    """Return the last line that is not empty of a log, "" when there is none."""
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            lines = file.read(TAIL).decode("utf-8", "replace").replace("\r", "\n").splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "")


class Screen:
    """A block of lines at the bottom of a terminal that is drawn over: only lines that changed are written, all at once."""

    def __init__(self, stream: TextIO, size: Size) -> None:
        self.stream, self.size = stream, size
        self._drawn: list[tuple[str, int]] = []
        self._width = 0

    def draw(self, lines: Sequence[tuple[str, int]]) -> None:
        """Put lines (text, columns) in the place of those drawn last."""
        width, _ = self.size()
        if width != self._width:
            self.stream.write(self._gone())
            self._drawn, self._width = [], width
        if list(lines) == self._drawn:
            return
        parts = [f"\x1b[{len(self._drawn)}A\r" if self._drawn else "\r"]
        for number, line in enumerate(lines):
            old = self._drawn[number] if number < len(self._drawn) else None
            parts.append("\n" if line == old else f"{line[0]}\x1b[K\n")
        self.stream.write("".join([*parts, "\x1b[J" if len(lines) < len(self._drawn) else ""]))
        self.stream.flush()
        self._drawn = list(lines)

    def _gone(self) -> str:
        """Return what takes the block away; lines that a narrower terminal has folded are several."""
        if not self._drawn:
            return ""
        width = max(1, self.size()[0])
        rows = sum(max(1, -(-columns // width)) for _, columns in self._drawn)
        return f"\x1b[{rows}A\r\x1b[J"

    def clear(self) -> None:
        """Take the block away."""
        self.stream.write(self._gone())
        self.stream.flush()
        self._drawn = []


def painted(console: Console, line: Line, stream: TextIO) -> tuple[str, int]:
    """Return a line with its colours, and how many columns it takes."""
    parts, taken = [], 0
    for text, colour in line:
        if colour.startswith("sign "):
            parts.append(console.sign(colour[5:], stream))
            taken += columns(console.plain_sign(colour[5:]))
        elif text:
            text = text.translate(TWINS) if console.ascii else text
            parts.append(console.paint(text, colour, stream) if colour else text)
            taken += columns(text)
    return "".join(parts).rstrip(" "), taken


class LiveView:
    """Draws over itself while the run goes on, at most ten times a second; nothing is left of it but a summary."""

    def __init__(
        self,
        console: Console,
        view: RunView,
        now: Now,
        *,
        log_of: LogOf,
        footer: str = "",
        size: Size | None = None,
    ) -> None:
        self.console, self.view, self.now, self.log_of, self.footer = console, view, now, log_of, footer
        self.screen = Screen(console.err, size or _size_of(console.err))
        self.estimator = Estimator(view)
        self._began: float | None = None
        self._drawn_at = -1.0
        self._last_lines: dict[tuple[str, int], str] = {}
        self._changed = True

    def tick(self, fresh: Sequence[Transition]) -> None:
        """Take note; draw when it is time."""
        self.view.feed(fresh)
        self._changed = self._changed or bool(fresh)
        at = self.now()
        if self._began is None:
            self._began = at
        pause = (DRAW_S if self._changed else IDLE_S) * max(1.0, len(self.view.run.steps) / LARGE)
        if at - self._began >= FIRST_S and (self._drawn_at < 0 or at - self._drawn_at >= pause):
            self.draw(at)

    def draw(self, at: float) -> None:
        """Draw how things stand."""
        self._drawn_at, self._changed = at, False
        width, height = self.screen.size()
        lines = frame(self._shown(at), width - 1, max(1, height - 1))
        self.screen.draw([painted(self.console, cut(line, width - 1), self.console.err) for line in lines])

    def _shown(self, at: float) -> Shown:
        return Shown(self.view, at, self.estimator.now(at), self._last_line, self.footer)

    def _last_line(self, state: StepState) -> str:
        key = (state.name, state.attempt)
        if key not in self._last_lines:
            self._last_lines[key] = last_line_of(self.log_of(state))
        return self._last_lines[key]

    def clear(self) -> None:
        """Make room for something else on stderr; the next draw comes below it."""
        self.screen.clear()
        self._drawn_at = -1.0

    def close(self) -> None:
        """Put the summary in the place of the view."""
        self.screen.clear()
        show_summary(self.console, self.view, self.log_of)


def _size_of(stream: TextIO) -> Size:
    def size() -> tuple[int, int]:
        try:
            found = os.get_terminal_size(stream.fileno())
        except (OSError, ValueError):
            return 80, 24
        return max(20, found.columns or 80), max(4, found.lines or 24)

    return size


def show_summary(console: Console, view: RunView, log_of: LogOf) -> None:
    """Print what is worth knowing of a run that is over, or was left."""
    shown = Shown(view, view.at, None, lambda state: last_line_of(log_of(state)))
    for line in summary(shown, lambda state: str(log_of(state) or "")):
        text = [(piece, colour) for piece, colour in line if piece or colour]
        console.err.write(painted(console, text, console.err)[0] + "\n")
    console.err.flush()
