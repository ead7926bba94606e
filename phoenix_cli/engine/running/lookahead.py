"""How many calls are handed over ahead of time.

A call that does next to nothing is over before the coordinator has written that it began; then most of the time goes into
waking each other up: measured, 77 us of CPU a step, and 31 us when 64 calls are handed over ahead, since a round then writes
them in one transaction. As soon as calls take longer, nothing is handed over ahead: order and durations are what counts.
No more calls than slots are ever performed at once; and only flows of nothing but calls in threads look ahead, because a
command must find its slot free.
"""

from __future__ import annotations

from phoenix_cli.engine.model import NO_TIMEOUTS, Call, Flow

AHEAD = 64
QUICK_S = 0.000_25  # from the end of one call to the next, on average
SLOW_S = 0.005  # nothing ended for so long
SAMPLE = 8


class LookAhead:
    """Watches how quickly calls end; ``room`` is how many may be in progress."""

    def __init__(self, slots: int, flow: Flow, now: float) -> None:
        self.slots = self.room = slots
        self.applies = slots > 1 and all(
            isinstance(step.action, Call) and step.timeouts is NO_TIMEOUTS and not step.resources and step.cache is None
            for step in flow.steps.values()
        )
        self._since = self._last = now
        self._count = 0

    def note(self, ended: int, now: float) -> None:
        """Take note of how many calls have ended since the last time."""
        if not self.applies:
            return
        if now - self._last > SLOW_S:
            self.room, self._count, self._since = self.slots, 0, now
        elif self._count + ended >= SAMPLE:
            quick = (now - self._since) / (self._count + ended) < QUICK_S
            self.room, self._count, self._since = self.slots + AHEAD * quick, 0, now
        else:
            self._count += ended
        if ended:
            self._last = now
