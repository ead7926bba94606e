"""Flows and worlds for estimates: durations are log-normal around means that are known."""

from __future__ import annotations

import math
import random

from phoenix_cli.engine.model import Flow, Request, Resource, Run, Step
from phoenix_cli.engine.progress.run_view import RunView
from tests.engine.simulation import Simulation, World


def flow_of(count: int, seed: int, *, width: int = 8, resources: bool = True) -> Flow:
    """Return a flow whose steps need some of those shortly before them."""
    draw = random.Random(seed)
    steps = {}
    for number in range(count):
        low = max(0, number - width)
        needs = tuple(
            f"s{one}" for one in sorted(draw.sample(range(low, number), min(number - low, draw.randint(0, 2))))
        )
        wants = (Request("gpu"),) if resources and draw.random() < 0.2 else ()
        steps[f"s{number}"] = Step(f"s{number}", Run(("x",)), needs=needs, resources=wants)
    return Flow("f", steps, {"gpu": Resource("gpu", 1)})


def means_of(flow: Flow, seed: int) -> dict[str, float]:
    """Return means between one and twenty seconds."""
    draw = random.Random(f"means {seed}")
    return {name: draw.uniform(1, 20) for name in flow.steps}


def lived(
    flow: Flow, means: dict[str, float], seed: int, *, spread: float, factor: float = 1.0, room: int = 3
) -> Simulation:
    """Return a run that took place with such durations."""

    def duration(step: str, attempt: int) -> float:
        luck = random.Random(f"{seed} {step} {attempt}").gauss(0, spread)
        return means[step] * factor * math.exp(luck - spread * spread / 2)

    world = Simulation(flow, World(duration=duration), room=room, measured=means, check=False)
    world.begin()
    assert world.run() == "succeeded"
    return world


def seen_at(world: Simulation, share: float, known: dict[str, float]) -> tuple[RunView, float, float]:
    """Return the view when a share of the time is over, that moment, and how long it then still took."""
    end = world.journal[-1].at
    at = end * share
    view = RunView(world.flow, room=world.room, measured=known)
    view.feed(one for one in world.journal if one.at <= at)
    return view, at, end - at
