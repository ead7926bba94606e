"""Earthly (row 70): the targets of an Earthfile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

_TARGET = re.compile(r"([a-z][\w.-]*):\s*(?:#.*)?$")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the earthly component of a folder."""
    if "Earthfile" not in folder.names:
        return
    evidence = (folder.evidence("Earthfile", "earthly.file", line=1),)
    yield Component(folder.path, "earthly", "earthly", 0.95, evidence, commands=tuple(_commands(folder)))


def _commands(folder: Folder) -> Iterator[Command]:
    lines = folder.text("Earthfile").splitlines()
    for number, line in enumerate(lines, 1):
        found = _TARGET.match(line)
        if found is None:
            continue
        name, body = found.group(1), _body(lines, number)
        role, sure = judge(name, body)
        yield Command(
            command_name("earthly", name, folder.path), role, ("earthly", f"+{name}"), folder.path,
            folder.evidence("Earthfile", "earthly.target", line=number), origin="runner", confidence=min(sure, 0.85), text=body,
        )  # fmt: skip


def _body(lines: list[str], start: int) -> str:
    body = []
    for line in lines[start:]:
        if line.strip() and not line[0].isspace():
            break
        body.append(line.strip())
    return "\n".join(filter(None, body))
