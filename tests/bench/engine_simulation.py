"""The schedule against the bound that nothing can beat: graphs on which waiting for whole levels costs up to 4.2 times."""

from __future__ import annotations

import heapq
import random
import statistics
import sys
from collections.abc import Callable

from measure import report

from phoenix_cli.engine import events as e
from phoenix_cli.engine.critical_path import analyse, levels
from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.instructions import Start
from phoenix_cli.engine.machine import Machine
from phoenix_cli.engine.model import Flow, Run, Step

SEEDS = range(6)
Needs = list[list[int]]
Draw = Callable[[random.Random], float]


def log_normal(draw: random.Random) -> float:
    """Most steps short, some long."""
    return draw.lognormvariate(0, 1)


def bimodal(draw: random.Random) -> float:
    """One step in ten takes 20 times as long."""
    return draw.uniform(0.5, 1.5) * (20 if draw.random() < 0.1 else 1)


def uniform(draw: random.Random) -> float:
    """Between 0.5 and 1.5."""
    return draw.uniform(0.5, 1.5)


def layered(draw: random.Random) -> Needs:
    """500 steps in 20 layers, 4 needs each."""
    return [draw.sample(range((n // 25 - 1) * 25, n // 25 * 25), 4) if n >= 25 else [] for n in range(500)]


def spine(draw: random.Random) -> Needs:
    """A chain of 100 behind 400 steps that need nothing."""
    return [[] for _ in range(400)] + [[n - 1] if n > 400 else [] for n in range(400, 500)]


def chains(draw: random.Random) -> Needs:
    """40 chains of 5 to 60 steps."""
    found: Needs = []
    for _ in range(40):
        first = len(found)
        found += [[n - 1] if n > first else [] for n in range(first, first + draw.randint(5, 60))]
    return found


GRAPHS: list[tuple[str, Callable[[random.Random], Needs], Draw, int, float]] = [
    ("layered 500/2000, log-normal, 4 at once", layered, log_normal, 4, 1.24),
    ("layered 500/2000, log-normal, 8 at once", layered, log_normal, 8, 1.80),
    ("layered 500/2000, bimodal, 8 at once", layered, bimodal, 8, 2.22),
    ("spine 100 + 400 alone, log-normal, 4 at once", spine, log_normal, 4, 1.58),
    ("spine 100 + 400 alone, log-normal, 8 at once", spine, log_normal, 8, 1.60),
    ("40 chains, log-normal, 16 at once", chains, log_normal, 16, 3.19),
    ("40 chains, bimodal, 16 at once", chains, bimodal, 16, 4.18),
    ("40 chains, uniform, 2 at once", chains, uniform, 2, 1.025),
]


def makespan(flow: Flow, graph: Graph, took: list[float], measured: dict[str, float], room: int) -> float:
    """Return how long the machine's own schedule takes."""
    machine = Machine(flow, room=room, measured=measured, graph=graph)
    running: list[tuple[float, str, int]] = []
    now = 0.0
    turn = machine.handle(e.Begin(0.0, "run", "seed", {}, {}))
    while not machine.ended:
        for one in turn.instructions:
            assert isinstance(one, Start)
            heapq.heappush(running, (now + took[graph.numbers[one.step]], one.step, one.attempt))
        now, step, attempt = heapq.heappop(running)
        turn = machine.handle(e.StepSucceeded(now, step, attempt, {}))
    assert machine.run.status == "succeeded"
    return now


def by_levels(graph: Graph, took: list[float], room: int) -> float:
    """Return how long it takes to wait for whole levels, each as a list schedule."""
    depth = [0] * len(took)
    for number in graph.order:
        depth[number] = 1 + max([depth[one] for one in graph.before[number]], default=0)
    total = 0.0
    for level in range(1, max(depth) + 1):
        workers = [0.0] * room
        for number, at in enumerate(depth):
            if at == level:
                heapq.heapreplace(workers, workers[0] + took[number])
        total += max(workers)
    return total


def ratios(
    shape: Callable[[random.Random], Needs], draw_duration: Draw, room: int, noise: float
) -> tuple[float, float]:
    """Return our schedule and that of levels as multiples of the bound, the mean of some seeds."""
    ours, theirs = [], []
    for seed in SEEDS:
        draw = random.Random(seed)
        needs = shape(draw)
        steps = {
            f"s{n}": Step(f"s{n}", Run(("x",)), tuple(f"s{one}" for one in before)) for n, before in enumerate(needs)
        }
        flow = Flow("f", steps)
        graph = build(flow)
        took = [draw_duration(draw) for _ in needs]
        bound = analyse(graph, took).bound_s(room)
        assert abs(max(levels(graph, took)) - analyse(graph, took).length_s) < 1e-9
        measured = {f"s{n}": one * draw.lognormvariate(0, noise) for n, one in enumerate(took)}
        ours.append(makespan(flow, graph, took, measured, room) / bound)
        theirs.append(by_levels(graph, took, room) / bound)
    return statistics.mean(ours), statistics.mean(theirs)


def main() -> int:
    """Simulate with durations as they were measured, and with estimates that are half off."""
    met = []
    for name, shape, duration, room, _ in GRAPHS:
        exact, barriers = ratios(shape, duration, room, 0.0)
        noisy, _ = ratios(shape, duration, room, 0.4)  # e**0.4: half as long again
        detail = f"estimates 50 % off {noisy:.3f}x, level by level {barriers:.2f}x"
        met.append(report(name, round(exact, 4), 1.02, "x", detail))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
