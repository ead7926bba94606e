"""What is decided about single attempts: start, failure, retry, doubt, time limits, compensation, resume."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from phoenix_cli.engine import instructions as i
from phoenix_cli.engine import timers as clock
from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.expression_tokens import ExpressionError
from phoenix_cli.engine.model import NO_TIMEOUTS
from phoenix_cli.engine.projection import CONFIRM, CRASHED, Projection
from phoenix_cli.engine.retries import LOST_LIMIT, budget, covers, delay_s
from phoenix_cli.engine.step_states import (
    BACKING_OFF,
    CANCELLED,
    DOUBTFUL,
    READY,
    RUNNING,
    SUCCEEDED,
    UNDO_BACKING_OFF,
    UNDO_READY,
    UNDO_WANTED,
    UNDOING,
    StepState,
)
from phoenix_cli.engine.step_values import StepsView, asks_about_item, context_of, holds, items_of, work_of


class _About(Protocol):
    @property
    def step(self) -> str: ...
    @property
    def attempt(self) -> int: ...


class Attempts:
    """Decisions about one step at a time; ``Machine`` adds those about the run."""

    def __init__(self, run: Projection) -> None:
        self.run = run
        self.now = 0.0
        self.transitions: list[t.Transition] = []
        self.instructions: list[i.Instruction] = []
        self.timers = clock.Timers()
        self.view = StepsView(run.steps)

    def record(self, transition: t.Transition) -> None:
        """Decide: it is so from now on, and the journal will say so."""
        self.run.apply(transition)
        self.transitions.append(transition)

    def current(self, event: _About) -> StepState | None:
        """Return the step that an event is about, if it is about the attempt that runs."""
        state = self.run.steps.get(event.step)
        if state is None or state.status != RUNNING or state.attempt != event.attempt:
            return None
        return state

    def takes_no_more(self, state: StepState) -> bool:
        """Tell whether the run has stopped for this step."""
        return self.run.stopped and (self.run.cancelled or not state.patient)

    def close(self, state: StepState, status: str, reason: str) -> None:
        """End a step without an attempt of its own."""
        self.record(t.Closed(self.now, state.name, status, reason))

    def failed(self, state: StepState, error: str, code: int | None, message: str) -> None:
        """End a step badly, for good."""
        self.record(t.Failed(self.now, state.name, state.attempt, error, code, message, None))
        self._watch_breaker(state)

    def guarded(self, state: StepState, act: Callable[[], None]) -> None:
        """Do something with the step's expressions; the step fails when they do."""
        try:
            act()
        except ExpressionError as error:
            self.failed(state, "expression", None, error.message)

    def asks_item(self, state: StepState) -> bool:
        """Tell whether ``when`` is a question to each child."""
        return asks_about_item(state)

    def holds(self, state: StepState) -> bool:
        """Evaluate the step's condition."""
        return holds(state, context_of(state, self.view, self.run.inputs))

    def items(self, state: StepState) -> list[Any]:
        """Evaluate the step's ``for_each``."""
        return items_of(state, context_of(state, self.view, self.run.inputs))

    def ready(self, state: StepState) -> None:
        """Put a step into the queue."""
        ready_at = self.now if state.ready_at is None else state.ready_at
        state.status = READY
        self.run.queue.push(state, state.rank, state.level, ready_at)
        limits = state.spec.timeouts
        if limits is NO_TIMEOUTS:
            return
        if limits.queue_s is not None:
            self.timers.set(self.now + limits.queue_s, clock.QUEUE, state, state.ticket)
        if limits.total_s is not None:
            self.timers.set(ready_at + limits.total_s, clock.TOTAL, state, 0)

    def start(self, state: StepState) -> None:
        """Admit a step that fits; fail it when its texts cannot be filled in."""
        if state.spec.name in self.run.graph.expressions:
            self.guarded(state, lambda: self._start(state))
        else:
            self._start(state)

    def _start(self, state: StepState) -> None:
        work = self._work(state, state.spec.action)
        attempt = state.attempt + 1
        self.record(t.Admitted(self.now, state.name, attempt))
        barrier = state.spec.effect in ("once", "manual")
        self.instructions.append(i.Start(state.name, attempt, work, state.spec, barrier))
        self._limit(state)

    def _work(self, state: StepState, action: Any) -> i.Work:
        if state.spec.name not in self.run.graph.expressions:
            return i.Work(action, state.spec.dir, state.spec.env)
        return work_of(state, action, context_of(state, self.view, self.run.inputs))

    def _limit(self, state: StepState) -> None:
        limits = state.spec.timeouts
        if limits is NO_TIMEOUTS:
            return
        if limits.run_s is not None:
            self.timers.set(self.now + limits.run_s, clock.RUN, state, state.attempt)
        if limits.idle_s is not None:
            self.timers.set(self.now + limits.idle_s, clock.IDLE, state, state.attempt)

    def stop(self, state: StepState, why: str) -> None:
        """End a running attempt."""
        self.record(t.Stopping(self.now, state.name, state.attempt, why))
        self.instructions.append(i.Stop(state.name, state.attempt, why))

    def attempt_failed(self, state: StepState, error: str, code: int | None, message: str) -> None:
        """Decide what a bad end of an attempt means: cancelled, doubtful, tried again, failed."""
        why = state.stopping
        if why == "cancel":
            self.close(state, CANCELLED, self.run.reason)
            return
        if why:
            error, message = "timeout", f"the {why} time limit is over"
        if error in ("lost", "timeout") and state.spec.effect in ("once", "manual"):
            self.doubt(state)
            return
        wait = None if why == "total" else self._wait(state, error, code)
        if wait is None:
            self.failed(state, error, code, message)
        else:
            self.record(t.Failed(self.now, state.name, state.attempt, error, code, message, self.now + wait))
            self._watch_breaker(state)
            self.arm_retry(state)

    def _wait(self, state: StepState, error: str, code: int | None) -> float | None:
        """Return the seconds until the next attempt, None when there is none."""
        if self.takes_no_more(state):
            return None
        if error == "lost":
            return 0.0 if state.lost < LOST_LIMIT else None
        retry = state.spec.retry
        spent = self.run.retries >= budget(len(self.run.steps), self.run.flow.retry_budget)
        if state.tries >= retry.count or spent or not covers(retry, error, code):
            return None
        return delay_s(retry, self.run.seed, state.name, state.tries + 1)

    def arm_retry(self, state: StepState) -> None:
        """Look again at a step that waits for its next attempt."""
        if state.status == BACKING_OFF and state.retry_at is not None:
            self.timers.set(state.retry_at, clock.RETRY, state, state.retry_at)

    def _watch_breaker(self, state: StepState) -> None:
        target = state.lane.breaker
        if target and self.run.breakers[target].status == "open":
            self.timers.set(self.run.breakers[target].until, clock.BREAKER, state, 0)

    def watch_breakers(self) -> None:
        """Look again at every target that is left alone, when its time is over."""
        seen: set[str] = set()
        for state in self.run.steps.values():
            if state.lane.breaker and state.lane.breaker not in seen:
                seen.add(state.lane.breaker)
                self._watch_breaker(state)

    def doubt(self, state: StepState) -> None:
        """Nobody knows whether the attempt had its effect: go by the step's policy."""
        if state.status != DOUBTFUL:
            self.record(t.Doubted(self.now, state.name, state.attempt, CRASHED))
        policy = state.spec.on_ambiguous
        if self.run.cancelled or state.lost > LOST_LIMIT:
            policy = "compensate" if state.spec.undo is not None and policy == "compensate" else "fail"
        if policy == "verify" and state.spec.check is not None:
            check = state.spec.check
            self.guarded(
                state, lambda: self.instructions.append(i.Verify(state.name, state.attempt, self._work(state, check)))
            )
        elif policy in ("fail", "compensate"):
            self.record(t.Decided(self.now, state.name, "failed" if policy == "fail" else "compensate", {}))
        else:
            self.instructions.append(i.Ask(state.name, state.attempt, CRASHED))

    def anything_to_undo(self) -> bool:
        """Tell whether a step succeeded, or perhaps did, that has an undo."""
        return any(
            one.spec.undo is not None and ((one.status == SUCCEEDED and not one.cached) or one.undo == UNDO_WANTED)
            for one in self.run.steps.values()
        )

    def undo_ready(self, state: StepState) -> None:
        """Put a compensation into the queue."""
        state.undo = UNDO_READY
        self.run.queue.push(state, state.rank, state.level, self.now)

    def start_undo(self, state: StepState) -> None:
        """Admit a compensation that fits."""
        attempt = state.undo_attempt + 1
        try:
            work = self._work(state, state.spec.undo)
        except ExpressionError as error:
            self.record(t.UndoFailed(self.now, state.name, attempt, error.message, False, None))
            return
        self.record(t.UndoAdmitted(self.now, state.name, attempt))
        self.instructions.append(i.StartUndo(state.name, attempt, work, state.spec))
        self._limit_undo(state)

    def _limit_undo(self, state: StepState) -> None:
        """Give a compensation as long as the step's own attempts have, counted from when it was admitted."""
        if state.spec.timeouts.run_s is not None:
            since = self.now if state.admitted_at is None else state.admitted_at
            self.timers.set(since + state.spec.timeouts.run_s, clock.UNDO_RUN, state, state.undo_attempt)

    def undo_failed(self, state: StepState, message: str, lost: bool) -> None:
        """Try a compensation again, or give it up and go on with the others."""
        wait: float | None = None
        if lost and state.undo_lost < LOST_LIMIT:
            wait = 0.0
        elif not lost and state.undo_tries < state.spec.retry.count:
            wait = delay_s(state.spec.retry, f"{self.run.seed} undo", state.name, state.undo_tries + 1)
        at = None if wait is None else self.now + wait
        self.record(t.UndoFailed(self.now, state.name, state.undo_attempt, message, lost, at))
        self.arm_undo(state)

    def arm_undo(self, state: StepState) -> None:
        """Look again at a compensation that waits for its next attempt."""
        if state.undo == UNDO_BACKING_OFF and state.undo_retry_at is not None:
            self.timers.set(state.undo_retry_at, clock.UNDO_RETRY, state, state.undo_retry_at)

    def resume_step(self, state: StepState, alive: bool, undo_alive: bool) -> None:
        """Take a step over from a driver that is gone."""
        if state.status == RUNNING:
            self._resume_running(state, alive)
        elif state.status == DOUBTFUL:
            if state.message == CONFIRM:
                self.instructions.append(i.Ask(state.name, state.attempt, CONFIRM))
            else:
                self.doubt(state)
        elif state.undo == UNDOING and not undo_alive:
            self.undo_failed(state, "its worker died", lost=True)
        elif state.undo == UNDOING:
            self._limit_undo(state)
        self.arm_retry(state)
        self.arm_undo(state)

    def _resume_running(self, state: StepState, alive: bool) -> None:
        if not alive and not state.stopping and state.spec.effect in ("pure", "idempotent"):
            if self.takes_no_more(state):
                self.close(state, CANCELLED, self.run.reason)
            else:  # it was lost with its driver, which says nothing about the step
                self.record(t.Deferred(self.now, state.name, state.attempt, self.now, "interrupted", True))
        elif not alive:
            self.attempt_failed(state, "lost", None, "its worker died")
        elif state.stopping:
            self.instructions.append(i.Stop(state.name, state.attempt, state.stopping))
        elif self.run.cancelled:
            self.stop(state, "cancel")
        else:
            self._limit(state)
            if state.spec.timeouts.total_s is not None:
                self.timers.set((state.ready_at or 0.0) + state.spec.timeouts.total_s, clock.TOTAL, state, 0)
