"""Antora (row 62): a playbook makes a site of components, each with an antora.yml."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder

PLAYBOOKS = ("antora-playbook.yml", "antora-playbook.yaml", "local-antora-playbook.yml")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the antora component of a folder."""
    playbook = folder.first(*PLAYBOOKS)
    file = playbook or ("antora.yml" if "antora.yml" in folder.names else None)
    if file is None:
        return
    source = folder.evidence(file, "antora.playbook" if playbook else "antora.component", line=1)
    make = Conventions("antora", folder, source)
    commands = (make.command("build", "npx", "antora", playbook, role="docs", confidence=0.8),) if playbook else ()
    yield Component(
        folder.path, "antora", "asciidoc", 0.9, (source,), commands, name=str(folder.yaml(file).get("name") or "")
    )
