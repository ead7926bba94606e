"""nox (row 24): sessions of noxfile.py, read by ``ast``; ``nox --list`` would execute the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.python_ci import ci_tools
from phoenix_cli.ecosystem.buildsystems.python_syntax import decorators, literal, parsed
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

_SESSION = re.compile(r"(?:nox\.|nox_poetry\.|nox_uv\.)?session")
_LINTS = re.compile(r"pre-commit|prek|\bruff\b|flake8|pylint")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the nox component of a folder with one command for every session."""
    text = folder.text("noxfile.py")
    tree = parsed(text)
    if not folder.has("noxfile.py"):
        return
    source = folder.evidence("noxfile.py", "nox.file", line=1)
    sessions = list(_sessions(folder, tree, text)) if tree else []
    everything = Command(
        command_name("nox", "default", folder.path), "test" if _default_tests(tree, sessions) else "other", ("nox",), folder.path,
        source, origin="runner", confidence=0.65,
    )  # fmt: skip
    yield Component(
        folder.path, "nox", "python", 0.95 if sessions else 0.5, (source,), commands=(*sessions, everything)
    )


def _sessions(folder: Folder, tree: ast.Module, text: str) -> Iterator[Command]:
    known = 0.9 if "nox" in ci_tools(folder.files) else 0.8
    lines = text.splitlines()
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for name, call in decorators(function):
            if _SESSION.fullmatch(name):
                given = literal(call, "name") if call else None
                dynamic = call is not None and given is None and any(word.arg == "name" for word in call.keywords)
                session = given if isinstance(given, str) else function.name
                body = "\n".join(lines[function.lineno - 1 : function.end_lineno])
                role, sure = judge(session, body)
                if role == "other" and _LINTS.search(body):
                    role, sure = "lint", 0.6
                yield Command(
                    command_name("nox", session, folder.path), role, ("nox", "-s", session), folder.path,
                    folder.evidence("noxfile.py", "nox.session", line=function.lineno), origin="runner",
                    confidence=min(sure, known), dynamic=dynamic, text=body[:2_000],
                )  # fmt: skip
                break


def _default_tests(tree: ast.Module | None, sessions: list[Command]) -> bool:
    """Tell whether ``nox`` alone runs the tests: all sessions, or those that ``nox.options.sessions`` lists."""
    tests = {command.argv[-1] for command in sessions if command.role == "test"}
    for statement in tree.body if tree else ():
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "nox.options.sessions":
            try:
                chosen = ast.literal_eval(statement.value)
            except ValueError:
                return bool(tests)
            return any(str(each).partition("-")[0] in tests or str(each) in tests for each in chosen)
    return bool(tests)
