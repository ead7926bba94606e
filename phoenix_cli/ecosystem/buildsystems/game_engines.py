"""Unity, Godot and Unreal (row 61): reported with their version; the editors build, there is no command to offer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.facts import Component, Fact, Version
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a game engine's project."""
    if "ProjectVersion.txt" in folder.names and folder.name == "ProjectSettings":
        yield from _project(
            folder.at(".."), "unity", "csharp", "ProjectSettings/ProjectVersion.txt", r"m_EditorVersion:\s*(\S+)"
        )
    if "project.godot" in folder.names:
        yield from _project(
            folder, "godot", "gdscript", "project.godot", r"config/features\s*=\s*PackedStringArray\(\"([\d.]+)"
        )
    for name in sorted(folder.names):
        if name.endswith(".uproject"):
            yield from _project(folder, "unreal", "cpp", name, r"\"EngineAssociation\"\s*:\s*\"([\d.]+)")


def _project(folder: Folder, system: str, language: str, file: str, version: str) -> Iterator[Fact]:
    source = folder.evidence(file, f"{system}.project", line=1)
    yield Component(folder.path, system, language, 0.95, (source,))
    found = re.search(version, folder.files.text(folder.join(file)))
    if found:
        yield Version(system, found.group(1), folder.evidence(file, f"{system}.version", found.group(0)))
