"""Static checks of expressions: what they name must be there, come before, and fit where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from phoenix_cli.engine.expressions import Function
from phoenix_cli.engine.graph import Graph
from phoenix_cli.engine.model import Flow, Run, Step
from phoenix_cli.engine.problems import Place, Problem, nearest
from phoenix_cli.engine.references import Mistake, Use, paths

STEP_FIELDS = ("outputs", "status")


def check_expressions(flow: Flow, graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with the expressions of every step."""
    for name, found in graph.expressions.items():
        step = flow.steps[name]
        for use in found:
            if isinstance(use, Mistake):
                message = f"in {_where(use.key)} of {name}, column {use.error.column}: {use.error.message}"
                yield Problem("flow.expression", message, _place(step, use.key), use.error.hint)
            else:
                yield from _use(flow, step, use)


def _where(key: str) -> str:
    return key.partition(".")[0]


def _place(step: Step, key: str) -> Place:
    return step.places.get(f"{key}=") or step.place_of(key)


def _use(flow: Flow, step: Step, use: Use) -> Iterator[Problem]:
    for path, column in paths(use.expression):
        wrong = _path(flow, step, use.key, path)
        if wrong:
            code, message, hint = wrong
            where = f"in {_where(use.key)} of {step.name}, column {column}: "
            yield Problem(code, where + message, _place(step, use.key), hint)
    if _is_shell(step, use.key) and not _quoted(use):
        message = f"in {_where(use.key)} of {step.name}: a value does not go into shell text as it is"
        hint = 'hand it over with env: {NAME: ...} and write "$NAME", or write ${{ quote(...) }}'
        yield Problem("flow.shell_text", message, _place(step, use.key), hint)


def _is_shell(step: Step, key: str) -> bool:
    action = {"run": step.action, "undo": step.undo, "check": step.check}.get(key)
    return isinstance(action, Run) and bool(action.shell)


def _quoted(use: Use) -> bool:
    return isinstance(use.expression, Function) and use.expression.name in ("quote", "raw")


def _path(flow: Flow, step: Step, key: str, path: tuple[str, ...]) -> tuple[str, str, str] | None:
    root = path[0]
    if root == "item":
        return _item(step, key)
    if len(path) == 1:
        return ("flow.expression", f"{root} alone is no value", f"write {root}.name")
    if root == "inputs":
        if path[1] in flow.inputs:
            return None
        return ("flow.missing_input", f"there is no input {path[1]}", nearest(path[1], flow.inputs))
    return _step(flow, step, key, path)


def _item(step: Step, key: str) -> tuple[str, str, str] | None:
    if step.for_each is None:
        return ("flow.item", "item is there only in a step with for_each", "for_each: [...]")
    if key == "for_each":
        return ("flow.item", "for_each itself has no item", "")
    return None


def _step(flow: Flow, step: Step, key: str, path: tuple[str, ...]) -> tuple[str, str, str] | None:
    other = flow.steps.get(path[1])
    if other is None:
        return ("flow.missing_step", f"there is no step {path[1]}", nearest(path[1], flow.steps))
    if other is step and _where(key) not in ("undo", "check"):
        return ("flow.own_output", "a step cannot use its own outputs", "only its undo can")
    if len(path) == 2 or path[2] not in STEP_FIELDS:
        got = path[2] if len(path) > 2 else ""
        return (
            "flow.expression",
            f"a step has {' and '.join(STEP_FIELDS)}, not {got or 'a value of its own'}",
            nearest(got, STEP_FIELDS),
        )
    if path[2] == "outputs" and len(path) > 3 and path[3] not in other.outputs.values:
        hint = nearest(path[3], other.outputs.values) or f"outputs: [{path[3]}] in {other.name}"
        return ("flow.missing_output", f"{other.name} has no output {path[3]}", hint)
    return None


def unused_outputs(flow: Flow, graph: Graph) -> Iterator[Problem]:
    """Yield a warning for each value that no expression reads."""
    if not any(step.outputs.values for step in flow.steps.values()):
        return
    used = _used(graph.expressions)
    for step in flow.steps.values():
        for name in step.outputs.values:
            if (step.name, name) not in used and (step.name, "") not in used:
                message = f"nothing uses the output {name} of {step.name}"
                yield Problem("flow.unused_output", message, step.place_of("outputs"), warning=True)


def _used(expressions: Mapping[str, list[Use | Mistake]]) -> set[tuple[str, str]]:
    used = set()
    for found in expressions.values():
        for use in found:
            if isinstance(use, Use):
                for path, _ in paths(use.expression):
                    if path[0] == "steps" and len(path) > 2 and path[2] == "outputs":
                        used.add((path[1], path[3] if len(path) > 3 else ""))
    return used
