"""Turborepo (row 7): turbo.json at a workspace's root names the tasks that run over the packages."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import node_tasks
from phoenix_cli.ecosystem.buildsystems.node_manifests import manifest_of
from phoenix_cli.ecosystem.facts import Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield turbo's component; a package's own turbo.json only extends the root's and makes none."""
    name = folder.first("turbo.json", "turbo.jsonc")
    if name is None or folder.json(name).get("extends"):
        return
    turbo = node_tasks.tool_of(folder, "turbo")
    commands = node_tasks.run_commands("turbo", folder, _tasks(folder, name), lambda task: (*turbo, "run", task))
    manifest = manifest_of(folder)
    yield Component(
        folder.path, "turbo", "javascript", 0.95 if folder.json(name) else 0.5, (folder.evidence(name, "turbo.config", line=1),),
        tuple(commands), manifest.name if manifest else "",
    )  # fmt: skip


def _tasks(folder: Folder, name: str) -> Iterator[tuple[str, Evidence]]:
    """Yield the tasks that a package has a script for: turbo skips silently what no package has."""
    data = folder.json(name)
    tasks = data.get("tasks") or data.get("pipeline")  # turbo 1 said pipeline
    scripts = node_tasks.script_names(folder)
    for task in tasks if isinstance(tasks, dict) else ():
        if "#" not in task and task in scripts:
            yield task, folder.evidence(name, "turbo.task", f'"{task}"')
