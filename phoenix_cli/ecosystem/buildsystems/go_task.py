"""go-task (row 65): the tasks of a Taskfile. ``task --list-all`` may run the ``sh:`` of variables, so it is read here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.buildsystems.yaml_lines import lines_of
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import place_of

NAMES = (
    "Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml",
    "Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml",
)  # fmt: skip
MAX_DEPTH = 3


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the task component of a folder."""
    name = folder.first(*NAMES)
    if name is None:
        return
    evidence = (folder.evidence(name, "task.file", line=1),)
    if place_of(folder.path) in ("test", "vendored"):
        yield Component(folder.path, "task", "yaml", 0.9, evidence)  # a runner's own tests hold hundreds of them
        return
    document = folder.yaml(name)
    sure = 0.95 if isinstance(document.get("tasks"), dict) or document.get("includes") else 0.5
    commands = tuple(_commands(folder, folder, name, "", 0))
    yield Component(folder.path, "task", "yaml", sure, evidence, commands=commands)


def _commands(root: Folder, here: Folder, name: str, space: str, depth: int) -> Iterator[Command]:
    """Yield a Taskfile's public tasks; ``space`` is the namespace that an include gives them."""
    document = here.yaml(name)
    tasks = document.get("tasks")
    lines = lines_of(here.text(name))
    for task, value in tasks.items() if isinstance(tasks, dict) else ():
        if not _hidden(str(task), value):
            source = Evidence(here.join(name), lines.get(("tasks", str(task))), "task.task")
            yield _command(root, f"{space}{task}", value, source)
    includes = document.get("includes")
    if isinstance(includes, dict) and depth < MAX_DEPTH:
        for prefix, include in includes.items():
            yield from _included(root, here, f"{space}{prefix}:", include, depth + 1)


def _command(root: Folder, name: str, value: Any, source: Evidence) -> Command:
    text = text_of(value)
    demands = isinstance(value, dict) and bool(value.get("requires"))
    role, sure = judge(name, text, needs_arguments=demands or "{{.CLI_ARGS}}" in text.split())
    if role in ("start", "dev", "test", "lint") and "CLI_ARGS" in text and not demands:
        sure = judge(name)[1]  # arguments passed through are optional there
    return Command(
        command_name("task", name, root.path), role, ("task", name), root.path, source,
        origin="runner", confidence=sure, text=text,
    )  # fmt: skip


def _hidden(task: str, value: Any) -> bool:
    internal = isinstance(value, dict) and value.get("internal") is True
    return internal or task.startswith("_") or "*" in task or "{{" in task


def text_of(value: Any) -> str:
    """Return what a task runs, one command a line; called tasks as ``task name``, mere dependencies as ``deps: a b``."""
    if not isinstance(value, dict):
        return "\n".join(_line(one) for one in _list(value))
    lines = [_line(one) for one in (*_list(value.get("cmds")), *_list(value.get("cmd")))]
    if lines:
        return "\n".join(line for line in lines if line)
    return f"deps: {' '.join(_line(one).removeprefix('task ') for one in _list(value.get('deps')))}"


def _line(value: Any) -> str:
    if isinstance(value, dict):
        called = value.get("task")
        return f"task {called}" if called else _line(value.get("cmd") or "")
    return str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _included(root: Folder, here: Folder, space: str, include: Any, depth: int) -> Iterator[Command]:
    """Yield an included file's tasks, unless its folder is a component of its own that tells them itself."""
    options = include if isinstance(include, dict) else {"taskfile": include}
    target = options.get("taskfile")
    if not isinstance(target, str) or options.get("internal") is True or "{{" in target:
        return
    space = space.rpartition(":")[0].rpartition(":")[0] if options.get("flatten") is True else space
    above, _, name = target.removeprefix("./").rpartition("/")
    folder = here.at(above)
    if name in folder.names and name not in NAMES:
        yield from _commands(root, folder, name, space, depth)
