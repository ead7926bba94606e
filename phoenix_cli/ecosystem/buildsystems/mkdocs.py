"""MkDocs (row 62)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.product import is_product
from phoenix_cli.ecosystem.buildsystems.python_voice import main_voice
from phoenix_cli.ecosystem.buildsystems.python_workspaces import project_above
from phoenix_cli.ecosystem.buildsystems.site_commands import Site
from phoenix_cli.ecosystem.facts import Component, Fact
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
    serve = (*run, "mkdocs", "serve")
    product = is_product(folder) and "package.json" not in folder.names
    site = Site(
        Conventions("mkdocs", folder, source), (*run, "mkdocs", "build"), serve, serve, _port(folder, name), product
    )
    yield Component(folder.path, "mkdocs", "python", 0.95, (source,), commands=tuple(site.commands()))
    yield from replace(site, product=product or _is_theme(folder)).service()


def _port(folder: Folder, name: str) -> int:
    found = re.search(r"^dev_addr:\s*['\"]?[\w.\[\]:]*:(\d{2,5})\b", folder.text(name), re.MULTILINE)
    return int(found.group(1)) if found else 8000


def _is_theme(folder: Folder) -> bool:
    """Tell a package that brings a theme: its own site shows it, and serving that is how one works on it."""
    return not folder.path and "mkdocs.themes" in folder.text("pyproject.toml") + folder.text("setup.py")
