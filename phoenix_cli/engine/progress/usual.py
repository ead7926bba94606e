"""What steps usually take, as far as a run knows: measured in earlier runs, or by others of this one."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from phoenix_cli.engine.progress.run_view import RunView, begun_at
from phoenix_cli.engine.step_states import SUCCEEDED, StepState
from phoenix_cli.kernel.records import record

if TYPE_CHECKING:
    from phoenix_cli.engine.progress.remaining import Remaining

SPREAD = 0.4  # of the logarithm of a step's duration around its mean, before this run says otherwise
SPREAD_UNKNOWN = 0.9  # of a step that was never measured, around the median of those that were
SPREAD_WORTH = 4  # steps that the first guess of the spread counts for
TODAY = 0.25  # how much a whole run is slower or faster than usual, as a standard deviation of the logarithm
SIBLINGS_WORTH = 2  # as many children of this run as the measured mean counts for
QUANTILES = 512
FAR = 5.0  # standard deviations past which the tail is taken as exponential: its inverse loses all digits
_NORMAL = statistics.NormalDist()
_STANDARD = tuple(_NORMAL.inv_cdf((one + 0.5) / QUANTILES) for one in range(QUANTILES))


@record
class Usual:
    """``factor`` is how slow this run is (1: as always), ``doubt`` the standard deviation of its logarithm."""

    means: Mapping[str, float]
    measured: frozenset[str]
    median: float
    spread: float
    factor: float
    doubt: float
    known: Sequence[float]
    unknown: Sequence[float]

    def mean(self, state: StepState) -> float:
        """Return a step's usual seconds."""
        return self.means.get(state.spec.name, self.median)

    def drawn_factor(self, draw: random.Random) -> float:
        """Draw how slow this run may be."""
        return self.factor * math.exp(draw.gauss(0.0, self.doubt))

    def drawn(self, left: Remaining, number: int, factor: float, draw: random.Random) -> float:
        """Draw a duration."""
        name = left.states[number].spec.name
        table = self.known if name in self.measured else self.unknown
        return self.means.get(name, self.median) * factor * table[int(draw.random() * QUANTILES)]

    def left_of_running(self, left: Remaining, number: int, factor: float, draw: random.Random) -> float:
        """Draw what is left of a step that has taken some time already: of the durations that are longer."""
        state, elapsed = left.states[number], left.elapsed[number]
        spread = self.spread if state.spec.name in self.measured else SPREAD_UNKNOWN
        middle = self.mean(state) * factor * math.exp(-spread * spread / 2)
        reached = math.log(elapsed / middle) / spread if elapsed > 0 and middle > 0 else -FAR
        if reached > FAR:
            return draw.expovariate(reached / (elapsed * spread))
        below = _NORMAL.cdf(reached)
        place = below + (1.0 - below) * draw.random()
        whole = middle * math.exp(spread * _NORMAL.inv_cdf(min(max(place, 1e-12), 1.0 - 1e-12)))
        return max(0.0, whole - elapsed)


def usual(view: RunView, at: float) -> Usual | None:
    """Return what is known at a moment; None when no step was ever measured."""
    taken = _taken(view)
    means = {name: seconds for name, seconds in view.measured.items() if seconds > 0}
    ratios = [math.log(one / means[name]) for name, some in taken.items() if name in means for one in some if one > 0]
    for name, some in taken.items():
        here = sum(some) / len(some)
        before = means.get(name, here)
        means[name] = (before * SIBLINGS_WORTH + here * len(some)) / (SIBLINGS_WORTH + len(some))
    if not means:
        return None
    spread, factor, doubt = _today(ratios, _so_far(view, at))
    return Usual(
        means, frozenset(means), statistics.median(means.values()), spread, factor, doubt, _table(spread), _table(SPREAD_UNKNOWN)
    )  # fmt: skip


def _taken(view: RunView) -> dict[str, list[float]]:
    """Return the seconds that steps of this run have taken, by step; children under the name of theirs."""
    found: dict[str, list[float]] = {}
    for state in view.run.steps.values():
        begun = begun_at(state)
        if state.status == SUCCEEDED and not state.cached and not state.children and begun is not None:
            found.setdefault(state.spec.name, []).append(max(0.0, (state.ended_at or begun) - begun))
    return found


def _so_far(view: RunView, at: float) -> list[float]:
    """Return the logarithms of what running steps have taken already over the usual seconds."""
    found = []
    for state in view.running():
        usually, taken = view.usual_s(state), at - (begun_at(state) or at)
        if usually and taken > 0:
            found.append(math.log(taken / usually))
    return found


def _today(ended: Sequence[float], running: Sequence[float]) -> tuple[float, float, float]:
    """Return spread, factor and doubt: the first guesses, shifted by what this run says (normal-normal model).

    ``ended`` are logarithms of seconds taken over the usual seconds, whose mean is minus half of the variance. Short steps
    end first, so without those that run a run would look faster than it is: they count as what they will be expected
    to be, given what they have taken (one step of expectation maximisation).
    """
    count = len(ended)
    mean = sum(ended) / count if count else 0.0
    scatter = sum((one - mean) ** 2 for one in ended)
    spread = math.sqrt((SPREAD_WORTH * SPREAD**2 + scatter) / (SPREAD_WORTH + max(0, count - 1)))
    middle = -spread * spread / 2
    shift, doubt = _shifted([one - middle for one in ended], spread)
    expected = [_expected((one - middle - shift) / spread) * spread + shift for one in running]
    shift, doubt = _shifted([*(one - middle for one in ended), *expected], spread)
    return spread, math.exp(shift), doubt


def _shifted(found: Sequence[float], spread: float) -> tuple[float, float]:
    """Return the most likely shift of all, and its standard deviation."""
    weight = len(found) * TODAY**2 / (len(found) * TODAY**2 + spread**2)
    mean = sum(found) / len(found) if found else 0.0
    return weight * mean, math.sqrt(TODAY**2 * (1.0 - weight))


def _expected(reached: float) -> float:
    """Return the mean of the part of a standard normal distribution that lies above a value (inverse Mills ratio)."""
    if reached > FAR:
        return reached + 1.0 / reached
    return _NORMAL.pdf(reached) / (1.0 - _NORMAL.cdf(reached))


def _table(spread: float) -> list[float]:
    """Return quantiles of a log-normal factor whose mean is 1."""
    return [math.exp(spread * one - spread * spread / 2) for one in _STANDARD]
