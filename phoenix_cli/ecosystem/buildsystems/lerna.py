"""Lerna (row 9): lerna.json beside a workspace's manifest; it runs the packages' scripts and publishes them."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import node_tasks
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield lerna's component with a run over all packages for each main script that they share."""
    source = folder.evidence("lerna.json", "lerna.config", line=1)
    lerna = node_tasks.tool_of(folder, "lerna")
    busy = folder.has("turbo.json", "nx.json") or folder.at(".moon").exists  # then lerna only publishes
    names = [] if busy else node_tasks.main_scripts(folder)
    commands = node_tasks.run_commands(
        "lerna", folder, ((name, source) for name in names), lambda task: (*lerna, "run", task)
    )
    confidence = 0.9 if folder.json("lerna.json") else 0.5
    yield Component(folder.path, "lerna", "javascript", confidence, (source,), tuple(commands))
