"""What an expression comes to, with the values of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from phoenix_cli.engine import expressions as tree
from phoenix_cli.engine.expression_functions import FUNCTIONS, WrongValue, contains, name_of, same, text_of
from phoenix_cli.engine.expression_tokens import ExpressionError
from phoenix_cli.kernel.records import record

_NO_ITEM = object()


@record
class Context:
    """What expressions can see. ``steps`` maps a name to ``{"status": ..., "outputs": {...}}``."""

    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    item: Any = _NO_ITEM
    failed: bool = False


def evaluate(expression: tree.Expression, context: Context) -> Any:
    """Return the value; raise ``ExpressionError``. What is not there is null."""
    try:
        return _KINDS[type(expression)](expression, context)
    except WrongValue as error:
        raise ExpressionError(str(error), expression.column) from None


def truth(value: Any) -> bool:
    """Tell whether ``when`` holds: false, null, 0, and what is empty do not."""
    return bool(value)


def _reference(node: tree.Reference, context: Context) -> Any:
    root, *path = node.path
    if root == "item":
        if context.item is _NO_ITEM:
            raise ExpressionError("item is there only in a step with for_each", node.column)
        value = context.item
    else:
        value = context.steps if root == "steps" else context.inputs
    for name in path:
        value = _member(value, name)
    return value


def _member(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(key) if isinstance(key, str) else None
    if isinstance(value, list | tuple) and isinstance(key, int) and not isinstance(key, bool):
        return value[key] if -len(value) <= key < len(value) else None
    return None


def _unary(node: tree.Unary, context: Context) -> Any:
    value = evaluate(node.operand, context)
    return not truth(value) if node.operator == "!" else -_number(value)


def _binary(node: tree.Binary, context: Context) -> Any:
    left = evaluate(node.left, context)
    if node.operator == "&&":
        return evaluate(node.right, context) if truth(left) else left
    if node.operator == "||":
        return left if truth(left) else evaluate(node.right, context)
    return _OPERATORS[node.operator](left, evaluate(node.right, context))


def _function(node: tree.Function, context: Context) -> Any:
    if node.name == "always":
        return True
    if node.name in ("failed", "succeeded"):
        return context.failed == (node.name == "failed")
    values = [evaluate(one, context) for one in node.arguments]
    if node.name == "default":
        return values[1] if values[0] is None else values[0]
    call = FUNCTIONS[node.name].call
    return call(*values) if call else None


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValue(f"a number belongs here, not {name_of(value)}")
    if abs(value) > 1e18:
        raise WrongValue("the number is too large")
    return value


def _divided(left: Any, right: Any, remainder: bool = False) -> int | float:
    if _number(right) == 0:
        raise WrongValue("a division by zero")
    return _number(left) % _number(right) if remainder else _number(left) / _number(right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def check(left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        return compare(_number(left), _number(right))

    return check


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "in": lambda left, right: contains(right, left),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "+": lambda left, right: _number(left) + _number(right),
    "-": lambda left, right: _number(left) - _number(right),
    "*": lambda left, right: _number(left) * _number(right),
    "/": _divided,
    "%": lambda left, right: _divided(left, right, remainder=True),
}
_KINDS: dict[type, Callable[[Any, Context], Any]] = {
    tree.Literal: lambda node, _: node.value,
    tree.Reference: _reference,
    tree.Index: lambda node, context: _member(evaluate(node.base, context), evaluate(node.key, context)),
    tree.Items: lambda node, context: [evaluate(one, context) for one in node.items],
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Function: _function,
}

__all__ = ["Context", "evaluate", "text_of", "truth"]
