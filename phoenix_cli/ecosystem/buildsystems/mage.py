"""Mage (row 70): exported functions of Go files that carry mage's build tag. They are read, not compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

_TAG = re.compile(r"^//(?:go:build|\s*\+build)\s+.*\bmage\b", re.MULTILINE)
#: ``func Build() error`` and ``func (Test) Unit(ctx context.Context)``; results other than an error are no targets.
_TARGET = re.compile(
    r"^func (?:\((?:\w+ )?\*?([A-Z]\w*)\) )?([A-Z]\w*)\(((?:\w+ )?context\.Context)?(?:,?\s*(\w[^)]*))?\)\s*(?:error\s*)?\{",
    re.MULTILINE,
)
MAX_FILES = 30


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the mage component of the folder that ``mage`` is called in."""
    if folder.name == "magefiles":
        home = folder.at("..")
        names = sorted(name for name in folder.names if name.endswith(".go") and not name.endswith("_test.go"))
    else:
        home = folder
        names = [name for name in ("magefile.go", "mage.go") if _TAG.search(folder.head(name))]
    if not names:
        return
    evidence = tuple(folder.evidence(name, "mage.file", line=1) for name in names[:MAX_FILES])
    commands = {command.name: command for name in names[:MAX_FILES] for command in _commands(home, folder, name)}
    yield Component(home.path, "mage", "go", 0.9, evidence, commands=tuple(commands.values()))


def _commands(home: Folder, folder: Folder, name: str) -> Iterator[Command]:
    text = folder.text(name)
    for found in _TARGET.finditer(text):
        space, function, _, arguments = found.groups()
        task = f"{space}:{function}".lower() if space else function[0].lower() + function[1:]
        role, sure = judge(_words(task), needs_arguments=bool(arguments))
        line = text.count("\n", 0, found.start()) + 1
        yield Command(
            command_name("mage", task, home.path), role, ("mage", task), home.path,
            folder.evidence(name, "mage.target", line=line), origin="runner", confidence=min(sure, 0.9),
        )  # fmt: skip


def _words(task: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", task)
