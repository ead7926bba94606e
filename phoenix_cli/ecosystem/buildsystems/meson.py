"""Meson (row 32): projects by their meson.build, read as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Version
from phoenix_cli.ecosystem.files import Folder

MAX_FILES = 60
MAX_BYTES = 100_000

_PROJECT = re.compile(r"^[ \t]*project\s*\(\s*'([^']*)'((?:\s*,\s*(?:\[[^\]]*\]|'[^']*'))*)", re.MULTILINE)
_TEST = re.compile(r"^[ \t]*test\s*\(", re.MULTILINE)
_LANGUAGES = {
    "c": "c", "cpp": "cpp", "rust": "rust", "vala": "vala", "d": "d", "cython": "python", "java": "java", "cs": "csharp",
}  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a folder whose meson.build has a project; without one it belongs to the component above."""
    text = folder.text("meson.build")
    found = _PROJECT.search(text)
    if found is None:
        return
    line = text.count("\n", 0, found.start(1)) + 1
    source = folder.evidence("meson.build", "meson.project", line=line)
    name = found.group(1)
    language = next((_LANGUAGES[word] for word in re.findall(r"'(\w+)'", found.group(2)) if word in _LANGUAGES), "c")
    commands = tuple(_commands(folder, source, name))
    yield Component(folder.path, "meson", language, 0.95 if not folder.path else 0.9, (source,), commands, name=name)
    least = re.search(r"meson_version\s*:\s*'([^']+)'", text)
    if least:
        yield Version(
            "meson", least.group(1).replace(" ", ""), folder.evidence("meson.build", "meson.version", least.group(0))
        )


def _commands(folder: Folder, source: Evidence, name: str) -> Iterator[Command]:
    make = Conventions("meson", folder, source, name)
    setup = ("meson", "setup", "build")
    yield make.command("setup", *setup, role="other", confidence=0.8, offline=(*setup, "--wrap-mode=nodownload"))
    yield make.command(
        "build", "sh", "-c", "meson setup build && meson compile -C build", role="build", confidence=0.85,
        offline=("sh", "-c", "meson setup build --wrap-mode=nodownload && meson compile -C build"),
    )  # fmt: skip
    tests = _first(folder, _TEST)
    if tests:
        yield make.command("test", "meson", "test", "-C", "build", role="test", confidence=0.85, source=tests)
    if any(each.endswith(".wrap") for each in folder.at("subprojects").names):
        yield make.command("subprojects", "meson", "subprojects", "download", role="other", confidence=0.7)
    if folder.path:
        return
    own = rf"^[ \t]*(?:\w+\s*=\s*)?executable\s*\(\s*(?:'{re.escape(name)}'|meson\.project_name\(\))"
    program = _first(folder, re.compile(own, re.MULTILINE))
    if program:
        below = program.file[len(folder.path) :].strip("/").rpartition("/")[0]
        yield make.command(
            "run", "/".join(filter(None, ("./build", below, name))), role="start", confidence=0.6, source=program
        )


def _first(folder: Folder, pattern: re.Pattern[str]) -> Evidence | None:
    """Return the first place in the project's meson files that matches."""
    looked = 0
    for below in folder.below(4):
        if "meson.build" not in below.names or (below.path != folder.path and below.name == "subprojects"):
            continue
        looked += 1
        if looked > MAX_FILES:
            break
        text = below.head("meson.build", MAX_BYTES)
        found = pattern.search(text)
        if found:
            line = text.count("\n", 0, found.end()) + 1
            return below.evidence("meson.build", "meson.call", line=line)
    return None
