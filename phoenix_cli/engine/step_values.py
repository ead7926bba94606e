"""What the expressions of a step see in a run, and its work with every expression filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from phoenix_cli.engine.evaluation import Context, evaluate, truth
from phoenix_cli.engine.expression_tokens import ExpressionError
from phoenix_cli.engine.expressions import parse
from phoenix_cli.engine.instructions import Work
from phoenix_cli.engine.model import MAX_CHILDREN, Action, Call, Chain, Run, SubFlow
from phoenix_cli.engine.references import paths
from phoenix_cli.engine.step_states import StepState
from phoenix_cli.engine.texts import render, render_value, value_of


class StepsView(Mapping[str, Mapping[str, Any]]):
    """The steps of a run as expressions see them: status and outputs, of a group the lists of its children's."""

    def __init__(self, steps: Mapping[str, StepState]) -> None:
        self._steps = steps

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        state = self._steps[name]
        return {"status": state.status, "outputs": state.outputs}

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)


def context_of(state: StepState, steps: StepsView, inputs: Mapping[str, Any]) -> Context:
    """Return what the step's expressions see."""
    if state.parent is None:
        return Context(steps, inputs, failed=state.failed_needs)
    return Context(steps, inputs, state.item, state.failed_needs)


def holds(state: StepState, context: Context) -> bool:
    """Evaluate ``when``; raise ``ExpressionError``."""
    return truth(evaluate(parse(state.spec.when), context))


def asks_about_item(state: StepState) -> bool:
    """Tell whether ``when`` is a question to each child instead of to all of them; raise ``ExpressionError``."""
    return bool(state.spec.when) and any(path[0] == "item" for path, _ in paths(parse(state.spec.when)))


def items_of(state: StepState, context: Context) -> list[Any]:
    """Evaluate ``for_each``; raise ``ExpressionError``."""
    wanted = state.spec.for_each
    found = value_of(wanted, context) if isinstance(wanted, str) else render_value(wanted, context)
    if not isinstance(found, list | tuple):
        raise ExpressionError("for_each did not come to a list")
    if len(found) > MAX_CHILDREN:
        raise ExpressionError(f"for_each came to {len(found):,} items, more than {MAX_CHILDREN:,}")
    return list(found)


def work_of(state: StepState, action: Action, context: Context) -> Work:
    """Fill in an action of the step, its folder and its environment; raise ``ExpressionError``."""
    spec = state.spec
    env = {name: render(text, context) for name, text in spec.env.items()}
    return Work(_filled(action, context), render(spec.dir, context), env)


def _filled(action: Action, context: Context) -> Action:
    if isinstance(action, Run):
        return Run(tuple(render(one, context) for one in action.argv), render(action.shell, context))
    if isinstance(action, Call):
        return replace(action, arguments=render_value(action.arguments, context))
    if isinstance(action, SubFlow):
        return SubFlow(render(action.file, context), render_value(action.inputs, context))
    if isinstance(action, Chain):
        return action  # fusion takes no step with expressions
    return replace(action, body=render_value(action.body, context))
