"""How long a run will still take: what is left, carried through many times with drawn durations.

The method is that of Van Slyke, "Monte Carlo Methods and the PERT Problem" (Operations Research 11, 1963), with list
scheduling (Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM J. Appl. Math. 17, 1969) in place of unlimited room, in
the very queue that the machine uses. Durations are log-normal, as those of tasks are found to be (Trietsch et al., "Modeling
Activity Times by the Parkinson Distribution with a Lognormal Core", European J. of Operational Research 216, 2012); that
this machine is slower or faster today is one factor for all steps, learnt from those that have ended.

It is supposed that no step fails that has not failed yet, and that questions are answered now.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Sequence

from phoenix_cli.engine.dispatch import Lane, ReadyQueue
from phoenix_cli.engine.progress.remaining import Remaining, remaining, will_run
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.progress.usual import Usual, usual
from phoenix_cli.engine.resources import Claim, Pool
from phoenix_cli.kernel.records import record

MOST_RUNS = 200
WORK = 20_000  # steps and edges that are looked at for one estimate: about 25 ms
FEW_RUNS = 20  # with fewer the spread is reckoned instead of counted
HUGE = 2_000  # with more steps left nothing is carried through: how much work there is says enough
Z90 = 1.2816  # nine tenths of a normal distribution lie below its mean and so many standard deviations


@record
class Estimate:
    """Seconds until the end: half of the runs like this one need less than ``p50_s``, nine of ten less than ``p90_s``.

    ``runs`` is how many were carried through for it; 0 for a run so large that only its work was reckoned.
    """

    p50_s: float
    p90_s: float
    runs: int


def estimate(view: RunView, at: float) -> Estimate | None:
    """Return how long a run will still take at a moment; None when that is unknown: nothing measured, over, taken back.

    The same journal at the same moment gives the same answer.
    """
    if view.status != "running" or view.run.undoing:
        return None
    known = usual(view, at)
    if known is not None and view.run.unended > HUGE:
        return _bounded(view, known)
    left = remaining(view, at) if known is not None else None
    if known is None or left is None:
        return None
    runs = max(1, min(MOST_RUNS, WORK // max(1, left.size)))
    draw = random.Random(f"{view.run.seed} {view.seq} {at:.1f}")
    if runs < FEW_RUNS:
        return _reckoned(left, known, draw, max(1, runs))
    found = sorted(_carried_through(left, known, draw, known.drawn_factor(draw)) for _ in range(runs))
    return Estimate(_quantile(found, 0.5), _quantile(found, 0.9), runs)


def _quantile(values: Sequence[float], share: float) -> float:
    """Interpolate between the two nearest of sorted values."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def _reckoned(left: Remaining, known: Usual, draw: random.Random, runs: int) -> Estimate:
    """Return the mean of a few runs, and a spread from what is known of its parts.

    Of many steps the chance parts level out: the variance of work is the sum of theirs, spread over the room.
    """
    factor = known.factor
    found = [_carried_through(left, known, draw, factor) for _ in range(runs)]
    squares = sum(one * one for one in left.means(known))
    return _with_spread(sum(found) / runs, squares, known, left.room, runs)


def _with_spread(middle: float, squares: float, known: Usual, room: int, runs: int) -> Estimate:
    ratio = math.expm1(known.spread**2)  # of variance to squared mean, of one step
    variance = (middle * known.doubt) ** 2 + squares * known.factor**2 * ratio / max(1, room) ** 2
    return Estimate(middle, middle + Z90 * math.sqrt(variance), runs)


