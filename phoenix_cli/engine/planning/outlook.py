"""What is known of each step before anything ran, if all goes well: whether it runs, and how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from phoenix_cli.engine.evaluation import Context, evaluate, truth
from phoenix_cli.engine.expressions import Expression, ExpressionError
from phoenix_cli.engine.graph import Graph
from phoenix_cli.engine.model import Flow, Run, Step, SubFlow
from phoenix_cli.engine.references import Use, paths
from phoenix_cli.engine.texts import value_of
from phoenix_cli.kernel.records import record

NOTHING_TO_DO = Run(("-",))


@record
class Outlook:
    """``items`` is how many children a step with ``for_each`` has, None while that is unknown; others have 1."""

    runs: bool = True
    items: int | None = 1

    @property
    def times(self) -> int:
        """How often the step is counted; one whose children are unknown counts once."""
        return 0 if not self.runs else 1 if self.items is None else self.items


PLAIN = Outlook()


def outlooks(flow: Flow, graph: Graph, inputs: Mapping[str, Any]) -> dict[str, Outlook]:
    """Return the outlook of each step; an input that is missing in ``inputs`` is unknown."""
    found: dict[str, Outlook] = {}
    statuses: dict[str, Mapping[str, Any]] = {}
    for number in graph.order:
        step = flow.steps[graph.names[number]]
        one = PLAIN if not step.when and step.for_each is None else _outlook(step, graph, statuses, inputs)
        found[step.name] = one
        statuses[step.name] = {"status": "succeeded" if one.runs else "skipped", "outputs": {}}
    return found


def _outlook(step: Step, graph: Graph, statuses: Mapping[str, Mapping[str, Any]], inputs: Mapping[str, Any]) -> Outlook:
    expressions = [one for one in graph.expressions.get(step.name, ()) if isinstance(one, Use)]
    context = Context(statuses, inputs)
    runs = True
    for use in expressions:
        if use.key == "when" and _is_known(use.expression, inputs):
            runs = _holds(use.expression, context)
    of_items = [use.expression for use in expressions if use.key == "for_each"]
    return Outlook(runs, _items(step, context, all(_is_known(one, inputs) for one in of_items)))


def _is_known(expression: Expression, inputs: Collection[str]) -> bool:
    """Tell whether inputs and the statuses of steps are all that an expression asks for."""
    for path, _ in paths(expression):
        if path[0] == "inputs" and (len(path) < 2 or path[1] not in inputs):
            return False
        if path[0] == "item" or (path[0] == "steps" and (len(path) < 3 or path[2] != "status")):
            return False
    return True


def _holds(expression: Expression, context: Context) -> bool:
    try:
        return truth(evaluate(expression, context))
    except ExpressionError:
        return True  # the step fails when it comes to it; that is not skipped


def _items(step: Step, context: Context, known: bool) -> int | None:
    if step.for_each is None:
        return 1
    if not isinstance(step.for_each, str):
        return len(step.for_each)
    try:
        value = value_of(step.for_each, context) if known else None
    except ExpressionError:
        return None
    return len(value) if isinstance(value, list | tuple) else None


def simplified(flow: Flow, graph: Graph, found: Mapping[str, Outlook]) -> Flow:
    """Return a flow with the same order, resources and priorities, in which every step that is to run just runs."""
    steps = {
        name: Step(
            name,
            SubFlow("-") if isinstance(step.action, SubFlow) else NOTHING_TO_DO,
            tuple(graph.names[one] for one in graph.before[graph.numbers[name]]),
            when="" if found[name].runs else "false",
            for_each=None if step.for_each is None else tuple(range(1 if (n := found[name].items) is None else n)),
            resources=step.resources,
            priority=step.priority,
        )
        for name, step in flow.steps.items()
    }
    return replace(flow, steps=steps, inputs={}, retry_budget=None)
