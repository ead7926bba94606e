"""SCons and Waf (row 26): build programs in Python, read as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder

_SCONS_FILES = ("SConstruct", "Sconstruct", "sconstruct", "SConstruct.py")
_ALIAS = re.compile(r"\bAlias\(\s*['\"]([\w.:-]+)['\"]")
_WAF_STEP = re.compile(r"^def (configure|build|test|check|dist|install)\(", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield SCons with its aliases, and Waf with its steps; a wscript below another belongs to that one."""
    scons = folder.first(*_SCONS_FILES)
    if scons:
        yield _scons(folder, scons)
    if (
        folder.has("wscript")
        and _WAF_STEP.search(folder.text("wscript"))
        and not any(up.has("wscript") for up in folder.up() if up.path != folder.path)
    ):
        yield _waf(folder)


def _scons(folder: Folder, file: str) -> Component:
    source = folder.evidence(file, "scons.file", line=1)
    commands = [_command(folder, "scons", "build", "build", ("scons",), source, 0.9)]
    for found in _ALIAS.finditer(folder.text(file)):
        role: Role = (
            "test" if found[1] in ("test", "tests", "check") else "docs" if found[1] in ("doc", "docs") else "other"
        )
        evidence = folder.evidence(file, "scons.alias", found[0])
        commands.append(
            _command(folder, "scons", found[1], role, ("scons", found[1]), evidence, 0.9 if role == "test" else 0.6)
        )
    return Component(
        folder.path, "scons", "python", 0.9, (source,), commands=tuple({one.name: one for one in commands}.values())
    )


def _waf(folder: Folder) -> Component:
    waf = ("./waf",) if folder.has("waf") else ("waf",)
    steps = {
        found[1]: folder.evidence("wscript", "waf.step", found[0])
        for found in _WAF_STEP.finditer(folder.text("wscript"))
    }
    commands = []
    if "build" in steps:
        argv = (*waf, *(["configure"] if "configure" in steps else []), "build")
        commands.append(_command(folder, "waf", "build", "build", argv, steps["build"], 0.9))
    for step in ("test", "check"):
        if step in steps:
            commands.append(_command(folder, "waf", step, "test", (*waf, step), steps[step], 0.85))
    return Component(
        folder.path, "waf", "python", 0.9, (folder.evidence("wscript", "waf.file", line=1),), commands=tuple(commands)
    )


def _command(
    folder: Folder, system: str, task: str, role: Role, argv: tuple[str, ...], source: Evidence, sure: float
) -> Command:
    return Command(
        command_name(system, task, folder.path), role, argv, folder.path, source, origin="default", confidence=sure
    )
