"""Cyclomatic complexity of Python functions: McCabe, "A Complexity Measure", IEEE TSE 1976; decisions plus one."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from phoenix_cli.ecosystem.checks.findings import Finding, Seen
from phoenix_cli.ecosystem.checks.sources import Sources
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

MUCH, TOO_MUCH = 15, 30
MAX_BYTES = 1_000_000
_HINT = "take parts out into functions of their own"
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_DECISIONS = (
    ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert, ast.comprehension,
)  # fmt: skip


class Measured(NamedTuple):
    """One function, nested ones counted by themselves."""

    name: str
    line: int
    complexity: int


def check_complexity(sources: Sources) -> Seen:
    """Measure every function of the repository's Python files; tests, examples and vendored code are left out."""
    broken, functions, found = 0, list[Measured](), list[Finding]()
    for path in sources.tree.paths():
        if not path.endswith(".py") or place_of(path.rpartition("/")[0].lower()) in LOW_PLACES:
            continue
        data = sources.tree.read(path, MAX_BYTES) or b""
        try:
            measured = list(measure(data)) if len(data) <= MAX_BYTES else []
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            broken += 1
            continue
        functions += measured
        found += [_finding(path, one) for one in measured if one.complexity > MUCH]
    most = max((one.complexity for one in functions), default=0)
    mean = round(sum(one.complexity for one in functions) / len(functions), 2) if functions else None
    notes = [f"{broken} files are no Python that this version reads"] if broken else []
    return Seen(found, notes, {"functions": len(functions), "mean": mean, "most": most})


def _finding(path: str, one: Measured) -> Finding:
    severity = "medium" if one.complexity > TOO_MUCH else "low"
    return Finding("complexity", severity, f"{one.name} has complexity {one.complexity}", path, one.line, _HINT)  # type: ignore[arg-type]


def measure(source: bytes) -> Iterator[Measured]:
    """Yield the functions of a module; raise ``SyntaxError`` or ``ValueError`` for what is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stranger's "\d" is no news of ours
        module = ast.parse(source)
    pending: list[tuple[ast.AST, str]] = [(module, "")]
    while pending:
        node, prefix = pending.pop()
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, _Function | ast.ClassDef):
                name = f"{prefix}{child.name}."
            if isinstance(child, _Function):
                yield Measured(name.rstrip("."), child.lineno, _complexity(child))
            pending.append((child, name))


def _complexity(function: _Function) -> int:
    total, pending = 1, list[ast.AST](function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            continue  # measured by itself, or too small to be
        total += _decisions(node)
        pending += ast.iter_child_nodes(node)
    return total


def _decisions(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    if isinstance(node, ast.match_case):
        return int(not (isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None and node.guard is None))
    return int(isinstance(node, _DECISIONS))
