"""The plan of a flow: who starts when, what the critical path is, and how long it will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from phoenix_cli.engine.critical_path import Analysis, analyse, weights
from phoenix_cli.engine.fingerprints import flow_hash
from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.model import Flow, SubFlow
from phoenix_cli.engine.planning.outlook import Outlook, outlooks, simplified
from phoenix_cli.engine.planning.schedule import Load, Slot, loads, most_at_once, schedule
from phoenix_cli.kernel.records import record

ROOMS = (1, 2, 4, 8, 16, 32, 64)
MOST_SIMULATED = 2_000  # steps; with more, what-if tells the bound only: a simulation takes 0.1 ms a step


@record
class PlannedStep:
    """One step that is to run. ``duration_s`` was ``measured``, or is the median of what was; ``wave`` counts from 1.

    ``starts_s`` is when the first child starts, ``ends_s`` when the last one ends; ``items`` is None for what is no
    ``for_each``, 0 for one whose items only the run will tell.
    """

    name: str
    phase: str
    starts_s: float
    ends_s: float
    duration_s: float
    measured: bool
    slack_s: float
    critical: bool
    wave: int
    lane: int | None
    needs: tuple[str, ...]
    resources: Mapping[str, int]
    items: int | None


@record
class WhatIf:
    """With another ``max_parallel``: what nothing can beat, and what is expected (None where it was not simulated)."""

    max_parallel: int
    bound_s: float
    expected_s: float | None


@record
class Plan:
    """What will happen if all goes well. ``steps`` stand in the order in which they start.

    ``bound_by`` is ``critical path``, ``max_parallel`` or a resource's name; ``skipped`` are steps whose condition will not
    hold then.
    """

    flow: str
    hash: str
    steps: tuple[PlannedStep, ...]
    skipped: tuple[str, ...]
    waves: tuple[tuple[str, ...], ...]
    critical_path: tuple[str, ...]
    critical_s: float
    work_s: float
    parallelism: float
    widest: int
    max_parallel: int
    bound_s: float
    bound_by: str
    expected_s: float
    resources: tuple[Load, ...]
    what_if: tuple[WhatIf, ...]
    measured: int


def plan(flow: Flow, measured: Mapping[str, float], room: int, inputs: Mapping[str, Any] | None = None) -> Plan:
    """Return the plan of a flow without mistakes, for ``room`` steps at once; ``measured`` are usual seconds by name.

    ``inputs`` holds the values that are known; conditions on others, and on outputs, are taken to hold.
    """
    graph = build(flow)
    room = max(1, min(room, flow.max_parallel or room))
    work = _Work(flow, graph, measured, outlooks(flow, graph, inputs or {}))
    slots = schedule(work.simple, work.edges, work.seconds, room)
    bound, by = work.bound(room)
    steps, skipped = _steps(work, slots, measured)
    return Plan(
        flow.name, flow_hash(flow, graph), steps, skipped, _waves(steps), work.critical, work.analysis.length_s, work.total_s,
        work.total_s / work.analysis.length_s if work.analysis.length_s else 0.0,
        most_at_once(_unhindered(work)), room, bound, by, _end(slots), work.loads, _what_if(work, room, slots),
        sum(one.measured for one in steps),
    )  # fmt: skip


class _Work:
    """A flow with seconds: what all parts of a plan are computed from."""

    def __init__(self, flow: Flow, graph: Graph, measured: Mapping[str, float], found: Mapping[str, Outlook]) -> None:
        self.flow, self.graph, self.outlooks = flow, graph, found
        self.simple = simplified(flow, graph, found)
        self.edges = build(self.simple)
        usual = weights(graph.names, measured)
        took = [usual[number] if found[name].times else 0.0 for number, name in enumerate(graph.names)]
        self.seconds = dict(zip(graph.names, took, strict=True))
        self.analysis: Analysis = analyse(graph, took)
        self.critical = tuple(name for name in self.analysis.critical if found[name].times)
        times = {name: one.times for name, one in found.items()}
        self.total_s = sum(self.seconds[name] * count for name, count in times.items())
        self.of_subflows_s = sum(
            self.seconds[name] * times[name]
            for name, step in flow.steps.items()
            if isinstance(step.action, SubFlow)  # takes no room: its steps do
        )
        self.loads = tuple(self._binding(loads(flow, self.seconds, times)))

    def _binding(self, found: list[Load]) -> list[Load]:
        most = max((one.least_s for one in found), default=0.0)
        return [replace(one, binds=one.least_s == most > self.analysis.length_s) for one in found]

    def bound(self, room: int) -> tuple[float, str]:
        """Return the time that nothing can beat, and what it comes from."""
        found = [
            (self.analysis.length_s, "critical path"),
            ((self.total_s - self.of_subflows_s) / room, "max_parallel"),
        ]
        found += [(one.least_s, one.name) for one in self.loads]
        return max(found, key=lambda one: one[0])


def _end(slots: list[Slot]) -> float:
    return max((one.ends_s for one in slots), default=0.0)


def _unhindered(work: _Work) -> list[Slot]:
    """Return when each child would run with room and resources without end."""
    return [
        Slot(name, timing.starts_s, timing.ends_s, None)
        for name, timing in work.analysis.steps.items()
        for _ in range(work.outlooks[name].times)
    ]


def _steps(
    work: _Work, slots: list[Slot], measured: Mapping[str, float]
) -> tuple[tuple[PlannedStep, ...], tuple[str, ...]]:
    first: dict[str, Slot] = {}
    ends: dict[str, float] = {}
    for slot in slots:
        name = slot.step.partition("[")[0]
        first.setdefault(name, slot)
        ends[name] = max(ends.get(name, 0.0), slot.ends_s)
    depth = _depths(work)
    critical = set(work.critical)
    found = [_step(work, slot, name, ends[name], name in measured, depth[name]) for name, slot in first.items()]
    steps = tuple(replace(one, critical=one.name in critical) for one in found)
    return steps, tuple(name for name in work.flow.steps if name not in first)


def _step(work: _Work, slot: Slot, name: str, ends_s: float, measured: bool, wave: int) -> PlannedStep:
    spec = work.flow.steps[name]
    items = None if spec.for_each is None else work.outlooks[name].items or 0
    needs = tuple(work.graph.names[one] for one in work.graph.before[work.graph.numbers[name]])
    wants = {one.resource: one.amount for one in spec.resources}
    slack = work.analysis.steps[name].slack_s
    return PlannedStep(
        name, spec.phase, slot.starts_s, ends_s, work.seconds[name], measured, slack, False, wave, slot.lane, needs, wants,
        items,
    )  # fmt: skip


def _depths(work: _Work) -> dict[str, int]:
    """Return how many steps that run stand on the longest way to each, itself included."""
    names, found = work.graph.names, [0] * len(work.graph.names)
    for number in work.graph.order:
        runs = work.outlooks[names[number]].times > 0
        found[number] = runs + max([found[one] for one in work.graph.before[number]], default=0)
    return dict(zip(names, found, strict=True))


def _waves(steps: tuple[PlannedStep, ...]) -> tuple[tuple[str, ...], ...]:
    found: dict[int, list[str]] = {}
    for one in steps:
        found.setdefault(one.wave, []).append(one.name)
    return tuple(tuple(found[wave]) for wave in sorted(found))


def _what_if(work: _Work, room: int, slots: list[Slot]) -> tuple[WhatIf, ...]:
    """Return other rooms up to where more would change nothing."""
    most = min(ROOMS[-1], max(1, most_at_once(_unhindered(work))))
    wanted = sorted({room, *(one for one in ROOMS if one < 2 * most)})
    found = []
    for one in wanted:
        expected = _end(slots) if one == room else None
        if expected is None and len(slots) <= MOST_SIMULATED:
            expected = _end(schedule(replace(work.simple, max_parallel=None), work.edges, work.seconds, one))
        found.append(WhatIf(one, work.bound(one)[0], expected))
    return tuple(found)
