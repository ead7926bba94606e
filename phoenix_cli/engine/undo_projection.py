"""The part of a run's state that compensations change; see ``projection``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.step_states import SUCCEEDED, UNDO_BACKING_OFF, UNDO_FAILED, UNDO_WANTED, UNDOING, UNDONE

if TYPE_CHECKING:
    from phoenix_cli.engine.projection import Projection


def undo_begun(run: Projection, one: t.UndoBegun) -> None:
    """What was done is taken back from now on: mark what is to be undone."""
    run.undoing = True
    for state in run.steps.values():
        is_group = state.spec.for_each is not None and state.parent is None
        if state.status == SUCCEEDED and state.spec.undo is not None and not state.cached and not is_group:
            state.undo = UNDO_WANTED
    run.undo_order.begin(run.steps.values())


def undo_admitted(run: Projection, one: t.UndoAdmitted) -> None:
    """A compensation runs."""
    state = run.steps[one.step]
    if state.ticket:
        run.queue.discard(state)
    state.undo, state.undo_attempt, state.undo_retry_at, state.admitted_at = UNDOING, one.attempt, None, one.at
    run.hold(state)


def undone(run: Projection, one: t.Undone) -> None:
    """A compensation ended well."""
    state = run.steps[one.step]
    run.release(state)
    state.undo = UNDONE
    run.undo_order.finished(state)


def undo_failed(run: Projection, one: t.UndoFailed) -> None:
    """A compensation ended badly."""
    state = run.steps[one.step]
    if state.undo == UNDOING:
        run.release(state)
    state.message = one.message
    state.undo_tries += not one.lost
    state.undo_lost += one.lost
    if one.retry_at is None:
        state.undo = UNDO_FAILED
        run.undo_order.finished(state)
    else:
        state.undo, state.undo_retry_at = UNDO_BACKING_OFF, one.retry_at
