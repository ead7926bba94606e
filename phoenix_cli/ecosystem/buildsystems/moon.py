"""moon (row 11): .moon/workspace.yml makes a workspace, each moon.yml a project, tasks are inherited from .moon/tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems import node_script_names, node_tasks
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_WORKSPACE = ("workspace.yml", "workspace.yaml", "workspace.pkl")
_PROJECT = ("moon.yml", "moon.yaml")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the workspace's component for .moon, a member's for each moon.yml below one."""
    if folder.name == ".moon" and folder.has(*_WORKSPACE):
        yield from _workspace(folder, folder.at(".."))
    project = folder.first(*_PROJECT)
    root = _root(folder) if project else None
    if project is not None and root is not None:
        yield _project(folder, project, root)


def _root(folder: Folder) -> Folder | None:
    return next((level for level in folder.up() if level.at(".moon").has(*_WORKSPACE)), None)


def _workspace(moon: Folder, root: Folder) -> Iterator[Fact]:
    runner = _moon(root)
    commands = node_tasks.run_commands("moon", root, _shared(moon, root), lambda task: (*runner, "run", f":{task}"))
    name = moon.first(*_WORKSPACE) or _WORKSPACE[0]
    yield Component(
        root.path, "moon", "javascript", 0.95, (moon.evidence(name, "moon.workspace", line=1),), tuple(commands)
    )


def _moon(root: Folder) -> tuple[str, ...]:
    return node_tasks.tool_of(root, "moon", "@moonrepo/cli")


def _shared(moon: Folder, root: Folder) -> Iterator[tuple[str, Evidence]]:
    """Yield the tasks that projects inherit or have themselves."""
    names: dict[str, Evidence] = {}
    for folder, name in (*_inherited(moon), *moon.files.once(_projects)):
        for task in _tasks(folder.yaml(name)):
            names.setdefault(task, folder.evidence(name, "moon.task", f"{task}:"))
    yield from names.items()


def _inherited(moon: Folder) -> Iterator[tuple[Folder, str]]:
    for name in ("tasks.yml", "tasks.yaml"):
        if name in moon.names:
            yield moon, name
    for folder in moon.at("tasks").below(3):
        yield from ((folder, name) for name in sorted(folder.names) if name.endswith((".yml", ".yaml")))


def _projects(files: Files) -> list[tuple[Folder, str]]:
    folders = [folder for folder in files.named(*_PROJECT) if place_of(folder.path) not in LOW_PLACES]
    return [(folder, folder.first(*_PROJECT) or _PROJECT[0]) for folder in folders]


def _tasks(data: dict[str, Any]) -> dict[str, Any]:
    tasks = data.get("tasks")
    return {str(name): task for name, task in tasks.items()} if isinstance(tasks, dict) else {}


def _project(folder: Folder, file: str, root: Folder) -> Component:
    identity = folder.yaml(file).get("id")
    name = identity if isinstance(identity, str) else folder.name or "root"
    evidence = (folder.evidence(file, "moon.project", line=1),)
    commands = tuple(_commands(folder, file, root, name))
    return Component(folder.path, "moon", "javascript", 0.95, evidence, commands, name, member=folder.path != root.path)


def _commands(folder: Folder, file: str, root: Folder, name: str) -> Iterator[Command]:
    runner = _moon(root)
    for task in _tasks(folder.yaml(file)):
        role, sure = node_script_names.by_name(task)
        yield Command(
            command_name("moon", task, name), role, (*runner, "run", f"{name}:{task}"), root.path,
            folder.evidence(file, "moon.task", f"{task}:"), origin="runner", confidence=min(sure, 0.6),
        )  # fmt: skip
