"""Builders of native programs that offer little to list (row 37): Ninja, xmake, Premake, qmake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder


@dataclass(frozen=True, slots=True)
class Builder:
    """One builder: its markers, how it builds and tests, and text that must be in the marker (a .pro file is often else)."""

    system: str
    markers: tuple[str, ...]
    build: tuple[str, ...]
    test: tuple[str, ...] = ()
    tested_by: str = ""
    demands: str = ""


_BUILDERS = (
    Builder("xmake", ("xmake.lua",), ("xmake",), ("xmake", "test"), r"add_tests\(", demands=r"\b(?:target|package|includes)\("),
    Builder(
        "premake", ("premake5.lua", "premake4.lua"), ("sh", "-c", "premake5 gmake2 && make"),
        demands=r"\b(?:workspace|solution)\b",
    ),
    Builder("ninja", ("build.ninja",), ("ninja",)),
)  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the components of the builders whose marker is here; one below its own kind belongs to the one above."""
    for builder in _BUILDERS:
        marker = folder.first(*builder.markers)
        if marker and re.search(builder.demands, folder.text(marker)) and not _is_part(folder, builder):
            yield _component(folder, builder, marker)
    project = next((name for name in sorted(folder.names) if name.endswith(".pro")), None)
    if project and re.search(r"^[ \t]*(?:TEMPLATE|QT|SUBDIRS)\s*[+=]", folder.text(project), re.MULTILINE):
        qmake = Builder("qmake", (project,), ("sh", "-c", f"qmake {project} && make"))
        if not any(name.endswith(".pro") for above in list(folder.up())[1:] for name in above.names):
            yield _component(folder, qmake, project)


def _is_part(folder: Folder, builder: Builder) -> bool:
    return any(above.has(*builder.markers) for above in list(folder.up())[1:])


def _component(folder: Folder, builder: Builder, marker: str) -> Component:
    source = folder.evidence(marker, f"{builder.system}.file", line=1)
    make = Conventions(builder.system, folder, source)
    commands = [make.command("build", *builder.build, confidence=0.8)]
    if builder.test and re.search(builder.tested_by, folder.text(marker)):
        commands.append(make.command("test", *builder.test, confidence=0.75))
    return Component(folder.path, builder.system, "cpp", 0.9, (source,), tuple(commands))
