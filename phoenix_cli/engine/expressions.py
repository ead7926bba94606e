"""The expression language of ``when`` and ``${{ }}``: values in, one value out, no effects, no loops, no attributes of Python.

    steps.build.outputs.version   steps.test.status   inputs.branch   item   item.name   item[0]
    == != < <= > >=   && || !  (and or not)   in   + - * / %   ( )   [1, 2]
    contains startsWith endsWith length default lower upper join json   quote raw   always failed succeeded

Values are JSON. Nothing is converted on the way: ``1 == '1'`` is false, and ``1 < '1'`` is a mistake.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from phoenix_cli.engine.expression_functions import FUNCTIONS
from phoenix_cli.engine.expression_tokens import ExpressionError, Token, tokens
from phoenix_cli.engine.problems import nearest
from phoenix_cli.kernel.records import record

__all__ = [
    "Binary",
    "Expression",
    "ExpressionError",
    "Function",
    "Index",
    "Items",
    "Literal",
    "Reference",
    "Unary",
    "parse",
    "walk",
]

MAX_DEPTH = 32
ROOTS = ("steps", "inputs", "item")
_LEFT = {
    "||": 1, "&&": 2, "==": 4, "!=": 4, "in": 4, "<": 5, "<=": 5, ">": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip
_NOT, _MINUS = 3, 8


@record
class Literal:
    """A number, text, truth value or null."""

    value: Any
    column: int


@record
class Reference:
    """A root and the names after it: ``("steps", "build", "outputs", "version")``."""

    path: tuple[str, ...]
    column: int


@record
class Index:
    """``base[key]``, or ``base.key`` after something that is no reference."""

    base: Expression
    key: Expression
    column: int


@record
class Items:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    column: int


@record
class Unary:
    """``! a`` and ``- a``."""

    operator: str
    operand: Expression
    column: int


@record
class Binary:
    """``a operator b``."""

    operator: str
    left: Expression
    right: Expression
    column: int


@record
class Function:
    """``name(a, b)``."""

    name: str
    arguments: tuple[Expression, ...]
    column: int


Expression = Literal | Reference | Index | Items | Unary | Binary | Function


@functools.lru_cache(maxsize=5_000)
def parse(source: str) -> Expression:
    """Return the expression's tree; raise ``ExpressionError`` with a column."""
    return _Parser(tokens(source)).whole()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything inside it."""
    yield expression
    for inner in _inner(expression):
        yield from walk(inner)


def _inner(expression: Expression) -> tuple[Expression, ...]:
    if isinstance(expression, Index):
        return (expression.base, expression.key)
    if isinstance(expression, Items):
        return expression.items
    if isinstance(expression, Unary):
        return (expression.operand,)
    if isinstance(expression, Binary):
        return (expression.left, expression.right)
    return expression.arguments if isinstance(expression, Function) else ()


class _Parser:
    """Precedence climbing; every nesting passes ``expression``, so one counter bounds the depth."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        if self.words[0].kind == "end":
            raise ExpressionError("there is nothing here", 1)
        found = self.expression(0)
        if self.words[self.at].kind != "end":
            raise self.unexpected()
        return found

    def take(self, kind: str) -> bool:
        if self.words[self.at].kind != kind:
            return False
        self.at += 1
        return True

    def expect(self, kind: str) -> None:
        if not self.take(kind):
            raise self.unexpected(f"{kind} is missing")

    def unexpected(self, message: str = "") -> ExpressionError:
        word = self.words[self.at]
        if word.kind == "end":
            return ExpressionError(message or "it ends too early", word.column)
        return ExpressionError(message or f"unexpected {word.value!r}", word.column)

    def expression(self, least: int) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels", self.words[self.at].column)
        left = self.operand()
        length = 0
        while (power := _LEFT.get(self.words[self.at].kind, -1)) > least:
            word = self.words[self.at]
            self.at += 1
            left = Binary(word.kind, left, self.expression(power), word.column)
            length += 1
            if length + self.depth > MAX_DEPTH * 2:  # a long sum leans to the left as deep as it is long
                raise ExpressionError("too many operators in a row", word.column)
        self.depth -= 1
        return left

    def operand(self) -> Expression:
        word = self.words[self.at]
        if word.kind in ("!", "-"):
            self.at += 1
            return Unary(word.kind, self.expression(_NOT if word.kind == "!" else _MINUS), word.column)
        return self.postfix(self.atom())

    def atom(self) -> Expression:
        word = self.words[self.at]
        self.at += 1
        if word.kind == "value":
            return Literal(word.value, word.column)
        if word.kind == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if word.kind == "[":
            return Items(self.list("]"), word.column)
        if word.kind == "name":
            return self.function(word) if self.take("(") else self.root(word)
        self.at -= 1
        raise self.unexpected()

    def root(self, word: Token) -> Expression:
        if word.value not in ROOTS:
            known = [*ROOTS, *FUNCTIONS]
            raise ExpressionError(f"unknown name {word.value}", word.column, nearest(word.value, known))
        path = [word.value]
        while self.words[self.at].kind == "." and self.words[self.at + 1].kind == "name":
            path.append(self.words[self.at + 1].value)
            self.at += 2
        return Reference(tuple(path), word.column)

    def function(self, word: Token) -> Expression:
        arguments = self.list(")")
        known = FUNCTIONS.get(word.value)
        if known is None:
            raise ExpressionError(f"unknown function {word.value}", word.column, nearest(word.value, FUNCTIONS))
        if not known.least <= len(arguments) <= known.most:
            count = str(known.least) if known.least == known.most else f"{known.least} to {known.most}"
            raise ExpressionError(f"{word.value} takes {count} values, not {len(arguments)}", word.column)
        return Function(word.value, arguments, word.column)

    def list(self, end: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        if self.take(end):
            return ()
        while True:
            items.append(self.expression(0))
            if self.take(end):
                return tuple(items)
            self.expect(",")

    def postfix(self, base: Expression) -> Expression:
        levels = 0
        while self.words[self.at].kind in (".", "["):
            word = self.words[self.at]
            self.at += 1
            key = self.key(word)
            levels += 1
            if levels > MAX_DEPTH:
                raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels", word.column)
            base = Index(base, key, word.column)
        return base

    def key(self, word: Token) -> Expression:
        if word.kind == "[":
            key = self.expression(0)
            self.expect("]")
            return key
        name = self.words[self.at]
        self.at += 1
        return Literal(name.value, name.column)
