"""How long a flow must take: critical path, slack of each step, how many steps could run at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from phoenix_cli.engine.graph import Graph
from phoenix_cli.kernel.records import record

UNKNOWN_S = 1.0  # when nothing at all was measured yet


@record
class Timing:
    """Of one step with unlimited room: earliest start and end, latest start, and what it can wait without harm."""

    starts_s: float
    ends_s: float
    slack_s: float


@record
class Analysis:
    """``critical`` is one longest path; ``bound_s`` the time that nothing can beat with the given room."""

    total_s: float
    length_s: float
    critical: tuple[str, ...]
    steps: Mapping[str, Timing]
    parallelism: float
    widest: int

    def bound_s(self, room: int) -> float:
        """Return the least time with ``room`` steps at once: the critical path, or all work spread evenly."""
        return max(self.length_s, self.total_s / room)


def weights(names: Iterable[str], measured: Mapping[str, float]) -> list[float]:
    """Return seconds for each step; one that was never measured counts as the median of those that were."""
    known = sorted([measured[name] for name in names if name in measured])
    usual = (
        (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2 if known else UNKNOWN_S
    )  # ``statistics`` costs 10 ms
    return [measured.get(name, usual) for name in names]


def levels(graph: Graph, durations: Sequence[float]) -> list[float]:
    """Return for each step the longest way from its start to the end of the flow (its b-level)."""
    found = list(durations)
    for number in reversed(graph.order):
        after = graph.after[number]
        if after:
            found[number] += max([found[one] for one in after])
    return found


def starts(graph: Graph, durations: Sequence[float]) -> list[float]:
    """Return for each step the earliest time at which it can start."""
    found = [0.0] * len(durations)
    for number in graph.order:
        before = graph.before[number]
        if before:
            found[number] = max([found[one] + durations[one] for one in before])
    return found


def analyse(graph: Graph, durations: Sequence[float]) -> Analysis:
    """Return critical path, slack and parallelism of a graph without cycles."""
    earliest, below = starts(graph, durations), levels(graph, durations)
    length = max((at + rest for at, rest in zip(earliest, below, strict=True)), default=0.0)
    timings = {
        graph.names[number]: Timing(at, at + durations[number], max(0.0, length - at - below[number]))
        for number, at in enumerate(earliest)
    }
    total = sum(durations)
    critical = tuple(graph.names[number] for number in _critical(graph, below))
    return Analysis(total, length, critical, timings, total / length if length else 0.0, _widest(earliest, durations))


def _critical(graph: Graph, below: Sequence[float]) -> list[int]:
    path: list[int] = []
    choices: Sequence[int] = [number for number in graph.order if not graph.before[number]]
    while choices:
        path.append(max(choices, key=lambda number: (below[number], -number)))
        choices = graph.after[path[-1]]
    return path


def _widest(earliest: Sequence[float], durations: Sequence[float]) -> int:
    """Return how many steps run at once when each starts as early as it can; ends come before starts."""
    changes = [(at, 1) for at in earliest] + [(at + took, -1) for at, took in zip(earliest, durations, strict=True)]
    running = most = 0
    for _, change in sorted(changes):
        running += change
        most = max(most, running)
    return most
