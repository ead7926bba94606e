"""Moments at which the machine looks again, without a clock: the driver asks for the next and sends a ``Tick``."""

from __future__ import annotations

import heapq

from phoenix_cli.engine.step_states import StepState

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
        """Return the next time, or None."""
        return self.heap[0][0] if self.heap else None

    def due(self, now: float) -> tuple[int, StepState, float] | None:
        """Take the next entry that is due."""
        if not self.heap or self.heap[0][0] > now:
            return None
        _, _, kind, state, token = heapq.heappop(self.heap)
        return kind, state, token
