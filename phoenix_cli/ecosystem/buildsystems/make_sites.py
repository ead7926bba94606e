"""A makefile that drives Sphinx where the site is the product: its html is the build, its live server the dev run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.makefile_text import Makefile
from phoenix_cli.ecosystem.facts import Command, Evidence, Fact, Service
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_in_line

SPHINX = re.compile(r"\bSPHINXBUILD\b|sphinx-build|\bSPHINXOPTS\b")
_LIVE = re.compile(r"(?:html)?-?live(?:-?html)?|serve|watch|autobuild")
AUTOBUILD_PORT = 8000


def is_site(folder: Folder, name: str) -> bool:
    """Tell whether the site's configuration lies beside the makefile."""
    return "conf.py" in folder.names and SPHINX.search(folder.text(name)) is not None


def site_commands(make: Conventions, made: Makefile, source: Evidence) -> Iterator[Command]:
    """Yield ``make html``, which the pattern rule of Sphinx's own makefile answers, and the live server."""
    html = made.targets.get("html")
    found = Evidence(html.file, html.line, "make.target") if html else source
    yield make.command("html", "make", "html", role="build", confidence=0.95, origin="runner", source=found)
    for target in made.targets.values():
        if _LIVE.fullmatch(target.name):
            found = Evidence(target.file, target.line, "make.target")
            yield make.command(
                target.name, "make", target.name, role="dev", confidence=0.95, origin="runner", source=found
            )


def site_services(folder: Folder, made: Makefile) -> Iterator[Fact]:
    """Yield the live server; its port stands in the recipe or in a variable of the target."""
    for target in made.targets.values():
        if _LIVE.fullmatch(target.name):
            text = "\n".join((*target.settings, target.text))
            found = Evidence(target.file, target.line, "make.live")
            yield Service(
                target.name, found, folder.path, ("make", target.name), port=port_in_line(text) or AUTOBUILD_PORT
            )
