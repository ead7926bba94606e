"""What the expressions of a step refer to, without evaluating them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from phoenix_cli.engine.expression_functions import STATUS_FUNCTIONS
from phoenix_cli.engine.expression_tokens import ExpressionError
from phoenix_cli.engine.expressions import Expression, Function, Index, Literal, Reference, parse, walk
from phoenix_cli.engine.model import Action, Call, Chain, Other, Run, Step, SubFlow
from phoenix_cli.engine.texts import OPENING, pieces, texts_in


class Use(NamedTuple):
    """One expression of a step: the key it stands under, and its tree."""

    key: str
    expression: Expression


class Mistake(NamedTuple):
    """An expression that cannot be parsed."""

    key: str
    error: ExpressionError


def uses(step: Step) -> list[Use | Mistake]:
    """Return every expression of a step; empty for most steps, at the cost of one search in each text."""
    found: list[Use | Mistake] = []
    if step.when:
        found.append(_parsed("when", step.when))
    for key, text in texts(step):
        if OPENING in text:
            found.extend(_in_text(key, text))
    return found


def _parsed(key: str, source: str) -> Use | Mistake:
    try:
        return Use(key, parse(source))
    except ExpressionError as error:
        return Mistake(key, error)


def _in_text(key: str, text: str) -> Iterator[Use | Mistake]:
    try:
        for piece in pieces(text):
            if piece.expression is not None:
                yield Use(key, piece.expression)
    except ExpressionError as error:
        yield Mistake(key, error)


def texts(step: Step) -> Iterator[tuple[str, str]]:
    """Yield each text of a step that may hold expressions, with its key."""
    yield from action_texts("run", step.action)
    if step.undo is not None:
        yield from action_texts("undo", step.undo)
    if step.check is not None:
        yield from action_texts("check", step.check)
    if step.env:
        for text in step.env.values():
            yield "env", text
    if step.dir:
        yield "dir", step.dir
    if step.for_each is not None:
        for text in texts_in(step.for_each):
            yield "for_each", text
    for text in step.outputs.files:
        yield "outputs", text


def action_texts(key: str, action: Action) -> Iterator[tuple[str, str]]:
    """Yield the texts of an action."""
    if isinstance(action, Run):
        for number, text in enumerate(action.argv):
            yield f"{key}.{number}", text
        if action.shell:
            yield key, action.shell
    elif isinstance(action, Chain):
        for part in action.parts:
            yield from action_texts(key, part)
    else:
        kind, value = _body(action)
        for text in texts_in(value):
            yield kind if key == "run" else key, text


def _body(action: Call | SubFlow | Other) -> tuple[str, object]:
    if isinstance(action, Call):
        return "arguments", action.arguments
    if isinstance(action, SubFlow):
        return "inputs", action.inputs
    return action.kind, action.body


def paths(expression: Expression) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield each reference as a path, ``steps['a'].x`` written as ``("steps", "a", "x")``, and its column."""
    for node in walk(expression):
        if isinstance(node, Index):
            path = _literal_path(node)
            if path:
                yield path, node.column
        elif isinstance(node, Reference):
            yield node.path, node.column


def _literal_path(node: Expression) -> tuple[str, ...]:
    if isinstance(node, Reference):
        return node.path
    if isinstance(node, Index) and isinstance(node.key, Literal) and isinstance(node.key.value, str):
        base = _literal_path(node.base)
        return (*base, node.key.value) if base else ()
    return ()


def steps_used(found: list[Use | Mistake]) -> set[str]:
    """Return the names of the steps that expressions refer to."""
    names: set[str] = set()
    for use in found:
        if isinstance(use, Use):
            names.update(path[1] for path, _ in paths(use.expression) if path[0] == "steps" and len(path) > 1)
    return names


def runs_after_failure(step: Step) -> bool:
    """Tell whether ``when`` asks ``always()`` or ``failed()``: such a step also runs after what it needs has failed."""
    if not step.when or "(" not in step.when:
        return False
    found = _parsed("when", step.when)
    return isinstance(found, Use) and any(
        isinstance(node, Function) and node.name in STATUS_FUNCTIONS for node in walk(found.expression)
    )
