"""Rush (row 10): rush.json lists the projects; common/config/rush/command-line.json adds commands.

The projects themselves are found at their package.json (``node``), which this workspace claims.
"""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import node_tasks
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

_MANAGERS = ("pnpm", "npm", "yarn")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the workspace, the manager that rush drives, and the versions that it pins."""
    data = folder.json("rush.json")
    source = folder.evidence("rush.json", "rush.config", line=1)
    commands = (_install(folder, source), *_commands(folder, source))
    yield Component(folder.path, "rush", "javascript", 0.95 if data else 0.5, (source,), commands)
    for manager in _MANAGERS:
        version = data.get(f"{manager}Version")
        if isinstance(version, str):
            pin = folder.evidence("rush.json", "rush.manager", f'"{manager}Version"')
            yield PackageManager("javascript", manager, folder.path, f"rush.json sets {manager}Version", pin)
            yield Version(manager, version, pin)
            break
    node = data.get("nodeSupportedVersionRange")
    if isinstance(node, str):
        yield Version("node", node, folder.evidence("rush.json", "rush.node", "nodeSupportedVersionRange"))


def _install(folder: Folder, source: Evidence) -> Command:
    """``rush install`` fails when the lock would change; ``rush update`` is the form that changes it."""
    argv = ("rush", "install")
    name = f"rush:{folder.path}:install" if folder.path else "rush:install"
    return Command(name, "install", argv, folder.path, source, confidence=0.95, locked=argv)


def _commands(folder: Folder, source: Evidence) -> Iterator[Command]:
    tasks = [("build", source), ("rebuild", source), *_custom(folder)]
    return node_tasks.run_commands("rush", folder, dict(tasks).items(), lambda task: ("rush", task))


def _custom(folder: Folder) -> Iterator[tuple[str, Evidence]]:
    config = folder.at("common/config/rush")
    commands = config.json("command-line.json").get("commands")
    for command in commands if isinstance(commands, list) else ():
        if isinstance(command, dict) and isinstance(command.get("name"), str):
            yield command["name"], config.evidence("command-line.json", "rush.command", f'"{command["name"]}"')
