"""Flows drawn from a seed, with every feature of steps."""

from __future__ import annotations

import random
from typing import Any

from phoenix_cli.engine.model import (
    Breaker,
    Flow,
    Input,
    Outputs,
    Request,
    Resource,
    Retry,
    Run,
    Step,
    SubFlow,
    Timeouts,
)

CONDITIONS = ("", "", "", "", "always()", "failed()", "succeeded()", "inputs.x > 1", "false", "1 < 'a'")


def random_flow(seed: int, most: int = 12) -> Flow:
    """Return a flow without mistakes."""
    draw = random.Random(seed)
    resources = {name: Resource(name, draw.randint(1, 3)) for name in ("r0", "r1", "r2")}
    steps: dict[str, Step] = {}
    for number in range(draw.randint(1, most)):
        steps[f"s{number}"] = _step(draw, f"s{number}", list(steps), resources)
    inputs = {"x": Input("x", default=draw.randint(0, 3))}
    return Flow(
        "f", steps, resources, inputs, keep_going=draw.random() < 0.2, retry_budget=draw.choice([None, None, 0, 3])
    )


def _step(draw: random.Random, name: str, earlier: list[str], resources: dict[str, Resource]) -> Step:
    needs = tuple(draw.sample(earlier, min(len(earlier), draw.choice([0, 1, 1, 2, 3]))))
    when = draw.choice(CONDITIONS)
    if needs and draw.random() < 0.1:
        when = f"steps.{needs[0]}.status == 'skipped' || default(steps.{needs[0]}.outputs.v, 0) != 1"
    effect = draw.choice(["pure", "idempotent", "idempotent", "once", "manual"])
    for_each: Any = None
    if draw.random() < 0.2:
        for_each = draw.choice(
            [(), (1, 2), ("a", "b", "c"), "${{ steps." + needs[0] + ".outputs.items }}" if needs else (1,)]
        )
        if for_each and draw.random() < 0.2:
            when = "item != 2"
    policy = draw.choice(["ask", "fail", "verify", "compensate"])
    texts = (
        ("do", name, f"${{{{ default(steps.{needs[0]}.outputs.v, 9) }}}}")
        if needs and draw.random() < 0.3
        else ("do", name)
    )
    return Step(
        name,
        SubFlow("other.yaml") if draw.random() < 0.05 else Run(texts),
        needs=needs,
        when=when,
        for_each=for_each,
        resources=_requests(draw, resources),
        timeouts=_timeouts(draw),
        retry=Retry(
            draw.choice([0, 0, 1, 3]),
            on=draw.choice([("failed", "timeout", "lost", "unavailable"), (75,), ("failed",)]),
        ),
        breaker=Breaker(target, *RULES[target]) if (target := draw.choice(["", "", "", "t0", "t1"])) else None,
        effect=effect,
        on_ambiguous=policy,
        check=Run(("check",)) if policy == "verify" else None,
        undo=Run(("undo", name)) if policy == "compensate" or draw.random() < 0.3 else None,
        priority=draw.choice(["high", "normal", "normal", "low"]),
        keep_going=draw.random() < 0.2,
        outputs=Outputs(("v", "items")),
    )


RULES = {"t0": (1, 5.0, 1), "t1": (2, 3.0, 2)}


def _requests(draw: random.Random, resources: dict[str, Resource]) -> tuple[Request, ...]:
    names = draw.sample(sorted(resources), draw.choice([0, 0, 1, 1, 2, 3]))
    return tuple(
        Request(name, draw.randint(1, resources[name].capacity), draw.choice(["count", "count", "exclusive", "shared"]))
        for name in names
    )


def _timeouts(draw: random.Random) -> Timeouts:
    def some(low: float, high: float) -> float | None:
        return draw.uniform(low, high) if draw.random() < 0.15 else None

    return Timeouts(some(1, 20), some(1, 6), some(1, 6), some(2, 30))
