"""VS Code's tasks (row 73): a weak hint at what someone on the team runs, so usages only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.facts import Fact, Usage
from phoenix_cli.ecosystem.files import Folder, line_of


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the commands of ``.vscode/tasks.json``."""
    if folder.name != ".vscode" or "tasks.json" not in folder.names:
        return
    tasks = folder.json("tasks.json").get("tasks")
    for task in tasks if isinstance(tasks, list) else ():
        if isinstance(task, dict):
            yield from _usages(folder, task)


def _usages(folder: Folder, task: dict[str, Any]) -> Iterator[Usage]:
    text = _command(task)
    options = task.get("options")
    cwd = str(options.get("cwd") or "") if isinstance(options, dict) else ""
    home = folder.at("..")
    dir = home.at(cwd.replace("${workspaceFolder}", ".").replace("${workspaceRoot}", "."))
    if text and dir.exists and "${" not in text:
        line = line_of(folder.text("tasks.json"), str(task.get("command") or task.get("script"))) or 1
        yield from Shell(folder.files, "docs", folder.join("tasks.json"), "vscode.task", dir.path).usages(text, line)


def _command(task: dict[str, Any]) -> str:
    if task.get("type") == "npm" and isinstance(task.get("script"), str):
        script = task["script"]
        return "npm install" if script == "install" else f"npm run {script}"
    command, args = task.get("command"), task.get("args")
    words = [command, *(args if isinstance(args, list) else [])]
    return " ".join(word for word in words if isinstance(word, str)) if isinstance(command, str) else ""
