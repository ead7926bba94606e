"""Pulumi and Packer (row 79). Deploying is never a command here: a preview or a validation is."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder

_RUNTIMES = {"nodejs": "typescript", "python": "python", "go": "go", "dotnet": "csharp", "java": "java", "yaml": "yaml"}


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the pulumi and packer components of a folder."""
    project = folder.first("Pulumi.yaml", "Pulumi.yml")
    if project is not None:
        yield _pulumi(folder, project)
    templates = sorted(name for name in folder.names if name.endswith((".pkr.hcl", ".pkr.json")))
    if templates:
        yield _packer(folder, templates[0])


def _pulumi(folder: Folder, name: str) -> Component:
    document = folder.yaml(name)
    runtime = document.get("runtime")
    runtime = runtime.get("name") if isinstance(runtime, dict) else runtime
    source = folder.evidence(name, "pulumi.file", line=1)
    commands = (
        _command(folder, "pulumi", "install", "install", source, 0.3),
        _command(folder, "pulumi", "preview", "other", source, 0.7),
    )
    title = document.get("name")
    return Component(
        folder.path, "pulumi", _RUNTIMES.get(str(runtime), "yaml"), 0.95 if document else 0.5, (source,), commands=commands,
        name=title if isinstance(title, str) else "",
    )  # fmt: skip


def _packer(folder: Folder, name: str) -> Component:
    source = folder.evidence(name, "packer.file", line=1)
    commands = (
        _command(folder, "packer", "init", "install", source, 0.6, "."),
        _command(folder, "packer", "validate", "check", source, 0.7, "."),
        _command(folder, "packer", "build", "build", source, 0.5, "."),
    )
    return Component(folder.path, "packer", "hcl", 0.95, (source,), commands=commands)


def _command(folder: Folder, system: str, task: str, role: Role, source: Evidence, sure: float, *words: str) -> Command:
    name = command_name(system, task, folder.path)
    return Command(name, role, (system, task, *words), folder.path, source, confidence=sure)
