"""Zig (row 38): the steps of build.zig, read as text, since ``zig build -l`` would run it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Role, Version
from phoenix_cli.ecosystem.files import Folder

_STEP = re.compile(r"\.step\(\s*\"([\w:.-]+)\"\s*,\s*\"([^\"]*)\"", re.DOTALL)
_MANIFEST = "build.zig.zon"
MAX_STEPS = 100
_DEMO = re.compile(r"\b(?:examples?|demos?|samples?|bench\w*|tests?)\b", re.IGNORECASE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a folder with a build.zig."""
    if "build.zig" not in folder.names:
        return
    manifest = folder.text(_MANIFEST)
    found = re.search(r"\.name\s*=\s*(?:\"([^\"]+)\"|\.@?\"?([\w-]+))", manifest)
    name = (found.group(1) or found.group(2)) if found else ""
    source = folder.evidence("build.zig", "zig.build", line=1)
    yield Component(
        folder.path, "zig", "zig", 0.95, (source,), tuple(_commands(folder, source, name, manifest)), name=name
    )
    yield PackageManager("zig", "zig", folder.path, "build.zig is here", source)
    least = re.search(r"\.minimum_zig_version\s*=\s*\"([^\"]+)\"", manifest)
    if least:
        yield Version("zig", f">={least.group(1)}", folder.evidence(_MANIFEST, "zig.minimum", least.group(0)))


def _commands(folder: Folder, source: Evidence, name: str, manifest: str) -> Iterator[Command]:
    make = Conventions("zig", folder, source, name)
    if re.search(r"\.dependencies\s*=\s*\.\{\s*[.@\w]", re.sub(r"//[^\n]*", "", manifest)):
        needs = folder.evidence(_MANIFEST, "zig.dependencies", ".dependencies")
        yield make.command("fetch", "zig", "build", "--fetch", role="install", confidence=0.75, source=needs)
    yield make.command("build", "zig", "build", confidence=0.85)
    seen = set()
    text = folder.text("build.zig")
    for found in islice(_STEP.finditer(text), MAX_STEPS):
        step, about = found.groups()
        if step not in seen and step not in ("install", "uninstall"):
            seen.add(step)
            line = text.count("\n", 0, found.start(1)) + 1
            yield _step(make, step, about, folder.evidence("build.zig", "zig.step", line=line))
    formatted = not folder.path and ci_runs(folder.files, r"\bzig fmt\b.*--check")
    if formatted and "fmt" not in seen and "lint" not in seen:
        yield make.command("fmt-check", "zig", "fmt", "--check", ".", role="lint", confidence=0.6)


def _step(make: Conventions, step: str, about: str, source: Evidence) -> Command:
    role, sure = judge(step)
    if role in ("start", "dev") and _DEMO.search(about):
        role, sure = "other", 0.5  # a library's demo is no service
    offered: Role = role if role != "install" else "other"
    sure = min(sure, 0.9)
    return make.command(
        step, "zig", "build", step, role=offered, confidence=sure, origin="script", source=source, text=about
    )
