"""The functions of the expression language: name, how many values each takes, and what it returns."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

from phoenix_cli.kernel.records import record

MAX_TEXT = 100_000  # what one expression may make


@record
class Known:
    """``call`` gets the values; None for those that ask about the run (``status``) or are not strict (``default``)."""

    least: int
    most: int
    call: Callable[..., Any] | None = None


class WrongValue(ValueError):
    """A function was given a value that it has no answer for."""


def text_of(value: Any) -> str:
    """Return how a value stands in a command: text as it is, null is a mistake, lists and mappings as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        raise WrongValue("there is no value here (null); default(x, 'y') gives one")
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if len(text) > MAX_TEXT:
        raise WrongValue(f"the text would be longer than {MAX_TEXT:,} characters")
    return text


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise WrongValue(f"{what} takes text, not {name_of(value)}")
    return value


def name_of(value: Any) -> str:
    """Return the word for a value's type."""
    if value is None:
        return "null"
    words = (
        (bool, "a truth value"),
        (int | float, "a number"),
        (str, "text"),
        (list | tuple, "a list"),
        (dict, "a mapping"),
    )
    return next((word for kind, word in words if isinstance(value, kind)), "something else")


def contains(where: Any, what: Any) -> bool:
    """Tell whether a list has an item, a mapping a key, a text a part."""
    if isinstance(where, str):
        return _text(what, "a search in text") in where
    if isinstance(where, list | tuple):
        return any(same(one, what) for one in where)
    if isinstance(where, dict):
        return isinstance(what, str) and what in where
    raise WrongValue(f"nothing is contained in {name_of(where)}")


def same(left: Any, right: Any) -> bool:
    """Compare as JSON does: true is not 1, at any depth."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def _length(value: Any) -> int:
    if isinstance(value, str | list | tuple | dict):
        return len(value)
    raise WrongValue(f"{name_of(value)} has no length")


def _join(items: Any, between: Any = ",") -> str:
    if not isinstance(items, list | tuple):
        raise WrongValue(f"join takes a list, not {name_of(items)}")
    joined = _text(between, "join").join(text_of(one) for one in items)
    if len(joined) > MAX_TEXT:
        raise WrongValue(f"the text would be longer than {MAX_TEXT:,} characters")
    return joined


FUNCTIONS: dict[str, Known] = {
    "contains": Known(2, 2, contains),
    "startsWith": Known(2, 2, lambda a, b: _text(a, "startsWith").startswith(_text(b, "startsWith"))),
    "endsWith": Known(2, 2, lambda a, b: _text(a, "endsWith").endswith(_text(b, "endsWith"))),
    "length": Known(1, 1, _length),
    "lower": Known(1, 1, lambda a: _text(a, "lower").lower()),
    "upper": Known(1, 1, lambda a: _text(a, "upper").upper()),
    "join": Known(1, 2, _join),
    "json": Known(1, 1, lambda a: json.dumps(a, separators=(",", ":"), ensure_ascii=False)),
    "quote": Known(1, 1, lambda a: shlex.quote(text_of(a))),
    "raw": Known(1, 1, text_of),
    "default": Known(2, 2),
    "always": Known(0, 0),
    "failed": Known(0, 0),
    "succeeded": Known(0, 0),
}
STATUS_FUNCTIONS = frozenset({"always", "failed"})  # a step whose ``when`` asks these also runs after a failure
