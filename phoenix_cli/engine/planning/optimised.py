"""What optimising a flow changes: needs dropped, steps fused, and the two plans side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.optimising import optimise, reduced
from phoenix_cli.engine.planning.plan import Plan, plan
from phoenix_cli.kernel.records import record


@record
class Shape:
    """A flow in numbers."""

    steps: int
    needs: int
    expected_s: float
    bound_s: float


@record
class Optimisation:
    """``dropped`` maps a step to needs that others imply; ``fused`` maps a new step to those that it stands for."""

    dropped: Mapping[str, tuple[str, ...]]
    fused: Mapping[str, tuple[str, ...]]
    before: Shape
    after: Shape


def plan_optimised(
    flow: Flow, measured: Mapping[str, float], room: int, inputs: Mapping[str, Any] | None = None
) -> tuple[Plan, Optimisation]:
    """Return the plan of the optimised flow, and what the difference is."""
    less = reduced(flow)
    made = optimise(flow)
    dropped = {
        name: gone
        for name, step in flow.steps.items()
        if (gone := tuple(one for one in dict.fromkeys(step.needs) if one not in less.steps[name].needs))
    }
    together = dict(measured)
    for name, parts in made.parts.items():
        if all(part in measured for part in parts):
            together[name] = sum(measured[part] for part in parts)
    before, after = plan(flow, measured, room, inputs), plan(made.flow, together, room, inputs)
    return after, Optimisation(dropped, made.parts, _shape(flow, before), _shape(made.flow, after))


def _shape(flow: Flow, made: Plan) -> Shape:
    return Shape(len(flow.steps), sum(len(step.needs) for step in flow.steps.values()), made.expected_s, made.bound_s)
