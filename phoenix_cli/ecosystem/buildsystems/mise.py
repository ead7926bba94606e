"""mise (row 66): tools, tasks of mise.toml, and tasks that are files. ``.tool-versions`` alone only pins versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Version
from phoenix_cli.ecosystem.files import Folder, line_of

#: Where a folder's configuration may be, the strongest first.
CONFIGS = (
    "mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml",
)  # fmt: skip
TASK_FOLDERS = ("mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks")
MAX_FILE_TASKS = 200
_HIDDEN = re.compile(r"(?:#|//)\s?(?:MISE|\[MISE\]) hide=true")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the mise component that a configuration in this folder, or in one that it keeps settings in, speaks for."""
    home = _home(folder)
    present = [path for path in CONFIGS if home.has_file(path)]
    if not present or _holder(present[0]) != folder.path.removeprefix(home.path).strip("/"):
        return  # told once, at the folder of the strongest file
    commands = [_install(home, present[0])]
    for path in present:
        holder, name = _split(home, path)
        yield from _versions(holder, name)
        commands += _tasks(home, holder, name)
    commands += _file_tasks(home)
    evidence = tuple(_at(home, path, "mise.config", 1) for path in present)
    yield Component(home.path, "mise", "mise", 0.95, evidence, commands=_unique(commands))


def _home(folder: Folder) -> Folder:
    """Return the folder that a settings folder (``.config/mise``) belongs to."""
    for tail in (".config/mise", ".config", ".mise", "mise"):
        if folder.path == tail or folder.path.endswith("/" + tail):
            return folder.files.folder(folder.path[: -len(tail)])
    return folder


def _holder(path: str) -> str:
    return path.rpartition("/")[0]


def _split(home: Folder, path: str) -> tuple[Folder, str]:
    above, _, name = path.rpartition("/")
    return (home.at(above) if above else home), name


def _at(home: Folder, path: str, rule: str, line: int | None) -> Evidence:
    return Evidence(home.join(path), line, rule)


def _versions(holder: Folder, name: str) -> Iterator[Version]:
    tools = holder.toml(name).get("tools")
    for tool, value in tools.items() if isinstance(tools, dict) else ():
        version = _version(value)
        if version:
            line = line_of(holder.text(name), str(tool))
            yield Version(str(tool), version, Evidence(holder.join(name), line, "mise.tools"))


def _version(value: Any) -> str:
    value = value[0] if isinstance(value, list) and value else value
    value = value.get("version") if isinstance(value, dict) else value
    return str(value) if isinstance(value, str | int | float) else ""


def _install(home: Folder, path: str) -> Command:
    source = _at(home, path, "mise.config", 1)
    name = command_name("mise", "install", home.path)
    return Command(name, "install", ("mise", "install"), home.path, source, confidence=0.3)


def _tasks(home: Folder, holder: Folder, name: str) -> Iterator[Command]:
    document = holder.toml(name)
    tasks = document.get("tasks")
    text = holder.text(name)
    for task, value in tasks.items() if isinstance(tasks, dict) else ():
        if isinstance(value, dict) and (value.get("hide") is True or not ({"run", "depends", "file"} & value.keys())):
            continue
        line = _task_line(text, str(task))
        yield _command(home, str(task), text_of(value), Evidence(holder.join(name), line, "mise.task"))


def _task_line(text: str, task: str) -> int | None:
    name = rf"""["']?{re.escape(task)}["']?"""
    found = re.search(rf"^\[tasks\.{name}\]|^[ \t]*{name}[ \t]*=", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None


def text_of(value: Any) -> str:
    """Return what a task runs, a command a line; mere dependencies as ``deps: a b``."""
    if not isinstance(value, dict):
        return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value)
    if value.get("run"):
        return text_of(value["run"])
    depends = value.get("depends")
    return f"deps: {' '.join(map(str, depends)) if isinstance(depends, list) else depends or ''}"


def _command(home: Folder, task: str, text: str, source: Evidence) -> Command:
    demands = re.search(r"\{\{\s*arg\(", text) is not None
    role, sure = judge(task, text, needs_arguments=demands)
    return Command(
        command_name("mise", task, home.path), role, ("mise", "run", task), home.path, source,
        origin="runner", confidence=sure, text=text,
    )  # fmt: skip


def _file_tasks(home: Folder) -> Iterator[Command]:
    """Every script under a task folder is a task; a folder in it is a part of its name."""
    count = 0
    for top in TASK_FOLDERS:
        start = home.at(top)
        for folder in start.below(max_depth=3) if start.exists else ():
            for name in sorted(folder.names):
                head = folder.head(name, 2_000)
                count += 1
                if head.startswith("#!") and count <= MAX_FILE_TASKS and not _HIDDEN.search(head):
                    inner = folder.path[len(start.path) :].strip("/")
                    task = ":".join([*filter(None, inner.split("/")), re.sub(r"\.\w+$", "", name)])
                    task = task.removesuffix(":_default")
                    yield _command(home, task, head, Evidence(folder.join(name), 1, "mise.file-task"))


def _unique(commands: list[Command]) -> tuple[Command, ...]:
    return tuple({command.name: command for command in reversed(commands)}.values())[::-1]
