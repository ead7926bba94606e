"""MkDocs (row 62)."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.python_voice import main_voice
from phoenix_cli.ecosystem.buildsystems.python_workspaces import project_above
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the MkDocs component with its build and its preview, both of role docs."""
    name = folder.first("mkdocs.yml", "mkdocs.yaml")
    if name is None:
        return
    above = project_above(folder.files, folder.path)
    known = above is not None and not {"mkdocs", "mkdocs-material"}.isdisjoint(
        above.project.development | above.project.dependencies
    )
    run = main_voice(above).run if above is not None and known else ()
    source = folder.evidence(name, "mkdocs.file", "site_name")
    commands = tuple(
        Command(
            command_name("mkdocs", task, folder.path),
            "docs",
            (*run, "mkdocs", task),
            folder.path,
            source,
            "framework",
            sure,
        )
        for task, sure in (("build", 0.85), ("serve", 0.8))
    )
    yield Component(folder.path, "mkdocs", "python", 0.95, (source,), commands=commands)
