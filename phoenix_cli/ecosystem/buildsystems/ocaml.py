"""Dune, opam and esy (row 54)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Files, Folder

_TEST_STANZA = re.compile(r"\(\s*(?:tests?|cram|inline_tests|mdx)\b|\(alias\s+runtest\)")
_EXECUTABLE = re.compile(
    r"\(\s*executables?\b(?:[^()]|\((?!\s*executables?\b)[^()]*(?:\([^()]*\)[^()]*)*\))*?\(\s*public_names?\s+([\w.-]+)\)"
)
_OCAML = re.compile(r"\"ocaml\"\s*\{\s*(>=\s*\"[^\"]+\")|\(\s*ocaml\s*\(\s*>=\s*\"?([\d.]+)")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the dune, opam and esy components of a folder."""
    opams = opam_files(folder)
    dune = "dune-project" in folder.names
    member = dune and any("dune-project" in above.names for above in folder.up() if above.path != folder.path)
    if dune:
        yield _dune(folder, member)
    if opams:
        yield _opam(folder, opams)
    if folder.name == "esy.lock":
        yield from _esy(folder.at(".."))
    elif "esy.json" in folder.names:
        yield from _esy(folder)
    if (dune or opams) and not member:
        yield _manager(folder, opams)
        yield from _versions(folder, opams)


def opam_files(folder: Folder) -> list[str]:
    """Return a folder's opam files; an ``opam`` folder keeps those of the folder above."""
    if folder.name == "opam":
        return []
    own = [name for name in folder.names if (name.endswith(".opam") or name == "opam") and name != ".opam"]
    below = (
        [f"opam/{name}" for name in folder.at("opam").names if name.endswith(".opam")]
        if "dune-project" in folder.names
        else []
    )
    return sorted(own) or sorted(below)


def _manager(folder: Folder, opams: list[str]) -> PackageManager:
    lock = next((name for name in sorted(folder.names) if name.endswith(".opam.locked")), None)
    file = lock or (opams[0] if opams else "dune-project")
    source = Evidence(folder.join(file), 1, "opam.lock" if lock else "opam.file")
    return PackageManager("ocaml", "opam", folder.path, f"{file} is here", source)


def _versions(folder: Folder, opams: list[str]) -> Iterator[Version]:
    for name in [*opams[:8], "dune-project"]:
        text = folder.files.text(folder.join(name))
        found = _OCAML.search(text)
        if found:
            version = found.group(1) or f">={found.group(2)}"
            line = text.count("\n", 0, found.start()) + 1
            yield Version("ocaml", re.sub(r"[\s\"]", "", version), Evidence(folder.join(name), line, "ocaml.version"))
            return


def _opam(folder: Folder, opams: list[str]) -> Component:
    source = Evidence(folder.join(opams[0]), 1, "opam.file")
    make = Conventions("opam", folder, source)
    tested = any("with-test" in folder.files.text(folder.join(name)) for name in opams)
    argv = ("opam", "install", ".", "--deps-only", *(("--with-test",) if tested else ()))
    locked = (*argv, "--locked") if any(name.endswith(".opam.locked") for name in folder.names) else None
    name = opams[0].rpartition("/")[2].removesuffix(".opam") if len(opams) == 1 else ""
    evidence = tuple(Evidence(folder.join(name), 1, "opam.file") for name in opams)
    command = make.command("install", *argv, confidence=0.9, locked=locked)
    return Component(folder.path, "opam", "ocaml", 0.95, evidence, (command,), name=name)


def _dune(folder: Folder, member: bool) -> Component:
    source = folder.evidence("dune-project", "dune.project", "(lang dune")
    text = folder.text("dune-project")
    found = re.search(r"^\(\s*name\s+\"?([\w.-]+)", text, re.MULTILINE)
    make = Conventions("dune", folder, source)
    return Component(
        folder.path,
        "dune",
        "ocaml",
        0.95,
        (source,),
        tuple(_dune_commands(make, 0.6 if member else 0.9)),
        name=found.group(1) if found else "",
        member=member,
    )


def _dune_commands(make: Conventions, sure: float) -> Iterator[Command]:
    folder = make.folder
    yield make.command("build", "dune", "build", confidence=sure)
    stanzas = folder.files.once(_dune_files)
    inside = [(path, text) for path, text in stanzas.items() if not folder.path or path.startswith(f"{folder.path}/")]
    tested = next((path for path, text in inside if _TEST_STANZA.search(text)), None)
    if tested:
        yield make.command("test", "dune", "test", confidence=sure, source=Evidence(tested, 1, "dune.test"))
    yield from _programs(make, inside)
    if ".ocamlformat" in folder.names:
        source = folder.evidence(".ocamlformat", "ocamlformat.settings", line=1)
        yield make.command("fmt", "dune", "fmt", role="format", confidence=0.7, source=source)
        if ci_runs(folder.files, r"dune (?:build @fmt|fmt)"):
            yield make.command("fmt:check", "dune", "build", "@fmt", role="lint", confidence=0.6, source=source)


def _programs(make: Conventions, stanzas: list[tuple[str, str]]) -> Iterator[Command]:
    """Yield the installed program of ``bin`` where it is the only one; libraries have helpers elsewhere."""
    own = [(path, text) for path, text in stanzas if re.search(r"(?:^|/)(?:bin|app|src)/dune$", path)]
    found = [(path, name) for path, text in own for name in _EXECUTABLE.findall(text)]
    for path, name in found if len(found) == 1 else []:
        yield make.command(
            "exec", "dune", "exec", name, role="start", confidence=0.55, source=Evidence(path, 1, "dune.executable")
        )


def _dune_files(files: Files) -> dict[str, str]:
    """Return the dune files near the root of any project: enough to see tests and programs."""
    found = [folder for folder in files.named("dune") if folder.depth <= 4]
    return {folder.join("dune"): folder.head("dune", 8_192) for folder in found[:200]}


def _esy(folder: Folder) -> Iterator[Fact]:
    file = "esy.json" if "esy.json" in folder.names else "package.json"
    source = folder.evidence(file, "esy.file", '"esy"')
    make = Conventions("esy", folder, source)
    commands = (
        make.command("install", "esy", "install", confidence=0.85),
        make.command("build", "esy", "build", confidence=0.8),
    )
    yield Component(folder.path, "esy", "ocaml", 0.85, (source,), commands)
