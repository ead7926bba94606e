"""What if N agents worked on all that is left: list scheduling, with how long they idle and get into each other's way."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from phoenix_cli.workstreams.network.critical import outlook
from phoenix_cli.workstreams.network.resolving import Network
from phoenix_cli.workstreams.network.touching import touch

Rank: TypeAlias = tuple[int, float, str, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """One workstream in the hands of one agent, in working days from today."""

    id: str
    agent: int
    starts_d: float
    ends_d: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """``idle_d`` adds up what agents waited until the end; ``clashes`` is how many pairs at once touch the same at most."""

    turns: tuple[Turn, ...]
    length_d: float
    idle_d: float
    clashes: int
    left_out: tuple[str, ...]


def simulate(network: Network, agents: int, ended: Collection[str] = ()) -> Simulation:
    """Hand each free agent the ready workstream that comes first by priority, slack and id; ``agents`` is 1 or more."""
    found = outlook(network, ended)
    graph = network.hard
    waiting = [len(needs) for needs in graph.before]
    rank = [
        (one.priority, found.slack_d[number] or 0.0, one.id, number) for number, one in enumerate(network.workstreams)
    ]
    ready = [rank[number] for number, count in enumerate(waiting) if not count]
    heapq.heapify(ready)
    free, running = list(range(agents)), list[tuple[float, int, int]]()
    turns: list[Turn] = []
    now, busy, clashes, at_once = 0.0, 0.0, 0, 0
    while ready or running:
        while ready and (free or not found.work_d[ready[0][-1]]):
            number = heapq.heappop(ready)[-1]
            days = found.work_d[number]
            if not days:  # done already: it only lets others through
                _release(graph.after[number], waiting, ready, rank)
                continue
            agent = heapq.heappop(free)
            at_once += _touching(network, number, [one for _, one, _ in running])
            clashes = max(clashes, at_once)
            heapq.heappush(running, (now + days, number, agent))
            turns.append(Turn(network.names[number], agent, now, now + days))
            busy += days
        if not running:
            break
        now, number, agent = heapq.heappop(running)
        heapq.heappush(free, agent)
        at_once -= _touching(network, number, [one for _, one, _ in running])
        _release(graph.after[number], waiting, ready, rank)
    left = tuple(network.names[number] for number, count in enumerate(waiting) if count > 0)
    return Simulation(tuple(turns), now, round(now * agents - busy, 6), clashes, left)


def _release(after: Collection[int], waiting: list[int], ready: list[Rank], rank: list[Rank]) -> None:
    for one in after:
        waiting[one] -= 1
        if not waiting[one]:
            heapq.heappush(ready, rank[one])


def _touching(network: Network, number: int, others: list[int]) -> int:
    globs = network.workstreams[number].touches
    if not globs:
        return 0
    return sum(1 for one in others if touch(globs, network.workstreams[one].touches))
