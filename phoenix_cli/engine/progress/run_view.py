"""Where a run stands: its journal's transitions, taken one by one, and what can be told from them at any moment.

The projection (``engine/projection.py``) adds the transitions up, as it does for the machine; this adds what a reader wants:
counts, phases, every attempt, who waits for what. Any prefix of a journal is a view.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.model import Call, Flow, SubFlow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.step_states import (
    DOUBTFUL,
    ENDS,
    FAILED,
    NO_UNDO,
    RUNNING,
    SUCCEEDED,
    UNDO_FAILED,
    UNDOING,
    UNDONE,
    WAITING,
    StepState,
)
from phoenix_cli.kernel.records import record

Role = Literal["step", "undo"]
NOTHING: Mapping[str, float] = {}
SOON_S = 0.02  # what the engine itself may take between an end and the start that it makes possible


@dataclass(slots=True)
class Attempt:
    """One attempt of a step, or of its undo; times in the run's seconds.

    ``outcome`` is "" while it runs, else succeeded, failed, deferred (put off), cancelled, doubtful.
    """

    step: str
    number: int
    role: Role
    admitted_at: float
    started_at: float | None = None
    ended_at: float | None = None
    outcome: str = ""
    code: int | None = None
    message: str = ""
    cached: bool = False

    @property
    def since(self) -> float:
        """When its work began, as far as is known."""
        return self.admitted_at if self.started_at is None else self.started_at


@record
class StepView:
    """One step, or one child of a step with ``for_each``. ``duration_s`` is the last attempt's, so far or in all."""

    name: str
    phase: str
    status: str
    attempts: int
    started_at: float | None
    ended_at: float | None
    duration_s: float | None
    usual_s: float | None
    exit_code: int | None
    cached: bool
    message: str
    stopping: str
    undo: str
    parent: str
    children: tuple[str, ...]


@record
class Counts:
    """How many steps stand how. A step with ``for_each`` counts by its children; ``exact``: no more can come."""

    by_status: Mapping[str, int] = field(default_factory=dict)
    cached: int = 0
    exact: bool = True

    @property
    def total(self) -> int:
        """How many steps there are, as far as is known."""
        return sum(self.by_status.values())

    @property
    def ended(self) -> int:
        """How many need no more work."""
        return sum(count for status, count in self.by_status.items() if status in ENDS)

    def __getitem__(self, status: str) -> int:
        return self.by_status.get(status, 0)


@record
class PhaseView:
    """One phase; times in the run's seconds, None is: not yet."""

    name: str
    counts: Counts
    started_at: float | None
    ended_at: float | None


@record
class UndoView:
    """How far the compensations are."""

    done: int
    failed: int
    running: int
    total: int


