"""Ansible (row 79): projects of playbooks, collections and single roles. Roles inside of a project are parts of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder

PLAYBOOKS = ("site.yml", "site.yaml", "playbook.yml", "playbook.yaml", "main.yml", "main.yaml", "play.yml", "local.yml")
MARKERS = ("ansible.cfg", "galaxy.yml")
REQUIREMENTS = ("requirements.yml", "requirements.yaml")
_PLAY = re.compile(r"^[ \t]*(?:-[ \t]*)?(?:hosts|(?:ansible\.builtin\.)?import_playbook):", re.MULTILINE)
_PARTS = frozenset({"roles", "tasks", "handlers", "meta", "vars", "defaults", "group_vars", "host_vars", "molecule"})


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the ansible component of a project's top folder."""
    home = folder.at("..") if folder.name == "meta" and folder.path else folder
    source = _source(home)
    if source is None or _is_part(home):
        return
    yield Component(home.path, "ansible", "yaml", 0.9, (source,), commands=tuple(_commands(home, source)))


def _source(folder: Folder) -> Evidence | None:
    marker = folder.first(*MARKERS)
    if marker is not None:
        return folder.evidence(marker, "ansible.file", line=1)
    playbook = next(_plays(folder), None)
    if playbook is not None:
        return folder.evidence(playbook, "ansible.playbook", line=1)
    meta = folder.at("meta")
    if folder.at("tasks").has("main.yml", "main.yaml") and "galaxy_info" in meta.head("main.yml"):
        return meta.evidence("main.yml", "ansible.role", "galaxy_info")
    return None


def _plays(folder: Folder) -> Iterator[str]:
    if folder.name in _PARTS:
        return
    for name in PLAYBOOKS:
        if name in folder.names and _PLAY.search(folder.head(name, 16_000)):
            yield name


def _is_part(folder: Folder) -> bool:
    if not _PARTS.isdisjoint(folder.path.split("/")[:-1]) and "roles" in folder.path.split("/"):
        return True
    return any(_source(above) is not None for above in folder.up() if above.path != folder.path)


def _commands(folder: Folder, source: Evidence) -> Iterator[Command]:
    requirements = folder.first(*REQUIREMENTS)
    if requirements is not None:
        install = ("ansible-galaxy", "install", "-r", requirements)
        yield _command(
            folder, "install", "install", install, folder.evidence(requirements, "ansible.requirements", line=1), 0.7
        )
    if folder.has(".ansible-lint", ".ansible-lint.yml"):
        yield _command(folder, "lint", "lint", ("ansible-lint",), source, 0.75)
    if folder.at("molecule").exists:
        yield _command(folder, "test", "test", ("molecule", "test"), source, 0.75)
    for name in _plays(folder):
        check = ("ansible-playbook", "--syntax-check", name)
        yield _command(
            folder, name.rpartition(".")[0], "check", check, folder.evidence(name, "ansible.playbook", line=1), 0.6
        )


def _command(folder: Folder, task: str, role: Role, argv: tuple[str, ...], source: Evidence, sure: float) -> Command:
    return Command(command_name("ansible", task, folder.path), role, argv, folder.path, source, confidence=sure)
