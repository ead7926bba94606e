"""What of a run is left to do, as numbers: a graph of steps that have not ended, for simulations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_cli.engine.model import Resource
from phoenix_cli.engine.progress.run_view import RunView, begun_at
from phoenix_cli.engine.resources import Claim
from phoenix_cli.engine.step_states import BACKING_OFF, RUNNING, StepState

if TYPE_CHECKING:
    from phoenix_cli.engine.progress.usual import Usual

MOST_COPIES = 1_000  # of a step with ``for_each`` that has not been expanded yet


@dataclass(slots=True)
class Remaining:
    """Steps by number. ``joins`` take no time: a step with ``for_each`` that ends with its children.

    ``later`` are steps that become ready after some seconds; ``elapsed`` is what running ones have taken so far.
    """

    room: int
    resources: Mapping[str, Resource]
    states: list[StepState] = field(default_factory=list)
    lane: list[int] = field(default_factory=list)
    lanes: list[tuple[Claim, ...]] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    rank: list[int] = field(default_factory=list)
    level: list[float] = field(default_factory=list)
    joins: list[bool] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)
    later: list[tuple[int, float]] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    elapsed: dict[int, float] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How much work one simulation is."""
        return len(self.states) + sum(map(len, self.after)) // 4

    def means(self, known: Usual) -> Iterator[float]:
        """Yield the usual seconds of every step that takes time."""
        for number, state in enumerate(self.states):
            if not self.joins[number]:
                yield known.mean(state)


def remaining(view: RunView, at: float) -> Remaining | None:
    """Return what is left at a moment; None when nothing can go on."""
    left = Remaining(view.run.room, view.flow.resources)
    lanes: dict[int, int] = {}
    ends: dict[str, int] = {}  # the number that a step's followers wait for
    begins: dict[str, list[int]] = {}  # those that wait for what a step needs
    for name, state in view.run.steps.items():
        if not state.ended and will_run(view, state):
            copies = _copies(state)
            ends[name] = _add(left, lanes, state, join=bool(state.children) or bool(copies))
            begins[name] = [_add(left, lanes, state, join=False) for _ in range(copies)] or [ends[name]]
            for copy in begins[name] if copies else ():
                _edge(left, copy, ends[name])
    for name, number in ends.items():
        for follower in _followers(view.run.steps[name], ends, begins):
            _edge(left, number, follower)
    for number, state in enumerate(left.states):
        if not left.joins[number] and not left.waiting[number]:
            _begin(view, left, number, state, at)
    return left if left.states else None


def _followers(state: StepState, ends: Mapping[str, int], begins: Mapping[str, list[int]]) -> Iterator[int]:
    """Yield who waits for a step: of a child its step; else all that need it, but not children, which are there already."""
    if state.parent is not None:
        yield ends[state.parent.name]
        return
    for follower in state.after:
        if not follower.children:
            yield from begins.get(follower.name, ())


def _copies(state: StepState) -> int:
    """Return how many a step with ``for_each`` will be; 0 for one that has its children, or of which nobody knows."""
    items = state.spec.for_each
    if not isinstance(items, tuple) or state.parent is not None or state.children:
        return 0
    return min(len(items), MOST_COPIES)


def _edge(left: Remaining, before: int, after: int) -> None:
    left.after[before].append(after)
    left.waiting[after] += 1


def will_run(view: RunView, state: StepState) -> bool:
    """Tell whether a step is likely to run: not after a stop, and not when it is for failures and there was none."""
    if state.status == RUNNING or state.children:
        return True
    run = view.run
    if run.stopped and (run.cancelled or not state.patient):
        return False
    if state.failed_needs and not state.patient:
        return False
    return run.hard_failure or "failed()" not in state.spec.when


def _add(left: Remaining, lanes: dict[int, int], state: StepState, *, join: bool) -> int:
    key = id(state.lane)
    if key not in lanes:
        lanes[key] = len(left.lanes)
        left.lanes.append(state.lane.claims)
    left.states.append(state)
    left.lane.append(lanes[key])
    left.slots.append(state.slots)
    left.rank.append(state.rank)
    left.level.append(state.level)
    left.joins.append(join)
    left.after.append([])
    left.waiting.append(0)
    return len(left.states) - 1


def _begin(view: RunView, left: Remaining, number: int, state: StepState, at: float) -> None:
    if state.status == RUNNING:
        left.running.append(number)
        left.elapsed[number] = max(0.0, at - (begun_at(state) or at))
        return
    wait = (state.retry_at or at) - at if state.status == BACKING_OFF and not state.deferred else 0.0
    breaker = view.run.breakers.get(state.lane.breaker)
    if breaker is not None and breaker.status == "open":
        wait = max(wait, breaker.until - at)
    if wait > 0:
        left.later.append((number, wait))
    else:
        left.ready.append(number)
