"""Sphinx (row 62): a conf.py that sets Sphinx up; the component stands at the docs folder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.python_voice import main_voice
from phoenix_cli.ecosystem.buildsystems.python_workspaces import project_above
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

_SETTINGS = re.compile(
    r"^(?:extensions|html_theme|master_doc|root_doc|source_suffix|html_static_path|(?:import|from) sphinx)\b",
    re.MULTILINE,
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the Sphinx component of the docs that a conf.py configures."""
    if not _SETTINGS.search(folder.head("conf.py", 32_768)):
        return
    docs = docs_folder(folder)
    source = folder.evidence("conf.py", "sphinx.conf", line=1)
    sources = folder.path[len(docs.path) :].lstrip("/") or "."
    argv = (
        *_runner(docs),
        "sphinx-build",
        "-b",
        "html",
        sources,
        "build/html" if sources == "source" else "_build/html",
    )
    command = Command(
        command_name("sphinx", "html", docs.path), "docs", argv, docs.path, source, origin="framework", confidence=0.8
    )
    yield Component(docs.path, "sphinx", "python", 0.9, (source,), commands=(command,))


def docs_folder(folder: Folder) -> Folder:
    """Return the folder of the docs as a whole: the one above when conf.py is in its ``source``."""
    return folder.at("..") if folder.name in ("source", "src", "_source") and folder.depth > 1 else folder


def _runner(folder: Folder) -> tuple[str, ...]:
    above = project_above(folder.files, folder.path)
    if above is not None and "sphinx" in above.project.development | above.project.dependencies:
        return main_voice(above).run
    return ()
