"""Helm and Kustomize (row 80)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Files, Folder

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the helm and kustomize components of a folder."""
    if "Chart.yaml" in folder.names:
        yield _chart(folder)
    name = folder.first(*KUSTOMIZATIONS)
    if name is not None:
        yield _kustomization(folder, name)


def _chart(folder: Folder) -> Component:
    document = folder.yaml("Chart.yaml")
    source = folder.evidence("Chart.yaml", "helm.chart", line=1)
    title = document.get("name")
    return Component(
        folder.path, "helm", "yaml", 0.95 if title else 0.5, (source,), commands=tuple(_chart_commands(folder, document, source)),
        name=title if isinstance(title, str) else "", member=_is_subchart(folder),
    )  # fmt: skip


def _is_subchart(folder: Folder) -> bool:
    parts = folder.path.split("/")
    return parts[-2:-1] == ["charts"] and "Chart.yaml" in folder.at("../..").names


def _chart_commands(folder: Folder, document: dict[str, Any], source: Evidence) -> Iterator[Command]:
    """A chart beside a program is how it is deployed: only a repository that is a chart is linted and built by helm."""
    lint: Role = "other" if folder.path else "lint"
    build: Role = "other" if folder.path else "build"
    if document.get("dependencies"):
        locked = "Chart.lock" in folder.names
        argv = ("helm", "dependency", "build" if locked else "update")
        yield _command(folder, "helm", "dependencies", "install", argv, source, 0.6)
    yield _command(folder, "helm", "lint", lint, ("helm", "lint", "."), source, 0.6)
    yield _command(folder, "helm", "template", "check", ("helm", "template", "."), source, 0.6)
    yield _command(folder, "helm", "package", build, ("helm", "package", "."), source, 0.4)


def _kustomization(folder: Folder, name: str) -> Component:
    source = folder.evidence(name, "kustomize.file", line=1)
    build = _command(folder, "kustomize", "build", "check", ("kubectl", "kustomize", "."), source, 0.6)
    member = folder.path in folder.files.once(_bases)
    return Component(folder.path, "kustomize", "yaml", 0.95, (source,), commands=(build,), member=member)


def _bases(files: Files) -> frozenset[str]:
    """Return the folders that kustomizations build upon."""
    found: set[str] = set()
    for folder in files.named(*KUSTOMIZATIONS):
        document = folder.yaml(folder.first(*KUSTOMIZATIONS) or "")
        for key in ("resources", "bases", "components"):
            items = document.get(key)
            for item in items if isinstance(items, list) else ():
                target = folder.at(item) if isinstance(item, str) and "://" not in item else None
                if target is not None and target.exists and target.path != folder.path:
                    found.add(target.path)
    return frozenset(found)


def _command(
    folder: Folder, system: str, task: str, role: Role, argv: tuple[str, ...], source: Evidence, sure: float
) -> Command:
    return Command(command_name(system, task, folder.path), role, argv, folder.path, source, confidence=sure)
