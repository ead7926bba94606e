"""Texts with ``${{ expressions }}`` inside: their parts, and what they come to."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from phoenix_cli.engine.evaluation import Context, evaluate, text_of
from phoenix_cli.engine.expression_functions import WrongValue
from phoenix_cli.engine.expression_tokens import ExpressionError
from phoenix_cli.engine.expressions import Expression, parse

OPENING, CLOSING = "${{", "}}"
MAX_RENDERED = 1_000_000
LONGEST_REMEMBERED = 2_000


class Piece(NamedTuple):
    """Plain text, or an expression and the column (from 1) at which it starts in the whole text."""

    text: str
    expression: Expression | None
    column: int


def pieces(text: str) -> tuple[Piece, ...]:
    """Split a text; raise ``ExpressionError`` whose column counts from the start of the text."""
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _pieces(text)


def _pieces(text: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = 0
    while (start := text.find(OPENING, at)) >= 0:
        if start > at:
            found.append(Piece(text[at:start], None, at + 1))
        end = _end(text, start + len(OPENING))
        source = text[start + len(OPENING) : end]
        found.append(Piece(source, _parse(source, start + len(OPENING)), start + len(OPENING) + 1))
        at = end + len(CLOSING)
    if at < len(text):
        found.append(Piece(text[at:], None, at + 1))
    return tuple(found)


_remembered = functools.lru_cache(maxsize=5_000)(_pieces)  # 10 MB at most, whatever strangers' flows hold


def _end(text: str, at: int) -> int:
    """Find the closing braces that stand outside quotes."""
    quote = ""
    start = at
    while at < len(text):
        letter = text[at]
        if quote:
            at += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif text.startswith(CLOSING, at):
            return at
        at += 1
    raise ExpressionError("${{ has no closing }}", start - len(OPENING) + 1)


def _parse(source: str, offset: int) -> Expression:
    try:
        return parse(source)
    except ExpressionError as error:
        raise ExpressionError(error.message, error.column + offset, error.hint) from None


def has_expression(text: str) -> bool:
    """Tell whether there is anything to fill in."""
    return OPENING in text


def render(text: str, context: Context) -> str:
    """Fill a text in; raise ``ExpressionError``."""
    if OPENING not in text:
        return text
    made = "".join(_filled(piece, context) for piece in pieces(text))
    if len(made) > MAX_RENDERED or "\0" in made:
        raise ExpressionError(
            "the text holds a NUL" if "\0" in made else f"the text is longer than {MAX_RENDERED:,} characters"
        )
    return made


def _filled(piece: Piece, context: Context) -> str:
    if piece.expression is None:
        return piece.text
    try:
        return text_of(evaluate(piece.expression, context))
    except WrongValue as error:
        raise ExpressionError(f"{piece.text.strip()[:80]}: {error}", piece.column) from None


def value_of(text: str, context: Context) -> Any:
    """Return the value itself where the text is one expression and nothing else, the filled-in text otherwise."""
    found = pieces(text)
    if len(found) == 1 and found[0].expression is not None:
        return evaluate(found[0].expression, context)
    return render(text, context)


def render_value(value: Any, context: Context) -> Any:
    """Fill in every text inside a JSON value; a text that is one expression keeps the value's type."""
    if isinstance(value, str):
        return value_of(value, context) if OPENING in value else value
    if isinstance(value, list | tuple):
        return [render_value(one, context) for one in value]
    if isinstance(value, Mapping):
        return {name: render_value(one, context) for name, one in value.items()}
    return value


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
