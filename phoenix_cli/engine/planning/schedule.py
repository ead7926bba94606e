"""When each step would start: the machine's own decisions, with the usual seconds instead of work."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from phoenix_cli.engine import events as e
from phoenix_cli.engine.graph import Graph
from phoenix_cli.engine.instructions import Start
from phoenix_cli.engine.machine import Machine
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.resources import claims
from phoenix_cli.kernel.records import record


@record
class Slot:
    """When a step (or a child ``name[0]``) would run. ``lane`` counts what runs at once; None for what takes no room."""

    step: str
    starts_s: float
    ends_s: float
    lane: int | None


def schedule(flow: Flow, graph: Graph, seconds: Mapping[str, float], room: int) -> list[Slot]:
    """Return what would start when, in that order; ``flow`` comes from ``simplified``, its graph has no cycle."""
    machine = Machine(flow, room=room, measured=seconds, graph=graph)
    running: list[tuple[float, int, str, int, int | None]] = []
    lanes: list[int] = list(range(machine.run.room))
    found: list[Slot] = []
    now = 0.0
    turn = machine.handle(e.Begin(0.0, "run", "seed", {}, {}))
    while not machine.ended:
        for one in turn.instructions:
            assert isinstance(one, Start), one
            state = machine.run.steps[one.step]
            ends = now + seconds[state.spec.name]
            lane = heapq.heappop(lanes) if state.slots else None
            found.append(Slot(one.step, now, ends, lane))
            heapq.heappush(running, (ends, len(found), one.step, one.attempt, lane))
        now, _, step, attempt, lane = heapq.heappop(running)
        if lane is not None:
            heapq.heappush(lanes, lane)
        turn = machine.handle(e.StepSucceeded(now, step, attempt, {}))
    return found


def most_at_once(slots: Sequence[Slot]) -> int:
    """Return how many steps run at the same time at most; what ends makes room for what starts."""
    changes = sorted([(one.starts_s, 1) for one in slots] + [(one.ends_s, -1) for one in slots])
    running = most = 0
    for _, change in changes:
        running += change
        most = max(most, running)
    return most


@record
class Load:
    """What one resource costs: no schedule is shorter than ``least_s``; it ``binds`` when nothing else is as long."""

    name: str
    capacity: int
    steps: int
    least_s: float
    binds: bool = False


def loads(flow: Flow, seconds: Mapping[str, float], times: Mapping[str, int]) -> list[Load]:
    """Return the load of each resource that steps ask for: units times seconds, spread over its capacity.

    Readers may all read at once, so of them only the longest counts.
    """
    used: dict[str, float] = {}
    readers: dict[str, float] = {}
    count: dict[str, int] = {}
    for step in flow.steps.values():
        for claim in claims(step.resources, flow.resources) if step.resources and times[step.name] else ():
            count[claim.resource] = count.get(claim.resource, 0) + times[step.name]
            if claim.shared:
                readers[claim.resource] = max(readers.get(claim.resource, 0.0), seconds[step.name])
            else:
                work = claim.amount * seconds[step.name] * times[step.name]
                used[claim.resource] = used.get(claim.resource, 0.0) + work
    return [
        Load(name, one.capacity, count[name], used.get(name, 0.0) / one.capacity + readers.get(name, 0.0))
        for name, one in flow.resources.items()
        if name in count
    ]
