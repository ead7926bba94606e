"""Moments at which the machine looks again, without a clock: the driver asks for the next and sends a ``Tick``."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping

from phoenix_cli.engine.step_states import (
    BACKING_OFF,
    DOUBTFUL,
    ENDS,
    READY,
    RUNNING,
    UNDO_BACKING_OFF,
    UNDOING,
    StepState,
)

RETRY, QUEUE, RUN, IDLE, TOTAL, UNDO_RETRY, UNDO_RUN, BREAKER = range(8)


class Timers:
    """A heap; entries that came to mean nothing are told by their token and dropped when they come up."""

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, int, StepState, float]] = []
        self.count = 0

    def set(self, at: float, kind: int, state: StepState, token: float) -> None:
        """Look at a step at some time; ``token`` is the attempt, ticket or time that must still hold then."""
        self.count += 1
        heapq.heappush(self.heap, (at, self.count, kind, state, token))

    def next_at(self) -> float | None:
        """Return the next time that means something, or None: a limit of what has ended must keep nobody waiting."""
        heap = self.heap
        while heap:
            at, _, kind, state, token = heap[0]
            if kind == BREAKER or _MATTERS[kind](state, token):
                return at
            heapq.heappop(heap)
        return None

    def due(self, now: float) -> tuple[int, StepState, float] | None:
        """Take the next entry that is due."""
        if not self.heap or self.heap[0][0] > now:
            return None
        _, _, kind, state, token = heapq.heappop(self.heap)
        return kind, state, token


def _of_attempt(state: StepState, token: float) -> bool:
    return state.status == RUNNING and state.attempt == token and not state.stopping


_MATTERS: Mapping[int, Callable[[StepState, float], bool]] = {
    RETRY: lambda state, token: state.status == BACKING_OFF and state.retry_at == token,
    QUEUE: lambda state, token: state.status == READY and state.ticket == token,
    RUN: _of_attempt,
    IDLE: _of_attempt,
    TOTAL: lambda state, _: state.status not in ENDS and state.status != DOUBTFUL,
    UNDO_RETRY: lambda state, token: state.undo == UNDO_BACKING_OFF and state.undo_retry_at == token,
    UNDO_RUN: lambda state, token: state.undo == UNDOING and state.undo_attempt == token,
}
