"""Task runners written in Python or in pyproject.toml: invoke, doit, duty, Poe the Poet, taskipy (row 26)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.python_project import mapping
from phoenix_cli.ecosystem.buildsystems.python_scripts import task_line, task_role
from phoenix_cli.ecosystem.buildsystems.python_syntax import decorators, imports, literal, parsed
from phoenix_cli.ecosystem.buildsystems.python_voice import main_voice
from phoenix_cli.ecosystem.buildsystems.python_workspaces import project_above
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder

#: One task as found: its name, the line, what it runs.
Task = tuple[str, int | None, str]


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield a component for each of these runners that has tasks in this folder."""
    for system, file, read in _PROGRAMS:
        if folder.has(file):
            yield from _component(folder, system, file, list(read(folder.text(file))))
    tool = mapping(folder.toml("pyproject.toml").get("tool"))
    poe = folder.first("poe_tasks.toml", "poe_tasks.yaml", "poe_tasks.json")
    tasks = mapping(mapping(tool.get("poe")).get("tasks"))
    if poe:
        table = (
            folder.toml(poe)
            if poe.endswith(".toml")
            else folder.yaml(poe)
            if poe.endswith(".yaml")
            else folder.json(poe)
        )
        yield from _component(folder, "poe", poe, _listed(folder, poe, mapping(table.get("tasks"))))
    elif tasks:
        yield from _component(folder, "poe", "pyproject.toml", _listed(folder, "pyproject.toml", tasks))
    taskipy = mapping(mapping(tool.get("taskipy")).get("tasks"))
    if taskipy:
        hooked = {name: value for name, value in taskipy.items() if not re.match(r"(?:pre|post)_", name)}
        yield from _component(folder, "taskipy", "pyproject.toml", _listed(folder, "pyproject.toml", hooked))


def _component(folder: Folder, system: str, file: str, tasks: list[Task]) -> Iterator[Fact]:
    if not tasks:
        return
    commands = tuple(
        _command(folder, system, folder.evidence(file, f"{system}.task", line=line), name, text)
        for name, line, text in tasks
    )
    yield Component(
        folder.path,
        system,
        "python",
        0.9,
        (folder.evidence(file, f"{system}.tasks", line=tasks[0][1]),),
        commands=commands,
    )


def _command(folder: Folder, system: str, source: Evidence, name: str, text: str) -> Command:
    role, sure = task_role(name, text)
    argv = (*_runner(folder, system), name)
    return Command(
        command_name(system, name, folder.path),
        role,
        argv,
        folder.path,
        source,
        origin="runner",
        confidence=sure,
        text=text,
    )


def _runner(folder: Folder, system: str) -> tuple[str, ...]:
    """Return the runner's call, through the project's manager where the runner is one of its dependencies."""
    program, distribution = {"poe": ("poe", "poethepoet"), "taskipy": ("task", "taskipy")}.get(system, (system, system))
    above = project_above(folder.files, folder.path)
    if above is not None and distribution in above.project.dependencies | above.project.development:
        return (*main_voice(above).run, program)
    return (program,)


def _listed(folder: Folder, file: str, tasks: dict[str, Any]) -> list[Task]:
    text = folder.text(file)
    return [(name, task_line(text, name), _body(value)) for name, value in tasks.items() if not name.startswith("_")]


def _body(value: Any) -> str:
    if isinstance(value, list):
        return " && ".join(_body(each) for each in value)
    if isinstance(value, dict):
        return next(
            (_body(value[key]) for key in ("cmd", "shell", "script", "sequence", "ref", "expr") if key in value), ""
        )
    return str(value)


def _invoke(text: str) -> Iterator[Task]:
    tree = parsed(text) if "invoke" in text else None  # most files of this name are a queue's tasks
    if tree is None or "invoke" not in imports(tree) | _deep_imports(text):
        return
    for function, call, _ in _decorated(tree, ("task", "invoke.task")):
        given = literal(call, "name") if call else None
        name = given if isinstance(given, str) else function.name.strip("_").replace("_", "-")
        yield name, function.lineno, _source(text, function)


def _duty(text: str) -> Iterator[Task]:
    tree = parsed(text)
    for function, call, _ in _decorated(tree, ("duty", "duty.duty")) if tree else ():
        given = literal(call, "name") if call else None
        yield (
            given if isinstance(given, str) else function.name.replace("_", "-"),
            function.lineno,
            _source(text, function),
        )


def _doit(text: str) -> Iterator[Task]:
    tree = parsed(text)
    for function in tree.body if tree else ():
        if isinstance(function, ast.FunctionDef) and function.name.startswith("task_"):
            yield function.name.removeprefix("task_"), function.lineno, _source(text, function)


def _decorated(tree: ast.Module, names: tuple[str, ...]) -> Iterator[tuple[ast.FunctionDef, ast.Call | None, str]]:
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            for name, call in decorators(function):
                if name in names:
                    yield function, call, name
                    break


def _deep_imports(text: str) -> frozenset[str]:
    return frozenset({"invoke"} if re.search(r"^\s+(?:from|import) invoke\b", text, re.MULTILINE) else ())


def _source(text: str, function: ast.FunctionDef) -> str:
    return "\n".join(text.splitlines()[function.lineno - 1 : function.end_lineno])[:2_000]


_PROGRAMS: tuple[tuple[str, str, Callable[[str], Iterator[Task]]], ...] = (
    ("invoke", "tasks.py", _invoke),
    ("doit", "dodo.py", _doit),
    ("duty", "duties.py", _duty),
)
