"""Amper (row 46): modules by their module.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a module or of a project that lists modules."""
    product = folder.yaml("module.yaml").get("product")
    listed = folder.yaml("project.yaml").get("modules")
    if product is None and not isinstance(listed, list):
        return
    root = next((above for above in folder.up() if isinstance(above.yaml("project.yaml").get("modules"), list)), folder)
    marker = "project.yaml" if isinstance(listed, list) else "module.yaml"
    source = folder.evidence(marker, "amper.project" if marker == "project.yaml" else "amper.module", line=1)
    member = root.path != folder.path
    make = Conventions("amper", folder, source, folder.name, root.path)
    commands = tuple(_commands(make, "./amper" if "amper" in root.names else "amper", folder, product, member))
    yield Component(folder.path, "amper", "kotlin", 0.9, (source,), commands, name=folder.name, member=member)
    if not member:
        yield PackageManager("kotlin", "amper", folder.path, f"{marker} is here", source)


def _commands(make: Conventions, run: str, folder: Folder, product: Any, member: bool) -> Iterator[Command]:
    module = ("-m", folder.name) if member else ()
    yield make.command("build", run, "build", *module, confidence=0.6 if member else 0.85)
    yield make.command("test", run, "test", *module, confidence=0.6 if member else 0.85)
    kind = product.get("type") if isinstance(product, dict) else product
    if str(kind).endswith("/app"):
        yield make.command("run", run, "run", *module, role="start", confidence=0.7)
