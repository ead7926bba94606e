"""Thor (row 70): the described methods of a Thorfile's classes, read as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

_CLASS = re.compile(r"^\s*class\s+([\w:]+)\s*<\s*Thor\b")
_DESCRIBED = re.compile(r"""^\s*desc\s*\(?\s*["']([\w-]+)([^"']*)["']""")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the thor component of a folder."""
    if "Thorfile" not in folder.names:
        return
    evidence = (folder.evidence("Thorfile", "thor.file", line=1),)
    yield Component(folder.path, "thor", "ruby", 0.9, evidence, commands=tuple(_commands(folder)))


def _commands(folder: Folder) -> Iterator[Command]:
    space = ""
    for number, line in enumerate(folder.text("Thorfile").splitlines(), 1):
        if found := _CLASS.match(line):
            space = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", found.group(1)).replace("::", ":").lower()
        elif found := _DESCRIBED.match(line):
            name = f"{space}:{found.group(1)}" if space and space != "default" else found.group(1)
            role, sure = judge(found.group(1), needs_arguments=bool(re.search(r"(?<!\[)\b[A-Z]{2,}", found.group(2))))
            yield Command(
                command_name("thor", name, folder.path), role, ("thor", name), folder.path,
                folder.evidence("Thorfile", "thor.task", line=number), origin="runner", confidence=min(sure, 0.85),
            )  # fmt: skip