def _bounded(view: RunView, known: Usual) -> Estimate | None:
    """Return the greatest of what bounds a large run from below: its work, its longest way, what wants one resource.

    Where steps are many and short against the whole, list scheduling comes close to this bound.
    """
    work = squares = longest = 0.0
    wanted: dict[str, float] = {}
    for state in view.run.steps.values():
        if state.ended or state.children or not will_run(view, state):
            continue
        mean = known.mean(state)
        work += mean * state.slots
        squares += mean * mean
        longest = max(longest, state.level)
        for name, amount, shared in state.lane.claims:
            if not shared:
                wanted[name] = wanted.get(name, 0.0) + amount * mean
    pools = view.run.pool.capacity
    spans = [work / view.run.room, longest, *(seconds / pools[name] for name, seconds in wanted.items())]
    middle = max(spans) * known.factor
    if not middle:
        return None
    return _with_spread(middle, squares, known, view.run.room, 0)


class _Node:
    """A step in the queue of one simulated run."""

    __slots__ = ("lane", "number", "ticket")

    def __init__(self, number: int, lane: Lane) -> None:
        self.number, self.lane, self.ticket = number, lane, 0


def _anything(target: str, at: float) -> bool:
    return True  # a breaker that is open now is a later start of its steps


def _carried_through(left: Remaining, known: Usual, draw: random.Random, factor: float) -> float:
    """Carry what is left through once; return the seconds until its end."""
    pool = Pool(left.resources)
    lanes = [Lane(claims, "") for claims in left.lanes]
    queue = ReadyQueue(pool, _anything)
    waiting = list(left.waiting)
    free = left.room
    happening: list[tuple[float, int]] = []
    for number in left.running:
        pool.take(left.lanes[left.lane[number]])
        free -= left.slots[number]
        happening.append((known.left_of_running(left, number, factor, draw), number))
    happening += [(after, -1 - number) for number, after in left.later]  # negative: it becomes ready
    heapq.heapify(happening)
    for number in left.ready:
        queue.push(_Node(number, lanes[left.lane[number]]), left.rank[number], left.level[number], 0.0)
    now = 0.0
    while True:
        while free > 0 and (node := queue.pop(now)) is not None:
            number = node.number  # type: ignore[attr-defined]
            claims = left.lanes[left.lane[number]]
            if claims:
                pool.take(claims)
            free -= left.slots[number]
            heapq.heappush(happening, (now + known.drawn(left, number, factor, draw), number))
        if not happening:
            return now
        now, number = heapq.heappop(happening)
        if number < 0:
            freed = [-1 - number]
        else:
            free += left.slots[number]
            _give_back(pool, queue, left.lanes[left.lane[number]])
            freed = _freed(left, number, waiting)
        for one in freed:
            queue.push(_Node(one, lanes[left.lane[one]]), left.rank[one], left.level[one], now)


def _give_back(pool: Pool, queue: ReadyQueue, claims: tuple[Claim, ...]) -> None:
    if claims:
        pool.give_back(claims)
        for claim in claims:
            queue.wake(claim.resource)


def _freed(left: Remaining, number: int, waiting: list[int]) -> list[int]:
    """Return who need wait no longer when a step has ended; a step with ``for_each`` ends with its last child."""
    freed: list[int] = []
    ended = [number]
    while ended:
        for follower in left.after[ended.pop()]:
            waiting[follower] -= 1
            if not waiting[follower]:
                (ended if left.joins[follower] else freed).append(follower)
    return freed


class Estimator:
    """Estimates now and then: anew when something has happened, else what is left of the last estimate."""

    EVERY_S = 2.0
    RARELY_S = 10.0  # when nothing has happened, and for flows of which one look is much work

    def __init__(self, view: RunView) -> None:
        self.view = view
        self._at = -math.inf
        self._seq = -1
        self._last: Estimate | None = None

    def now(self, at: float) -> Estimate | None:
        """Return the estimate for a moment of the run."""
        if self.view.ended:
            return None
        age = at - self._at
        big = self._last is not None and self._last.runs < FEW_RUNS
        if age < 0 or age >= (self.EVERY_S if self.view.seq != self._seq and not big else self.RARELY_S):
            self._at, self._seq, age = at, self.view.seq, 0.0
            self._last = estimate(self.view, at)
        if self._last is None:
            return None
        return Estimate(max(0.0, self._last.p50_s - age), max(0.0, self._last.p90_s - age), self._last.runs)