class RunView:
    """One run. Feed it in one thread; ``room`` is how many steps run at once, ``measured`` the usual seconds by step."""

    def __init__(
        self, flow: Flow, *, room: int = 1, measured: Mapping[str, float] = NOTHING, graph: Graph | None = None
    ) -> None:
        self.flow = flow
        self.measured = measured
        self.run = Projection(flow, graph or build(flow), max(1, room), measured)
        self.at = 0.0  # of the last transition
        self.seq = 0  # how many transitions were taken
        self.attempts: dict[str, list[Attempt]] = {}
        self.active: dict[str, StepState] = {}  # whose needs have ended, and that have not ended themselves
        self._counted = -1
        self._counts: dict[str, Counts] = {}
        self._phases: list[PhaseView] = []
        self._bad: list[StepState] = []

    def feed(self, transitions: Iterable[t.Transition]) -> None:
        """Take transitions over, in the order of the journal."""
        for one in transitions:
            self.apply(one)

    def apply(self, one: t.Transition) -> None:
        """Take one transition over."""
        self.run.apply(one)
        self.seq += 1
        self.at = max(self.at, one.at)
        note = _NOTES.get(type(one))
        if note is not None:
            note(self, one)
        self._look_at(one)

    def _look_at(self, one: t.Transition) -> None:
        """Keep in ``active`` whoever is on the way."""
        run = self.run
        run.groups_to_close.clear()
        while run.to_consider:
            state = run.to_consider.popleft()
            if state.status == WAITING:
                self.active[state.name] = state
        name = getattr(one, "step", "")
        if not name:
            self.active = {name: state for name, state in self.active.items() if not state.ended}
        elif run.steps[name].ended:
            self.active.pop(name, None)
        else:
            self.active[name] = run.steps[name]

    # --- attempts ---------------------------------------------------------------------------------------------

    def _admitted(self, one: t.Admitted) -> None:
        self._open(Attempt(one.step, one.attempt, "step", one.at))

    def _undo_admitted(self, one: t.UndoAdmitted) -> None:
        self._open(Attempt(one.step, one.attempt, "undo", one.at))

    def _open(self, attempt: Attempt) -> None:
        self.attempts.setdefault(attempt.step, []).append(attempt)

    def current(self, step: str) -> Attempt | None:
        """Return the attempt of a step that runs."""
        found = self.attempts.get(step)
        return found[-1] if found and found[-1].ended_at is None else None

    def _started(self, one: t.Started) -> None:
        if (attempt := self.current(one.step)) is not None:
            attempt.started_at = one.at

    def _succeeded(self, one: t.Succeeded) -> None:
        self._over(one.step, one.at, "succeeded", cached=one.cached)

    def _failed(self, one: t.Failed) -> None:
        self._over(one.step, one.at, "failed", one.code, one.message or one.error)

    def _deferred(self, one: t.Deferred) -> None:
        self._over(one.step, one.at, "deferred", None, one.why)

    def _closed(self, one: t.Closed) -> None:
        self._over(one.step, one.at, one.status, None, one.reason)

    def _doubted(self, one: t.Doubted) -> None:
        self._over(one.step, one.at, "doubtful", None, one.question)

    def _undone(self, one: t.Undone) -> None:
        self._over(one.step, one.at, "succeeded")

    def _undo_failed(self, one: t.UndoFailed) -> None:
        self._over(one.step, one.at, "failed", None, one.message)

    def _over(
        self, step: str, at: float, outcome: str, code: int | None = None, message: str = "", *, cached: bool = False
    ) -> None:
        if (attempt := self.current(step)) is not None:
            attempt.ended_at, attempt.outcome, attempt.cached = at, outcome, cached
            attempt.code, attempt.message = code, message

    # --- what can be told -------------------------------------------------------------------------------------

    @property
    def run_id(self) -> str:
        """The run's id; "" before it has begun."""
        return self.run.run_id

    @property
    def status(self) -> str:
        """``new``, ``running``, then how it ended: succeeded, failed, cancelled."""
        return self.run.status

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.run.status not in ("new", "running")

    @property
    def retries(self) -> int:
        """How many attempts failed and were or will be tried again."""
        return self.run.retries

    @property
    def questions(self) -> dict[str, str]:
        """The steps that wait for an answer and what is asked: ``crashed`` (was it done?) or ``confirm`` (may it begin?)."""
        return {name: state.message for name, state in self.active.items() if state.status == DOUBTFUL}

    @property
    def undo(self) -> UndoView | None:
        """How far the compensations are; None when nothing is taken back."""
        if not self.run.undoing:
            return None
        found = Counter(state.undo for state in self.run.steps.values())
        total = sum(count for undo, count in found.items() if undo != NO_UNDO)
        return UndoView(found[UNDONE], found[UNDO_FAILED], found[UNDOING], total)

    def running(self) -> list[StepState]:
        """Return the steps that run, and those whose undo runs; the oldest first."""
        found = [state for state in self.active.values() if state.status == RUNNING]
        if self.run.undoing:
            found += [state for state in self.run.steps.values() if state.undo == UNDOING]
        return sorted(found, key=lambda state: (state.admitted_at or 0.0, state.name))

    def failed(self) -> list[StepState]:
        """Return the steps that failed by themselves, in the order in which they did."""
        self._count()
        return self._bad

    def step(self, name: str, at: float | None = None) -> StepView:
        """Return one step as it is at a moment (default: the last transition's); raise ``KeyError`` for an unknown name."""
        state = self.run.steps[name]
        begun = begun_at(state)
        until = state.ended_at if state.ended_at is not None else max(self.at, at or 0.0)
        seconds = None if begun is None or (state.ended_at or until) < begun else until - begun
        if state.ended_at is None and state.status != RUNNING:
            seconds = None
        return StepView(
            name, state.spec.phase, state.status, state.attempt, begun, state.ended_at, seconds, self.usual_s(state),
            exit_code(state), state.cached, state.message, state.stopping, state.undo,
            state.parent.name if state.parent else "", tuple(child.name for child in state.children),
        )  # fmt: skip

    def steps(self, at: float | None = None) -> list[StepView]:
        """Return all steps and children as they are, in the order of the flow."""
        return [self.step(name, at) for name in self.run.steps]

    def usual_s(self, state: StepState) -> float | None:
        """Return the seconds that a step took in earlier runs."""
        return self.measured.get(state.spec.name)

    def counts(self) -> Counts:
        """Return how many steps stand how."""
        self._count()
        return self._counts[""]

    def phases(self) -> list[PhaseView]:
        """Return the phases in order; none when the flow names none. Steps outside of phases are in that called ""."""
        self._count()
        return self._phases

    def _all_phases(self) -> list[PhaseView]:
        names = list(dict.fromkeys([*self.flow.phases, *(step.phase for step in self.flow.steps.values())]))
        if names in ([""], []):
            return []
        times = self._phase_times()
        return [
            PhaseView(name, self._counts.get(f" {name}", Counts()), *times.get(name, (None, None))) for name in names
        ]

    def _count(self) -> None:
        """Look over all steps anew, when something has changed: about 1 us each."""
        if self._counted == self.seq:
            return
        self._counted = self.seq
        found: dict[tuple[str, str], int] = Counter()
        for state in self.run.steps.values():
            if not state.children:
                found[state.spec.phase, state.status] += _weight(state)
        cached = Counter(state.spec.phase for state in self.run.steps.values() if state.cached)
        open_ = {state.spec.phase for state in self.run.steps.values() if unexpanded(state)}
        whole: Counter[str] = Counter()
        phases: dict[str, dict[str, int]] = {}
        for (phase, status), count in found.items():
            whole[status] += count
            phases.setdefault(phase, {})[status] = count
        self._counts = {f" {name}": Counts(some, cached[name], name not in open_) for name, some in phases.items()}
        self._counts[""] = Counts(whole, sum(cached.values()), not open_)
        self._phases = self._all_phases()
        failed = [state for state in self.run.steps.values() if state.status == FAILED and not state.children]
        self._bad = sorted(failed, key=lambda state: state.ended_at or 0.0)

    def _phase_times(self) -> dict[str, tuple[float | None, float | None]]:
        begins: dict[str, float] = {}
        ends: dict[str, float] = {}
        for state in self.run.steps.values():
            phase = state.spec.phase
            tries = self.attempts.get(state.name)
            if tries:
                begins[phase] = min(begins.get(phase, tries[0].admitted_at), tries[0].admitted_at)
            if state.ended_at is not None:
                ends[phase] = max(ends.get(phase, 0.0), state.ended_at)
        over = {name for name, one in self._counts.items() if one.ended == one.total}
        return {
            phase: (begins.get(phase), ends.get(phase) if f" {phase}" in over else None) for phase in {*begins, *ends}
        }

    def critical(self) -> list[str]:
        """Return the steps that the run's length is made of so far, first to last.

        From the last end back: to the need that ended last or, when a step was ready before it began, to whoever ended then.
        """
        ends = sorted(
            (one.ended_at, name) for name, one in self.run.steps.items() if _worked(self, one) and one.ended_at
        )
        path: dict[str, None] = {}
        state = self.run.steps[ends[-1][1]] if ends else None
        while (
            state is not None and state.name not in path
        ):  # steps that take no time may look as if each waited for the other
            path[state.name] = None
            state = self._waited_for(state, ends)
        return list(path)[::-1]

    def _waited_for(self, state: StepState, ends: list[tuple[float, str]]) -> StepState | None:
        begun = self.attempts[state.name][0].admitted_at
        if state.ready_at is not None and begun - state.ready_at > SOON_S:
            place = bisect_right(ends, begun, key=lambda one: one[0]) - 1
            if place >= 0 and ends[place][0] > state.ready_at and ends[place][1] != state.name:
                return self.run.steps[ends[place][1]]
        needs = [last_child(one) for one in (state.parent or state).before]
        return max((one for one in needs if _worked(self, one)), key=lambda one: one.ended_at or 0.0, default=None)


