"""Terraform, OpenTofu and Terragrunt (row 79): every folder with configuration is a module. Nothing here ever applies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Role, Version
from phoenix_cli.ecosystem.files import Files, Folder

MAX_MODULES = 2_000
_SOURCE = re.compile(r"^[ \t]*source[ \t]*=[ \t]*\"(\.{1,2}/[^\"]*)\"", re.MULTILINE)
_REQUIRED = re.compile(r"^[ \t]*required_version[ \t]*=[ \t]*\"([^\"]+)\"", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the terraform (or opentofu) and terragrunt components of a folder."""
    files = _configuration(folder)
    if files:
        yield from _module(folder, files)
    if "terragrunt.hcl" in folder.names or "root.hcl" in folder.names:
        yield from _terragrunt(folder)


def _configuration(folder: Folder) -> list[str]:
    return sorted(name for name in folder.names if name.endswith((".tf", ".tofu", ".tf.json")))


def _module(folder: Folder, files: list[str]) -> Iterator[Fact]:
    tofu = any(name.endswith(".tofu") for name in files) or any(above.has(".opentofu-version") for above in folder.up())
    system, program = ("opentofu", "tofu") if tofu else ("terraform", "terraform")
    main = next((name for name in ("main.tf", "main.tofu", "versions.tf", "terraform.tf") if name in files), files[0])
    commands = tuple(_commands(folder, system, program, main))
    member = folder.path in folder.files.once(_called_modules)
    evidence = (folder.evidence(main, f"{system}.file", line=1),)
    yield Component(folder.path, system, "hcl", 0.95, evidence, commands=commands, member=member)
    yield from _versions(folder, system, files)


def _commands(folder: Folder, system: str, program: str, main: str) -> Iterator[Command]:
    source = folder.evidence(main, f"{system}.file", line=1)
    forms: list[tuple[str, Role, tuple[str, ...], float]] = [
        ("init", "install", (program, "init"), 0.6),
        ("validate", "check", (program, "validate"), 0.7),
        ("fmt", "format", (program, "fmt", "-check"), 0.6),
        ("plan", "other", (program, "plan"), 0.7),
    ]
    if _has_tests(folder):
        forms.append(("test", "test", (program, "test"), 0.7))
    if any(above.has(".tflint.hcl") for above in folder.up()):
        forms.append(("tflint", "lint", ("tflint",), 0.6))
    for task, role, argv, sure in forms:
        locked = (*argv, "-backend=false", "-lockfile=readonly") if task == "init" else None
        name = command_name(system, task, folder.path)
        yield Command(name, role, argv, folder.path, source, confidence=sure, locked=locked)


def _has_tests(folder: Folder) -> bool:
    return any(name.endswith((".tftest.hcl", ".tofutest.hcl")) for name in folder.names | folder.at("tests").names)


def _versions(folder: Folder, system: str, files: list[str]) -> Iterator[Version]:
    for name in files[:20]:
        found = _REQUIRED.search(folder.text(name)) if name.endswith((".tf", ".tofu")) else None
        if found:
            line = folder.text(name).count("\n", 0, found.start(1)) + 1
            yield Version(system, found.group(1), folder.evidence(name, f"{system}.required", line=line))
            return


def _called_modules(files: Files) -> frozenset[str]:
    """Return the folders that other configurations of the repository call as modules."""
    called: set[str] = set()
    folders = [
        folder for folder in files.folders.values() if any(name.endswith((".tf", ".tofu")) for name in folder.names)
    ]
    for folder in folders[:MAX_MODULES]:
        for name in _configuration(folder)[:30]:
            for source in _SOURCE.findall(folder.text(name)):
                called.add(posixpath.normpath(posixpath.join(folder.path, source)))
    return frozenset("" if path == "." else path for path in called)


def _terragrunt(folder: Folder) -> Iterator[Fact]:
    """The topmost file speaks for the units below it, which ``run --all`` walks."""
    names = ("terragrunt.hcl", "root.hcl")
    if any(above.has(*names) for above in folder.up() if above.path != folder.path):
        return
    name = folder.first(*names) or names[0]
    source = folder.evidence(name, "terragrunt.file", line=1)
    forms: tuple[tuple[str, Role, tuple[str, ...]], ...] = (
        ("init", "install", ("terragrunt", "init")),
        ("validate", "check", ("terragrunt", "validate")),
        ("plan", "other", ("terragrunt", "plan")),
    )
    commands = tuple(
        Command(command_name("terragrunt", task, folder.path), role, argv, folder.path, source, confidence=0.6)
        for task, role, argv in forms
    )
    yield Component(folder.path, "terragrunt", "hcl", 0.95, (source,), commands=commands)
