"""Which ready step is next: priority class, then the longest way to the end, then who has waited longer.

Steps that want the same things share a lane: when one of them does not fit, none does, and the lane is set aside until
what it lacks is given back. So a thousand steps that wait for one lock cost nothing while they wait.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from phoenix_cli.engine.resources import Claim, Pool

AGEING = 0.005  # seconds of critical path that a second of waiting is worth; ten times as much costs 2 % on a spine
BYPASS_LIMIT = 16  # how often others may be served before one that was ready earlier, until things are kept for it
MOST_HUNGRY = 8  # lanes for each resource whose turns are counted at a time
RANKS: Mapping[str, int] = {"high": 0, "normal": 1, "low": 2}


class Lane:
    """Steps that want the same resources of the pool and the same target of a breaker."""

    __slots__ = ("blocked_on", "breaker", "bypassed", "claims", "count", "free", "hungry", "parked", "woken_by")

    def __init__(self, claims: tuple[Claim, ...], breaker: str) -> None:
        self.claims = claims
        self.breaker = breaker
        self.free = not claims and not breaker
        self.parked: list[tuple[Any, ...]] = []
        self.blocked_on = self.woken_by = ""
        self.hungry = False
        self.bypassed = 0
        self.count = 0


class Queued(Protocol):
    """What stands in the queue. ``ticket`` is the number of its place; 0 when it stands in none."""

    lane: Lane
    ticket: int


class ReadyQueue:
    """Ready steps in the order in which they are to start."""

    def __init__(self, pool: Pool, target_allows: Callable[[str, float], bool]) -> None:
        self.pool = pool
        self.target_allows = target_allows
        self.heap: list[tuple[Any, ...]] = []
        self.waiting: dict[str, list[tuple[Any, ...]]] = {}
        self.looked_at: dict[str, list[tuple[Any, ...]]] = {}
        self.hungry: dict[str, list[Lane]] = {}
        self.reserved: Lane | None = None
        self.tickets = 0
        self.size = 0

    def push(self, one: Queued, rank: int, level: float, ready_at: float) -> None:
        """Add a step. The key never changes with time: all waiting steps age alike, so only who came first counts."""
        self.tickets += 1
        one.ticket = self.tickets
        one.lane.count += 1
        self.size += 1
        heapq.heappush(self.heap, (rank, AGEING * ready_at - level, self.tickets, one))

    def discard(self, one: Queued) -> None:
        """Forget a step that will not start (cancelled, or timed out while it waited)."""
        if one.ticket:
            self._left(one)

    def _left(self, one: Queued) -> None:
        one.ticket = 0
        one.lane.count -= 1
        self.size -= 1
        if one.lane is self.reserved and not one.lane.count:
            self.release_reservation()

    def pop(self, at: float) -> Queued | None:
        """Return the next step that fits, and forget it; None when nothing that waits fits."""
        while self.heap:
            entry = heapq.heappop(self.heap)
            one: Queued = entry[3]
            lane = one.lane
            if one.ticket != entry[2]:
                self._stale(lane)
            elif lane.blocked_on:
                self._park(lane, entry)
            elif lane.free or not (why := self._lacking(lane, at)):
                self._next_of(lane)
                self._served(lane)
                self._left(one)
                self._go_on_waking(lane)
                return one
            else:
                lane.blocked_on = why
                self._park(lane, entry)
                self._remember(lane, why)
                self._go_on_waking(lane)
        return None

    def _next_of(self, lane: Lane) -> None:
        if lane.parked and not lane.blocked_on:
            heapq.heappush(self.heap, heapq.heappop(lane.parked))

    def _stale(self, lane: Lane) -> None:
        """Look at the lane's next step instead of one that is gone."""
        if lane.parked or lane.blocked_on:
            self._next_of(lane)
        else:
            self._go_on_waking(lane)

    def _park(self, lane: Lane, entry: tuple[Any, ...]) -> None:
        """Set a step of a blocked lane aside; the lane waits by the key of its best step."""
        heapq.heappush(lane.parked, entry)
        if lane.parked[0] is not entry:
            return
        place = (*entry[:3], lane)
        if lane.woken_by == lane.blocked_on:  # has just been looked at: again only when more is given back
            self.looked_at.setdefault(lane.blocked_on, []).append(place)
        else:
            heapq.heappush(self.waiting.setdefault(lane.blocked_on, []), place)

    def _remember(self, lane: Lane, resource: str) -> None:
        """Count from now on who is served before a lane that was found to lack something."""
        if not lane.hungry and len(self.hungry.setdefault(resource, [])) < MOST_HUNGRY:
            lane.hungry, lane.bypassed = True, 0
            self.hungry[resource].append(lane)

    def _lacking(self, lane: Lane, at: float) -> str:
        if lane.breaker and not self.target_allows(lane.breaker, at):
            if lane is self.reserved:
                self.release_reservation()
            return breaker_key(lane.breaker)
        lacking = self.pool.lacking(lane.claims)
        if lacking or self.reserved is None or self.reserved is lane:
            return lacking
        return self.pool.in_the_way(lane.claims, self.reserved.claims)

    def _served(self, lane: Lane) -> None:
        """Count, for each lane that lacked one of the same things, that another was served before it."""
        lane.hungry = False
        if lane is self.reserved:
            self.release_reservation()
        for claim in lane.claims:
            lanes = self.hungry.get(claim.resource)
            if lanes:
                self.hungry[claim.resource] = [other for other in lanes if self._bypassed(other)]
                waiting = self.waiting.get(claim.resource)
                if waiting and waiting[0][3].blocked_on == claim.resource:
                    self._remember(waiting[0][3], claim.resource)

    def _bypassed(self, lane: Lane) -> bool:
        if not lane.hungry or lane.count < 1:
            lane.hungry = False
            return False
        lane.bypassed += 1
        if lane.bypassed >= BYPASS_LIMIT and self.reserved is None:
            self.reserved = lane
        return True

    def release_reservation(self) -> None:
        """Let others have what was kept."""
        lane, self.reserved = self.reserved, None
        for claim in lane.claims if lane else ():
            self.wake(claim.resource)

    def wake(self, key: str) -> None:
        """Look again at the best lane that waits for a resource or a breaker; at the next when that is dealt with.

        One after the other: when a thousand lanes wait for one licence, its return costs one look, not a thousand.
        """
        for place in self.looked_at.pop(key, ()):
            heapq.heappush(self.waiting.setdefault(key, []), place)
        self._wake_next(key)

    def _wake_next(self, key: str) -> None:
        lanes = self.waiting.get(key)
        while lanes:
            lane: Lane = heapq.heappop(lanes)[3]
            if lane.blocked_on == key and lane.parked:
                lane.blocked_on, lane.woken_by = "", key
                self._next_of(lane)
                return

    def _go_on_waking(self, lane: Lane) -> None:
        """Wake the next lane, unless this one has just found that nothing is left of what woke it."""
        key, lane.woken_by = lane.woken_by, ""
        if key and (lane.blocked_on != key or self.pool.any_left(key)):
            self._wake_next(key)


def breaker_key(target: str) -> str:
    """Return the word under which lanes wait for a breaker; no resource can be called so."""
    return f"breaker {target}"
