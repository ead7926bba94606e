"""devbox and devenv (row 68): development environments on nix that also carry scripts and processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Service, Version
from phoenix_cli.ecosystem.files import Folder, line_of
from phoenix_cli.ecosystem.ports import port_in_line

_SCRIPT = re.compile(r"^[ \t]*scripts\.([\w-]+)\.exec[ \t]*=|^[ \t]*scripts\.\"([^\"]+)\"\.exec[ \t]*=", re.MULTILINE)
_PROCESS = re.compile(r"""^[ \t]*processes\.([\w-]+)\.exec[ \t]*=[ \t]*(?:"([^"\n]*)"|''([^']*)'')?""", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the devbox and devenv components of a folder."""
    if "devbox.json" in folder.names:
        yield from _devbox(folder)
    if "devenv.nix" in folder.names:
        yield from _devenv(folder)


def _devbox(folder: Folder) -> Iterator[Fact]:
    document = folder.json("devbox.json")
    evidence = (folder.evidence("devbox.json", "devbox.file", line=1),)
    install = Command(
        command_name("devbox", "install", folder.path), "install", ("devbox", "install"), folder.path, evidence[0],
        confidence=0.35,
    )  # fmt: skip
    yield Component(
        folder.path, "devbox", "nix", 0.95, evidence, commands=(install, *_devbox_scripts(folder, document))
    )
    yield from _devbox_versions(folder, document.get("packages"))


def _devbox_scripts(folder: Folder, document: dict[str, Any]) -> Iterator[Command]:
    shell = document.get("shell")
    scripts = shell.get("scripts") if isinstance(shell, dict) else None
    for name, value in scripts.items() if isinstance(scripts, dict) else ():
        text = "\n".join(map(str, value)) if isinstance(value, list) else str(value)
        role, sure = judge(str(name), text)
        yield Command(
            command_name("devbox", str(name), folder.path), role, ("devbox", "run", str(name)), folder.path,
            folder.evidence("devbox.json", "devbox.script", f'"{name}"'), origin="runner", confidence=sure, text=text,
        )  # fmt: skip


def _devbox_versions(folder: Folder, packages: Any) -> Iterator[Version]:
    pairs: list[tuple[str, str]] = []
    if isinstance(packages, list):
        pairs = [(name, version) for name, _, version in (str(one).partition("@") for one in packages) if version]
    elif isinstance(packages, dict):
        pairs = [(str(name), value) for name, value in packages.items() if isinstance(value, str)]
    for name, version in pairs:
        yield Version(name, version, folder.evidence("devbox.json", "devbox.package", f'"{name}'))


def _devenv(folder: Folder) -> Iterator[Fact]:
    text = folder.text("devenv.nix")
    evidence = (folder.evidence("devenv.nix", "devenv.file", line=1),)
    commands = [*_devenv_scripts(folder, text)]
    processes = list(_PROCESS.finditer(text))
    if processes:
        source = folder.evidence("devenv.nix", "devenv.processes", line=line_of(text, processes[0].group(0).strip()))
        up = command_name("devenv", "up", folder.path)
        commands.append(Command(up, "dev", ("devenv", "up"), folder.path, source, origin="platform", confidence=0.7))
    yield Component(folder.path, "devenv", "nix", 0.9, evidence, commands=tuple(commands))
    for found in processes:
        line = text.count("\n", 0, found.start(1)) + 1
        source = folder.evidence("devenv.nix", "devenv.process", line=line)
        port = port_in_line(found.group(2) or found.group(3) or "")
        yield Service(found.group(1), source, folder.path, ("devenv", "up", found.group(1)), port=port, confidence=0.85)


def _devenv_scripts(folder: Folder, text: str) -> Iterator[Command]:
    for found in _SCRIPT.finditer(text):
        name = found.group(1) or found.group(2)
        role, sure = judge(name)
        line = text.count("\n", 0, found.end()) + 1
        yield Command(
            command_name("devenv", name, folder.path), role, ("devenv", "shell", name), folder.path,
            folder.evidence("devenv.nix", "devenv.script", line=line), origin="runner", confidence=min(sure, 0.8),
        )  # fmt: skip
