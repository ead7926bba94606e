"""Words of the expression language, each with its column."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

MAX_LENGTH = 2_000
MAX_TOKENS = 500


class ExpressionError(ValueError):
    """The expression is wrong, at ``column`` (counted from 1 within the expression)."""

    def __init__(self, message: str, column: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.hint = hint


class Token(NamedTuple):
    """``kind``: name, value (a literal), or the operator's own text; ``end`` for the last."""

    kind: str
    value: Any
    column: int


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d{1,18}(?:\.\d{1,18})?(?![\w.]))
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<name>[A-Za-z_]\w*)
      | (?P<operator>==|!=|<=|>=|&&|\|\||[-+*/%<>!()\[\],.])
    )""",
    re.VERBOSE,
)
_AFTER_DOT = re.compile(r"[A-Za-z_][\w-]*")
_LITERALS = {"true": True, "false": False, "null": None}
_SAME = {"and": "&&", "or": "||", "not": "!", "in": "in"}
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


def tokens(source: str) -> list[Token]:
    """Split an expression; raise ``ExpressionError``."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH:,} characters")
    found: list[Token] = []
    end = len(source.rstrip())
    at = 0
    while at < end:
        token, at = _after_dot(source, at) if found and found[-1].kind == "." else _next(source, at)
        found.append(token)
        if len(found) > MAX_TOKENS:
            raise ExpressionError(f"more than {MAX_TOKENS} words", token.column)
    if found and found[-1].kind == ".":
        raise ExpressionError("a name belongs after the dot", end + 1)
    found.append(Token("end", None, end + 1))
    return found


def _after_dot(source: str, at: int) -> tuple[Token, int]:
    match = _AFTER_DOT.match(source, at)
    if not match:
        raise ExpressionError("a name belongs after the dot", at + 1)
    return Token("name", match.group(), at + 1), match.end()


def _next(source: str, at: int) -> tuple[Token, int]:
    match = _TOKEN.match(source, at)
    if not match:
        raise _unknown(source, at)
    kind = match.lastgroup or ""
    text = match.group(kind)
    return _token(kind, text, match.start(kind) + 1), match.end()


def _token(kind: str, text: str, column: int) -> Token:
    if kind == "number":
        return Token("value", float(text) if "." in text else int(text), column)
    if kind == "text":
        return Token("value", _unescape(text[1:-1], column), column)
    if kind == "name" and text in _LITERALS:
        return Token("value", _LITERALS[text], column)
    if kind == "name" and text in _SAME:
        return Token(_SAME[text], text, column)
    return Token("name", text, column) if kind == "name" else Token(text, text, column)


def _unescape(text: str, column: int) -> str:
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        if match.group(1) not in _ESCAPES:
            raise ExpressionError(f"unknown escape \\{match.group(1)}", column, "a backslash itself is written twice")
        return _ESCAPES[match.group(1)]

    return re.sub(r"\\(.)", one, text, flags=re.DOTALL)


def _unknown(source: str, at: int) -> ExpressionError:
    while source[at].isspace():
        at += 1
    if source[at] in "'\"":
        return ExpressionError("this text has no closing quote", at + 1)
    hint = "equal is written ==" if source[at] == "=" else ""
    return ExpressionError(f"unexpected {source[at]!r}", at + 1, hint)
