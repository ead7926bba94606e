"""Every attempt of a run as a bar: when it could have begun, when it began, when and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.progress.run_view import Attempt, Role, RunView
from phoenix_cli.kernel.records import record

Times = dict[tuple[str, int, Role], float]


@record
class Bar:
    """One attempt of a step or of its undo; times in the run's seconds. ``outcome`` is "running" while it has no end.

    Between ``ready_at`` and ``admitted_at`` it waited for room, resources or a breaker; before that, after a failure, for
    its time to come (``backed_off_s``).
    """

    step: str
    number: int
    role: Role
    ready_at: float
    admitted_at: float
    ended_at: float
    outcome: str
    backed_off_s: float = 0.0
    code: int | None = None
    message: str = ""
    cached: bool = False

    @property
    def took_s(self) -> float:
        """Seconds between admission and end."""
        return self.ended_at - self.admitted_at

    @property
    def waited_s(self) -> float:
        """Seconds between being ready and being admitted."""
        return self.admitted_at - self.ready_at


@record
class Bars:
    """All bars by step, each step's in the order in which they began; a step that never began has none."""

    view: RunView
    steps: Mapping[str, tuple[Bar, ...]]

    @property
    def until(self) -> float:
        """The seconds of the run's last transition."""
        return self.view.at

    def all(self) -> list[Bar]:
        """Return all bars by their end."""
        found = [bar for bars in self.steps.values() for bar in bars]
        return sorted(found, key=lambda bar: (bar.ended_at, bar.admitted_at, bar.step, bar.role, bar.number))


def bars_of(view: RunView, journal: Iterable[t.Transition]) -> Bars:
    """Feed a whole journal to a fresh view; return its bars."""
    again: Times = {}
    for one in journal:
        view.apply(one)
        if isinstance(one, t.Failed | t.UndoFailed) and one.retry_at is not None:
            again[one.step, one.attempt, "undo" if isinstance(one, t.UndoFailed) else "step"] = one.retry_at
        elif isinstance(one, t.Deferred):
            again[one.step, one.attempt, "step"] = one.until
    return Bars(view, {name: _bars(view, name, tries, again) for name, tries in view.attempts.items()})


def _bars(view: RunView, name: str, tries: list[Attempt], again: Times) -> tuple[Bar, ...]:
    found: list[Bar] = []
    for one in tries:
        before = next((bar for bar in reversed(found) if bar.role == one.role), None)
        ready, off = _ready(view, one, before, again)
        ended = view.at if one.ended_at is None else one.ended_at
        how = (one.outcome or "running", off, one.code, one.message, one.cached)
        found.append(Bar(name, one.number, one.role, ready, one.admitted_at, ended, *how))
    return tuple(found)


def _ready(view: RunView, one: Attempt, before: Bar | None, again: Times) -> tuple[float, float]:
    """Return when an attempt could have begun, and how long it was put off before that."""
    if before is None:
        ready = view.run.steps[one.step].ready_at if one.role == "step" else None
        return min(one.admitted_at, one.admitted_at if ready is None else ready), 0.0
    due = again.get((before.step, before.number, before.role), before.ended_at)
    ready = min(one.admitted_at, max(before.ended_at, due))
    return ready, ready - before.ended_at
