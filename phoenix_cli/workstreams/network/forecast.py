"""When it will be done, with what certainty: many runs with drawn durations (triangular), always with the same seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from phoenix_cli.workstreams.model import Estimate
from phoenix_cli.workstreams.network.resolving import Network
from phoenix_cli.workstreams.network.work import remaining

SEED = 20_250_704
RUNS = 1_000
MOST_DRAWS = 200_000  # so that a network of thousands takes a second, with fewer runs


@dataclass(frozen=True, slots=True)
class Spread:
    """Working days that half, 85 and 95 of 100 runs stay within."""

    p50_d: float
    p85_d: float
    p95_d: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The spread of the whole and of each workstream's end; ``criticality``: in which part of the runs it decided."""

    runs: int
    whole: Spread
    ends: Mapping[str, Spread]
    criticality: Mapping[str, float]


def forecast(network: Network, ended: Collection[str] = (), *, runs: int | None = None, seed: int = SEED) -> Forecast:
    """Return what is to be expected of what is left; with ``runs`` None as many as take about a second."""
    work = [remaining(one, ended=one.id in ended) for one in network.workstreams]
    order = [number for number in network.hard.order if work[number].worst_d > 0]
    count = runs or max(20, min(RUNS, MOST_DRAWS // max(1, len(order))))
    position = {number: at for at, number in enumerate(order)}
    before = [_open_needs(network.hard.before, number, position) for number in order]
    draws = [_parts(work[number]) for number in order]
    samples: list[list[float]] = [[] for _ in order]
    totals, decided = [], [0] * len(order)
    draw = Random(seed).random
    for _ in range(count):
        ends, came = _one_run(before, draws, draw)
        for at, end in enumerate(ends):
            samples[at].append(end)
        totals.append(max(ends, default=0.0))
        last = max(range(len(ends)), key=ends.__getitem__) if ends else -1
        while last >= 0:
            decided[last] += 1
            last = came[last]
    names = [network.names[number] for number in order]
    spreads = {name: spread(values) for name, values in zip(names, samples, strict=True)}
    return Forecast(
        count, spread(totals), spreads, {name: hits / count for name, hits in zip(names, decided, strict=True)}
    )


def _open_needs(before: Sequence[Sequence[int]], number: int, position: Mapping[int, int]) -> list[int]:
    """Return the positions of needs that are open; what is done lets through at once, and so does what it waited for."""
    return [position[one] for one in before[number] if one in position]


def _parts(one: Estimate) -> tuple[float, float, float, float]:
    """Return least, range, where the mode divides it, for drawing by inversion."""
    width = one.worst_d - one.best_d
    share = (one.likely_d - one.best_d) / width if width else 0.0
    return one.best_d, width, share, one.worst_d


def _one_run(
    before: Sequence[Sequence[int]], draws: Sequence[tuple[float, float, float, float]], draw: Callable[[], float]
) -> tuple[list[float], list[int]]:
    """Return when each ends, and after which it had to wait (-1 for none)."""
    ends: list[float] = []
    came: list[int] = []
    sqrt = math.sqrt
    for needs, (least, width, share, most) in zip(before, draws, strict=True):
        start, last = 0.0, -1
        for one in needs:
            if ends[one] > start:
                start, last = ends[one], one
        if width:
            u = draw()
            days = least + width * sqrt(u * share) if u < share else most - width * sqrt((1 - u) * (1 - share))
        else:
            days = most
        ends.append(start + days)
        came.append(last)
    return ends, came


def spread(values: Sequence[float]) -> Spread:
    """Return the percentiles by nearest rank."""
    ranked = sorted(values) or [0.0]
    return Spread(*(round(ranked[max(0, math.ceil(part * len(ranked)) - 1)], 3) for part in (0.5, 0.85, 0.95)))
