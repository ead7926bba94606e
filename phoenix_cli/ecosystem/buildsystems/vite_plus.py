"""Vite+ (row 11): a package that depends on ``vite-plus`` is driven by its one program, ``vp``."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import node_tasks
from phoenix_cli.ecosystem.buildsystems.node_manifests import manifest_of
from phoenix_cli.ecosystem.buildsystems.node_workspaces import workspace_of
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Role
from phoenix_cli.ecosystem.files import Folder

_TASKS: dict[str, Role] = {"build": "build", "test": "test", "lint": "lint", "fmt": "format", "check": "check"}


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a package outside of any workspace, or of a workspace's root, that depends on it."""
    manifest = manifest_of(folder)
    if manifest is None or not manifest.depends_on("vite-plus") or workspace_of(folder) is not None:
        return
    source = manifest.evidence("vite-plus.dependency", "vite-plus")
    covered = node_tasks.covered_roles(folder)
    commands = [
        Command(command_name("vite-plus", task, folder.path), role, ("vp", task), folder.path, source,
                confidence=0.5 if role in covered else 0.7)
        for task, role in _TASKS.items()
    ]  # fmt: skip
    yield Component(folder.path, "vite-plus", "javascript", 0.9, (source,), tuple(commands), manifest.name)
