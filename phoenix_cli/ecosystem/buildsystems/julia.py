"""Julia (row 58): packages and environments by Project.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.toml_keys import key_evidence
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

_WORKSPACE = re.compile(r"^\[workspace\]\s*^projects[ \t]*=", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the julia component of a folder whose Project.toml holds a uuid or a workspace: others have such a file, too."""
    file = folder.first("JuliaProject.toml", "Project.toml")
    if file is None or not (_UUID.search(folder.text(file)) or _WORKSPACE.search(folder.text(file))):
        return
    manifest = folder.toml(file)
    marks = (mark for mark in ("uuid", "[deps]", "[workspace]") if mark in folder.text(file))
    source = folder.evidence(file, "julia.project", next(marks, ""))
    make = Conventions("julia", folder, source)
    name = str(manifest.get("name") or "")
    yield Component(
        folder.path,
        "julia",
        "julia",
        0.95 if "uuid" in manifest else 0.85,
        (source,),
        tuple(_commands(make)),
        name=name,
        member=_is_member(folder),
    )
    if not _is_member(folder):
        yield PackageManager("julia", "pkg", folder.path, f"{file} is here", source)
    compat = manifest.get("compat")
    if isinstance(compat, dict) and isinstance(compat.get("julia"), str):
        yield Version("julia", compat["julia"], key_evidence(folder, file, "julia.compat", "julia"))


def _is_member(folder: Folder) -> bool:
    """Tell whether a ``[workspace]`` above names this folder."""
    for above in folder.up():
        space = (
            above.toml("Project.toml").get("workspace")
            if above.path != folder.path and "Project.toml" in above.names
            else None
        )
        projects = space.get("projects") if isinstance(space, dict) else None
        if isinstance(projects, list) and folder.path in [above.at(str(path)).path for path in projects]:
            return True
    return False


def _commands(make: Conventions) -> Iterator[Command]:
    folder = make.folder
    yield _pkg(make, "instantiate", "install", 0.9)
    if folder.has_file("deps/build.jl"):
        yield _pkg(make, "build", "build", 0.85)
    if folder.has_file("test/runtests.jl"):
        yield _pkg(make, "test", "test", 0.9)
    if ".JuliaFormatter.toml" in folder.names and ci_runs(folder.files, r"JuliaFormatter"):
        source = folder.evidence(".JuliaFormatter.toml", "julia.formatter", line=1)
        yield make.command(
            "format",
            "julia",
            "-e",
            'using JuliaFormatter; format(".")',
            role="format",
            confidence=0.6,
            source=source,
        )


def _pkg(make: Conventions, function: str, role: str, confidence: float) -> Command:
    script = f"using Pkg; Pkg.{function}()"
    offline = ("env", "JULIA_PKG_OFFLINE=true", "julia", "--project=.", "-e", script)
    return make.command(
        role,
        "julia",
        "--project=.",
        "-e",
        script,
        confidence=confidence,
        offline=offline if function == "instantiate" else None,
    )
