"""Skaffold, Tilt, Okteto, Garden, DevSpace (row 78): development inside a cluster. A Tiltfile is a program and only named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: its files, and its commands by task."""

    system: str
    language: str
    files: tuple[str, ...]
    commands: tuple[tuple[str, Role, tuple[str, ...], float], ...]
    inherits: bool = False  # whether a file further in is a part of the one above


TOOLS = (
    Tool(
        "skaffold", "yaml", ("skaffold.yaml", "skaffold.yml"),
        (("dev", "dev", ("skaffold", "dev"), 0.6), ("build", "build", ("skaffold", "build"), 0.3),
         ("run", "other", ("skaffold", "run"), 0.5)),
    ),
    Tool("tilt", "starlark", ("Tiltfile",), (("up", "dev", ("tilt", "up"), 0.6),), inherits=True),
    Tool("okteto", "yaml", ("okteto.yml", "okteto.yaml"), (("up", "dev", ("okteto", "up"), 0.5),)),
    Tool(
        "garden", "yaml", ("project.garden.yml", "garden.yml", "garden.yaml"),
        (("dev", "dev", ("garden", "dev"), 0.5), ("build", "build", ("garden", "build"), 0.3),
         ("test", "test", ("garden", "test"), 0.3)),
        inherits=True,
    ),
    Tool(
        "devspace", "yaml", ("devspace.yaml", "devspace.yml"),
        (("dev", "dev", ("devspace", "dev"), 0.6), ("build", "build", ("devspace", "build"), 0.3)),
    ),
)  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of each tool that has its file here."""
    for tool in TOOLS:
        name = folder.first(*tool.files)
        if name is not None and not (tool.inherits and _is_part(folder, tool)):
            evidence = folder.evidence(name, f"{tool.system}.file", line=1)
            commands = tuple(_commands(folder, tool, evidence))
            yield Component(folder.path, tool.system, tool.language, 0.95, (evidence,), commands=commands)


def _is_part(folder: Folder, tool: Tool) -> bool:
    return any(above.has(*tool.files) for above in folder.up() if above.path != folder.path)


def _commands(folder: Folder, tool: Tool, evidence: Evidence) -> Iterator[Command]:
    """The way into a cluster is written down, yet it is seldom the first way to start developing."""
    for task, role, argv, sure in tool.commands:
        name = command_name(tool.system, task, folder.path)
        yield Command(name, role, argv, folder.path, evidence, confidence=sure)
