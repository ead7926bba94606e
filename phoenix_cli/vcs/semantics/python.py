"""Python, by its own parser.

Not seen: names made at run time, ``__getattr__``, what a decorator makes of a signature beyond taking it as unknown, types,
and which class an object is of (a method counts where its class is named in the same file).
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from phoenix_cli.vcs.semantics.model import Definition, Facts, Import, Language, Signature, Use

_PLAIN = {"staticmethod", "classmethod", "property", "override", "abstractmethod", "final", "cache"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def read(text: str) -> Facts | None:
    """Return the facts of a module, None when it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stranger's invalid escapes are not ours to report
            module = ast.parse(text)
        return Facts(
            tuple(_definitions(module.body)), tuple(_imports(module)), tuple(_uses(module)), frozenset(_bound(module))
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _definitions(body: Sequence[ast.stmt], owner: str = "") -> Iterator[Definition]:
    for node in body:
        if isinstance(node, _Function):
            yield Definition(owner + node.name, node.lineno, _signature(node, bool(owner)), "function")
        elif isinstance(node, ast.ClassDef):
            yield Definition(owner + node.name, node.lineno, None, "class")
            if not owner:
                yield from _definitions(node.body, f"{node.name}.")
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from (
                    Definition(owner + one.id, node.lineno) for one in ast.walk(target) if isinstance(one, ast.Name)
                )
        elif isinstance(node, ast.Import | ast.ImportFrom) and not owner:
            for alias in node.names:
                yield Definition((alias.asname or alias.name).partition(".")[0], node.lineno, None, "import")
        for inner in ("body", "orelse", "finalbody", "handlers"):
            below = getattr(node, inner, None)
            if isinstance(below, list) and isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
                yield from _definitions(below, owner)


def _signature(node: _Function, method: bool) -> Signature | None:
    names = [ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list]
    if not set(names) <= _PLAIN or "property" in names:
        return None
    taken = node.args
    positional = [*taken.posonlyargs, *taken.args]
    skip = int(method and "staticmethod" not in names)
    least = max(0, len(positional) - len(taken.defaults) - skip)
    needed = {one.arg for one, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if default is None}
    words = {one.arg for one in (*taken.args, *taken.kwonlyargs)}
    most = None if taken.vararg else len(positional) - skip
    names_in_order = tuple(one.arg for one in positional[skip:])
    return Signature(least, most, frozenset(words), frozenset(needed), taken.kwarg is not None, (), names_in_order)


def _imports(module: ast.Module) -> Iterator[Import]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, "", alias.asname or alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(
                    "." * node.level + (node.module or ""), alias.name, alias.asname or alias.name, node.lineno
                )


def _uses(module: ast.Module) -> Iterator[Use]:
    calls = {id(node.func): node for node in ast.walk(module) if isinstance(node, ast.Call)}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield _use(node.attr, _dotted(node.value), node, calls.get(id(node)))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield _use(node.id, "", node, calls.get(id(node)))


def _use(name: str, owner: str, node: ast.expr, call: ast.Call | None) -> Use:
    if (
        call is None
        or any(isinstance(one, ast.Starred) for one in call.args)
        or any(one.arg is None for one in call.keywords)
    ):
        return Use(name, owner, node.lineno)
    return Use(name, owner, node.lineno, len(call.args), frozenset(one.arg for one in call.keywords if one.arg))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (above := _dotted(node.value)) != "?":
        return f"{above}.{node.attr}"
    return "?"


def _bound(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def leads_to(module: str, origin: str, path: str) -> bool:
    """Tell whether a module named in one file may be the other: relative ones exactly, absolute ones by their tail."""
    target = list(PurePosixPath(path).with_suffix("").parts)
    if target[-1] == "__init__":
        target.pop()
    dots = len(module) - len(module.lstrip("."))
    words = [word for word in module.lstrip(".").split(".") if word]
    if dots:
        above = PurePosixPath(origin).parts[:-dots]
        return [*above, *words] == target
    return bool(words) and target[-len(words) :] == words and len(target) - len(words) <= 3


PYTHON = Language(
    "Python", (".py", ".pyi"), read, leads_to, lambda path, facts: path,
    frozenset(name for kind in (str, bytes, list, dict, set, int, float, tuple, object) for name in dir(kind)),
)  # fmt: skip
