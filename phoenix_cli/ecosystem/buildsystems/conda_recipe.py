"""Conda recipes (row 21): meta.yaml with its templates, or recipe.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.hidden_folders import serves_above
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

_KEYS = tuple(
    re.compile(rf"^{key}:", re.MULTILINE)
    for key in ("package|recipe", "build|source|outputs", "requirements|test|tests|about")
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield a conda component for a folder that holds a recipe; meta.yaml is no YAML before its templates are filled in."""
    if serves_above(folder.path):
        return
    for name, program in (("recipe.yaml", "rattler-build"), ("meta.yaml", "conda")):
        text = folder.head(name, 16_384)
        if text and all(key.search(text) for key in _KEYS):
            source = folder.evidence(name, "conda.recipe", "package:")
            argv = ("rattler-build", "build", "--recipe", ".") if program != "conda" else ("conda", "build", ".")
            command = Command(
                command_name("conda", "build", folder.path), "build", argv, folder.path, source, confidence=0.6
            )
            yield Component(folder.path, "conda", "python", 0.7, (source,), commands=(command,))
            return
