"""When what can be done: critical path, slack, and milestones that will be late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from phoenix_cli.engine.critical_path import levels, starts
from phoenix_cli.engine.graph import Graph
from phoenix_cli.workstreams.files.words import window
from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.network.resolving import Network
from phoenix_cli.workstreams.network.work import day_after, days_between, remaining


@dataclass(frozen=True, slots=True)
class Outlook:
    """Working days by the number of the workstream, from today: start, expected work, slack; None in or behind a circle.

    ``critical`` is one longest path of what is left; ``length_d`` is how long it takes.
    """

    starts_d: tuple[float | None, ...]
    work_d: tuple[float, ...]
    slack_d: tuple[float | None, ...]
    critical: tuple[str, ...]
    length_d: float

    def end_d(self, number: int) -> float | None:
        """Return in how many working days a workstream ends at the earliest."""
        start = self.starts_d[number]
        return None if start is None else start + self.work_d[number]


def outlook(network: Network, ended: Collection[str] = ()) -> Outlook:
    """Return the critical path method's figures for what is left; ``ended`` are ids that are complete or cancelled."""
    work = [remaining(one, ended=one.id in ended).mean_d for one in network.workstreams]
    graph = network.hard
    earliest, below = starts(graph, work), levels(graph, work)
    placed = set(graph.order)
    length = max((earliest[number] + below[number] for number in placed), default=0.0)
    slack = tuple(
        round(max(0.0, length - at - rest), 6) if number in placed else None
        for number, (at, rest) in enumerate(zip(earliest, below, strict=True))
    )
    path = tuple(graph.names[number] for number in _critical(graph, work, earliest, below, length))
    known = tuple(at if number in placed else None for number, at in enumerate(earliest))
    return Outlook(known, tuple(work), slack, path, length)


def _critical(
    graph: Graph, work: Sequence[float], earliest: Sequence[float], below: Sequence[float], length: float
) -> list[int]:
    """Return one longest path, without what is done."""
    path: list[int] = []
    choices: Sequence[int] = [one for one in graph.order if not earliest[one]] if length else []
    while choices:
        best = max(choices, key=lambda number: (below[number], -number))
        if not below[best]:
            break
        path.append(best)
        choices = graph.after[best]
    return [number for number in path if work[number]]


def late(network: Network, found: Outlook, today: date) -> Iterator[Finding]:
    """Yield milestones that the expected work puts after the end of their window."""
    calendar = network.programme.calendar
    for number, one in enumerate(network.workstreams):
        end = found.end_d(number)
        if not one.milestones or end is None or one.merged or one.cancelled:
            continue
        for each in one.milestones:
            days = window(each.window, calendar.week1)
            if days is None or each.done:
                continue
            there = day_after(today, end, calendar.workdays)
            if there > days.last:
                behind = days_between(days.last, there, calendar.workdays) - 1
                message = f"{each.id} is due {days.last} and expected {there}, {behind} working days late"
                yield Finding("W-LATE", message, one.file, *each.place)


def dates(network: Network, found: Outlook, today: date) -> Mapping[str, tuple[date, date]]:
    """Return the first and last day of what is left of each workstream, for a Gantt chart."""
    workdays = network.programme.calendar.workdays
    return {
        name: (day_after(today, start + 1e-6, workdays), day_after(today, start + found.work_d[number], workdays))
        for number, name in enumerate(network.names)
        if (start := found.starts_d[number]) is not None and found.work_d[number]
    }
