"""The state of a run: nothing but what its transitions add up to.

``apply`` decides nothing and never fails on a prefix of a journal, so the state after a crash is the state before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine import undo_projection
from phoenix_cli.engine.dispatch import ReadyQueue, breaker_key
from phoenix_cli.engine.graph import Graph
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.resources import Pool
from phoenix_cli.engine.step_making import StepMaker
from phoenix_cli.engine.step_states import (
    BACKING_OFF,
    BAD_ENDS,
    CANCELLED,
    DOUBTFUL,
    EXPANDED,
    FAILED,
    READY,
    RUNNING,
    SUCCEEDED,
    UNDO_WANTED,
    WAITING,
    StepState,
)
from phoenix_cli.engine.undo_order import UndoOrder

CRASHED, CONFIRM = "crashed", "confirm"  # why a step is doubtful
SETTLED_BY_BREAKER = ("failed", "timeout", "lost", "unavailable")


class Projection:
    """Steps by name, what they hold, and what is to be looked at next."""

    def __init__(self, flow: Flow, graph: Graph, room: int, measured: Mapping[str, float]) -> None:
        self.flow = flow
        self.graph = graph
        self.measured = measured
        self.room = self.free = room
        self.pool = Pool(flow.resources)
        self.maker = StepMaker(flow)
        self.breakers = self.maker.breakers
        self.queue = ReadyQueue(self.pool, lambda target, at: self.breakers[target].allows(at))
        self.steps = self.maker.all(graph, measured)
        self.to_consider: deque[StepState] = deque()
        self.groups_to_close: deque[StepState] = deque()
        self.undo_order = UndoOrder()
        self.run_id = self.seed = ""
        self.inputs: Mapping[str, Any] = {}
        self.status = "new"
        self.reason = ""
        self.stopped = self.cancelled = self.undoing = self.hard_failure = False
        self.retries = self.unended = self.running = 0
        self.unended = len(self.steps)

    def apply(self, transition: t.Transition) -> None:
        """Take one transition over."""
        _APPLY[type(transition)](self, transition)

    def _begun(self, one: t.Begun) -> None:
        self.run_id, self.seed, self.inputs, self.status = one.run_id, one.seed, one.inputs, "running"
        for target, kept in one.breakers.items():
            if target in self.breakers:
                self.breakers[target].restore(kept)
        for state in self.steps.values():
            if not state.open_needs:
                state.ready_at = one.at
                self.to_consider.append(state)

    def _admitted(self, one: t.Admitted) -> None:
        state = self.steps[one.step]
        if state.ticket:
            self.queue.discard(state)
        state.status, state.attempt, state.admitted_at = RUNNING, one.attempt, one.at
        state.retry_at = state.started_at = state.output_at = None
        state.deferred = False
        self.hold(state)
        if state.lane.breaker:
            self.breakers[state.lane.breaker].admitted(one.at)

    def hold(self, state: StepState) -> None:
        """Take a step's slot and resources."""
        self.free -= state.slots
        self.running += 1
        if state.lane.claims:
            self.pool.take(state.lane.claims)

    def release(self, state: StepState) -> None:
        """Give a step's slot and resources back."""
        self.free += state.slots
        self.running -= 1
        if state.lane.claims:
            self.pool.give_back(state.lane.claims)
            for claim in state.lane.claims:
                self.queue.wake(claim.resource)

    def _breaker(self, state: StepState, at: float, error: str | None) -> None:
        """Tell the breaker how an attempt ended: well (None), badly, or with no word about the target ("")."""
        target = state.lane.breaker
        if not target:
            return
        breaker = self.breakers[target]
        if error is None:
            breaker.succeeded()
        elif error in SETTLED_BY_BREAKER:
            breaker.failed(at)
        else:
            breaker.withdrawn()
        self.queue.wake(breaker_key(target))

    def _started(self, one: t.Started) -> None:
        state = self.steps[one.step]
        state.started_at, state.process = one.at, one.process

    def _succeeded(self, one: t.Succeeded) -> None:
        state = self.steps[one.step]
        self.release(state)
        self._breaker(state, one.at, "" if one.cached else None)
        state.outputs, state.cached = one.outputs, one.cached
        state.stopping = state.error = state.message = ""
        state.code = None
        self._end(state, SUCCEEDED, one.at)

    def _failed(self, one: t.Failed) -> None:
        state = self.steps[one.step]
        held = state.status == RUNNING
        if held:
            self.release(state)
            self._breaker(state, one.at, one.error)
        self._forget(state)
        state.error, state.code, state.message = one.error, one.code, one.message
        state.lost += one.error == "lost"
        if one.retry_at is None:
            self._end(state, FAILED, one.at)
        else:
            state.status, state.retry_at = BACKING_OFF, one.retry_at
            if one.error != "lost":
                state.tries += 1
                self.retries += 1

    def _forget(self, state: StepState) -> None:
        if state.ticket:
            self.queue.discard(state)
        state.stopping, state.process = "", None

    def _stopping(self, one: t.Stopping) -> None:
        self.steps[one.step].stopping = one.why

    def _deferred(self, one: t.Deferred) -> None:
        state = self.steps[one.step]
        self.release(state)
        self._breaker(state, one.at, "")
        state.status, state.retry_at, state.message, state.deferred = BACKING_OFF, one.until, one.why, True
        if not one.began:
            state.attempt = one.attempt - 1  # it never was

    def _expanded(self, one: t.Expanded) -> None:
        group = self.steps[one.step]
        group.status = EXPANDED
        for number, item in enumerate(one.items):
            child = self.maker.state(f"{one.step}[{number}]", group.spec)
            child.parent, child.item, child.level = group, item, group.level
            child.failed_needs, child.ready_at = group.failed_needs, one.at
            group.children.append(child)
            self.steps[child.name] = child
            self.to_consider.append(child)
        group.open_children = len(one.items)
        self.unended += len(one.items)
        if not one.items:
            self.groups_to_close.append(group)

    def _closed(self, one: t.Closed) -> None:
        state = self.steps[one.step]
        if state.children:
            state.outputs = {
                name: [child.outputs.get(name) for child in state.children] for name in state.spec.outputs.values
            }
        self._close(state, one.status, one.reason, one.at)

    def _close(self, state: StepState, status: str, reason: str, at: float) -> None:
        if state.status == RUNNING:
            self.release(state)
            self._breaker(state, at, "")
        self._forget(state)
        if reason:
            state.message = reason
        self._end(state, status, at)

    def _end(self, state: StepState, status: str, at: float) -> None:
        state.status, state.ended_at = status, at
        state.retry_at = state.process = None
        self.unended -= 1
        if status == FAILED and not self.keeps_going(state):
            self.hard_failure = True
        if state.parent is not None:
            state.parent.open_children -= 1
            if not state.parent.open_children:
                self.groups_to_close.append(state.parent)
        if status in BAD_ENDS:
            for follower in state.after:
                follower.failed_needs = True
        for follower in state.after:
            follower.open_needs -= 1
            if not follower.open_needs and follower.status == WAITING:
                follower.ready_at = at
                self.to_consider.append(follower)

    def keeps_going(self, state: StepState) -> bool:
        """Tell whether others go on when this step fails."""
        return self.flow.keep_going or state.spec.keep_going

    def _doubted(self, one: t.Doubted) -> None:
        state = self.steps[one.step]
        if state.status == RUNNING:
            self.release(state)
            self._breaker(state, one.at, "")
        self._forget(state)
        state.lost += one.question == CRASHED
        state.status, state.message = DOUBTFUL, one.question

    def _decided(self, one: t.Decided) -> None:
        state = self.steps[one.step]
        if one.verdict == "again":
            state.status, state.confirmed, state.retry_at, state.message = BACKING_OFF, True, one.at, ""
        elif one.verdict == "done":
            state.outputs, state.message = one.outputs, ""
            self._end(state, SUCCEEDED, one.at)
        else:
            state.error = "ambiguous"
            state.undo = UNDO_WANTED if one.verdict == "compensate" else state.undo
            self._end(state, FAILED, one.at)

    def _stopped(self, one: t.Stopped) -> None:
        self.stopped, self.reason = True, one.reason
        self.cancelled = self.cancelled or one.cancelled
        idle = {WAITING, READY, BACKING_OFF, DOUBTFUL} if one.cancelled else {WAITING, READY, BACKING_OFF}
        for state in list(self.steps.values()):
            if state.status in idle and (one.cancelled or not state.patient):
                self._close(state, CANCELLED, one.reason, one.at)

    def _ended(self, one: t.Ended) -> None:
        self.status = one.status

    def snapshot(self) -> dict[str, Any]:
        """Return everything that a replay must give again."""
        return {
            "status": self.status, "reason": self.reason, "stopped": self.stopped, "cancelled": self.cancelled,
            "undoing": self.undoing, "retries": self.retries, "unended": self.unended, "free": self.free, "running": self.running,
            "used": dict(self.pool.used), "readers": dict(self.pool.readers), "hard_failure": self.hard_failure,
            "breakers": {target: one.as_dict() | {"probing": one.probing} for target, one in self.breakers.items()},
            "steps": {name: state.summary() for name, state in self.steps.items()},
        }  # fmt: skip


_APPLY: dict[type, Callable[[Projection, Any], None]] = {
    t.Begun: Projection._begun,
    t.Admitted: Projection._admitted,
    t.Started: Projection._started,
    t.Succeeded: Projection._succeeded,
    t.Failed: Projection._failed,
    t.Stopping: Projection._stopping,
    t.Deferred: Projection._deferred,
    t.Expanded: Projection._expanded,
    t.Closed: Projection._closed,
    t.Doubted: Projection._doubted,
    t.Decided: Projection._decided,
    t.Stopped: Projection._stopped,
    t.UndoBegun: undo_projection.undo_begun,
    t.UndoAdmitted: undo_projection.undo_admitted,
    t.Undone: undo_projection.undone,
    t.UndoFailed: undo_projection.undo_failed,
    t.Ended: Projection._ended,
}
