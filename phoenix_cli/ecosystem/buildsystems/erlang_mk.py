"""erlang.mk (row 52): a library of make rules that a Makefile includes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the erlang.mk component of a folder whose Makefile includes erlang.mk from this very folder."""
    if "erlang.mk" not in folder.names or not re.search(
        r"^[ \t]*-?include\s+(?:\./)?erlang\.mk", folder.text("Makefile"), re.MULTILINE
    ):
        return
    source = folder.evidence("Makefile", "erlang.mk.include", "erlang.mk")
    found = re.search(r"^PROJECT\s*[:?]?=\s*(\w+)", folder.text("Makefile"), re.MULTILINE)
    make = Conventions("erlang.mk", folder, source)
    yield Component(
        folder.path, "erlang.mk", "erlang", 0.9, (source,), tuple(_commands(make)), name=found.group(1) if found else ""
    )
    if "rebar.config" not in folder.names:
        yield PackageManager("erlang", "erlang.mk", folder.path, "the Makefile includes erlang.mk", source)


def _commands(make: Conventions) -> Iterator[Command]:
    """Offer the targets that stand in erlang.mk itself, which the Makefile's own text does not show."""
    yield make.command("install", "make", "deps", confidence=0.85)
    yield make.command("build", "make", confidence=0.85)
    if "test" in make.folder.subfolders:
        yield make.command("test", "make", "tests", confidence=0.8)