def _worked(view: RunView, state: StepState) -> bool:
    return state.ended_at is not None and not state.children and state.name in view.attempts


def begun_at(state: StepState) -> float | None:
    """Return when the last attempt's work began."""
    return state.admitted_at if state.started_at is None else state.started_at


def last_child(state: StepState) -> StepState:
    """Return the child for which a step with ``for_each`` was waited for; the step itself when it has none."""
    return max(state.children, key=lambda one: one.ended_at or 0.0, default=state)


def _weight(state: StepState) -> int:
    """Return how many steps one counts for: a step with ``for_each`` over a list of the file will have that many children."""
    items = state.spec.for_each
    if not isinstance(items, tuple) or state.parent is not None or state.ended:
        return 1
    return max(1, len(items))


def unexpanded(state: StepState) -> bool:
    """Tell whether nobody knows yet how many children a step will have."""
    return isinstance(state.spec.for_each, str) and state.parent is None and not state.ended and not state.children


def exit_code(state: StepState) -> int | None:
    """Return the exit status of a step's command, None when it has none (yet)."""
    if state.status == SUCCEEDED and not state.cached and not isinstance(state.spec.action, Call | SubFlow):
        return None if state.children else 0
    return state.code


_NOTES: dict[type, Callable[[RunView, Any], None]] = {
    t.Admitted: RunView._admitted,
    t.Started: RunView._started,
    t.Succeeded: RunView._succeeded,
    t.Failed: RunView._failed,
    t.Deferred: RunView._deferred,
    t.Closed: RunView._closed,
    t.Doubted: RunView._doubted,
    t.UndoAdmitted: RunView._undo_admitted,
    t.Undone: RunView._undone,
    t.UndoFailed: RunView._undo_failed,
}
