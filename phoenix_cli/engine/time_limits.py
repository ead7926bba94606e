"""What happens when a time limit, a wait or a breaker's rest is over."""

from __future__ import annotations

from collections.abc import Callable

from phoenix_cli.engine import instructions as i
from phoenix_cli.engine import timers as clock
from phoenix_cli.engine.attempts import Attempts
from phoenix_cli.engine.dispatch import breaker_key
from phoenix_cli.engine.step_states import BACKING_OFF, READY, RUNNING, UNDO_BACKING_OFF, UNDOING, StepState


def expire(machine: Attempts) -> None:
    """Act on every timer that is due."""
    while (found := machine.timers.due(machine.now)) is not None:
        kind, state, token = found
        _EXPIRED[kind](machine, state, token)


def _retry_due(machine: Attempts, state: StepState, token: float) -> None:
    if state.status == BACKING_OFF and state.retry_at == token:
        machine.ready(state)


def _queue_due(machine: Attempts, state: StepState, token: float) -> None:
    if state.status == READY and state.ticket == token:
        machine.failed(state, "timeout", None, "the queue time limit is over")


def _total_due(machine: Attempts, state: StepState, _: float) -> None:
    if state.status in (READY, BACKING_OFF):
        machine.failed(state, "timeout", None, "the total time limit is over")
    elif state.status == RUNNING and not state.stopping:
        machine.stop(state, "total")


def _run_due(machine: Attempts, state: StepState, token: float) -> None:
    _attempt_due(machine, state, token, clock.RUN, state.spec.timeouts.run_s, state.started_at)


def _idle_due(machine: Attempts, state: StepState, token: float) -> None:
    last = state.started_at if state.output_at is None else state.output_at
    _attempt_due(machine, state, token, clock.IDLE, state.spec.timeouts.idle_s, last)


def _attempt_due(
    machine: Attempts, state: StepState, token: float, kind: int, limit: float | None, since: float | None
) -> None:
    if state.status != RUNNING or state.attempt != token or state.stopping or limit is None:
        return
    start = since if since is not None else state.admitted_at or 0.0
    if start + limit > machine.now:
        machine.timers.set(start + limit, kind, state, token)
    else:
        machine.stop(state, "run" if kind == clock.RUN else "idle")


def _undo_retry_due(machine: Attempts, state: StepState, token: float) -> None:
    if state.undo == UNDO_BACKING_OFF and state.undo_retry_at == token:
        machine.undo_ready(state)


def _undo_run_due(machine: Attempts, state: StepState, token: float) -> None:
    if state.undo == UNDOING and state.undo_attempt == token:
        machine.instructions.append(i.Stop(state.name, state.undo_attempt, "run"))


def _breaker_due(machine: Attempts, state: StepState, _: float) -> None:
    machine.run.queue.wake(breaker_key(state.lane.breaker))


_EXPIRED: dict[int, Callable[[Attempts, StepState, float], None]] = {
    clock.RETRY: _retry_due,
    clock.QUEUE: _queue_due,
    clock.RUN: _run_due,
    clock.IDLE: _idle_due,
    clock.TOTAL: _total_due,
    clock.UNDO_RETRY: _undo_retry_due,
    clock.UNDO_RUN: _undo_run_due,
    clock.BREAKER: _breaker_due,
}
