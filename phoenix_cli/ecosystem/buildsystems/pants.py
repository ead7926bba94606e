"""Pants (row 27): one pants.toml for the repository; goals are the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.python_project import mapping
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Role, Version
from phoenix_cli.ecosystem.files import Folder

_GOALS: tuple[tuple[str, Role, float], ...] = (
    ("test", "test", 0.9), ("lint", "lint", 0.9), ("fmt", "format", 0.9), ("check", "check", 0.9), ("package", "build", 0.85),
)  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the Pants component with the goals that every backend answers to."""
    if not folder.has("pants.toml"):
        return
    pants = "./pants" if folder.has("pants") else "pants"
    source = folder.evidence("pants.toml", "pants.file", "[GLOBAL]")
    commands = tuple(
        Command(
            command_name("pants", goal, folder.path), role, (pants, goal, "::"), folder.path, source, "runner", sure
        )
        for goal, role, sure in _GOALS
    )
    yield Component(folder.path, "pants", "python", 0.95, (source,), commands=commands)
    version = mapping(folder.toml("pants.toml").get("GLOBAL")).get("pants_version")
    if isinstance(version, str):
        yield Version("pants", version, folder.evidence("pants.toml", "pants.version", "pants_version"))
