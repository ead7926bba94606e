"""Look at Python programs as syntax trees, without running them."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any

MAX_SOURCE = 400_000


def parsed(text: str) -> ast.Module | None:
    """Return the syntax tree of a program, None when it is none, is too large or too deeply nested."""
    if not text.strip() or len(text) > MAX_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stranger's invalid escape is not our warning
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def decorators(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.Call | None]]:
    """Yield each decorator's dotted name, with its call when it is called."""
    for decorator in function.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        target = call.func if call else decorator
        if isinstance(target, ast.Name | ast.Attribute):
            yield ast.unparse(target), call


def literal(call: ast.Call, keyword: str) -> Any:
    """Return a keyword argument's value when it is written as a literal, else None."""
    for word in call.keywords:
        if word.arg == keyword:
            try:
                return ast.literal_eval(word.value)
            except ValueError:
                return None
    return None


def imports(tree: ast.Module) -> frozenset[str]:
    """Return the top names of the modules that a program imports at its top level."""
    found: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            found.add(statement.module.partition(".")[0])
    return frozenset(found)
