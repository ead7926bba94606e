"""Make (row 33), read as text: every flag of make that lists targets also runs ``$(shell ...)`` and remakes includes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name, role_of
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

NAMES = ("GNUmakefile", "makefile", "Makefile")  # GNU make's own order


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the make component of a folder with one command for every plain target."""
    name = folder.first(*NAMES)
    if name is None:
        return
    yield Component(
        folder.path, "make", "make", 0.9, (folder.evidence(name, "make.file", line=1),),
        commands=tuple(_commands(folder, name)),
    )  # fmt: skip


def _commands(folder: Folder, name: str) -> Iterator[Command]:
    for number, line in enumerate(folder.text(name).splitlines(), 1):
        found = re.match(r"([A-Za-z0-9][A-Za-z0-9_./ -]*?)\s*::?(?![=:])", line)
        for target in found.group(1).split() if found else ():
            yield Command(
                command_name("make", target, folder.path), role_of(target), ("make", target), folder.path,
                folder.evidence(name, "make.target", line=number), origin="runner", confidence=0.9,
            )  # fmt: skip
