"""Deno (row 6): deno.json(c) with tasks and a workspace of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems import deno_tasks
from phoenix_cli.ecosystem.buildsystems.node_managers import LOCKS
from phoenix_cli.ecosystem.buildsystems.path_globs import Globs, any_of
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Role
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

NAMES = ("deno.json", "deno.jsonc")
_TEST_FILE = re.compile(r"(?:[._]test|^test)\.[jt]sx?$")
#: Keys that make a deno.json a project; one that only sets the compiler, the linter or the editor serves the one above.
_PROJECT = ("tasks", "imports", "importMap", "exports", "name", "workspace", "workspaces", "deploy")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a deno.json, its tasks and the conventions of the program, and the app that it starts."""
    file = folder.first(*NAMES)
    if file is None:
        if "deno.lock" in folder.names and not folder.has("package.json") and not _is_member(folder):
            source = folder.evidence("deno.lock", "deno.lock")
            yield Component(folder.path, "deno", "typescript", 0.6, (source,), tuple(_conventions(folder, {}, source)))
        return
    data, member = folder.json(file), _is_member(folder)
    if not _counts(folder, file, data, member):
        return
    source = folder.evidence(file, "deno.config", line=1)
    commands = list(deno_tasks.commands(folder, file))
    commands += _conventions(folder, data, source, {one.role for one in commands}) if not member else []
    name = data["name"] if isinstance(data.get("name"), str) else ""
    confidence = 0.5 if folder.join(file) in folder.files.problems else 0.95
    yield Component(folder.path, "deno", "typescript", confidence, (source,), tuple(commands), name, member)
    if not member and not folder.has(*LOCKS):
        yield PackageManager("javascript", "deno", folder.path, f"{file} is Deno's", source)
    if place_of(folder.path) not in LOW_PLACES:
        yield from deno_tasks.services(folder, commands, name)


def _counts(folder: Folder, file: str, data: dict[str, Any], member: bool) -> bool:
    if member or folder.join(file) in folder.files.problems:
        return True
    if folder.has("package.json") and not folder.has("deno.lock"):
        return bool(data.get("tasks") or data.get("workspace"))  # else it says how npm's package is published or edited
    return not folder.path or any(data.get(key) for key in _PROJECT)


def _is_member(folder: Folder) -> bool:
    known = folder.files.once(_workspaces)
    above = folder.path
    while above and known:
        above = above.rpartition("/")[0]
        globs = known.get(above)
        if globs is not None and globs.fullmatch(folder.path[len(above) + 1 if above else 0 :]):
            return True
    return False


def _workspaces(files: Files) -> dict[str, Globs]:
    found = {}
    for folder in files.named(*NAMES):
        data = folder.json(folder.first(*NAMES) or NAMES[0])
        value = data.get("workspace") or data.get("workspaces")
        globs = value.get("members") if isinstance(value, dict) else value
        if isinstance(globs, list) and globs:
            found[folder.path] = any_of(glob for glob in globs if isinstance(glob, str))
    return found


def _conventions(
    folder: Folder, data: dict[str, Any], source: Evidence, roles: frozenset[Role] | set[Role] = frozenset()
) -> Iterator[Command]:
    """Yield what the program does by itself: install always, tests where test files are, its linter and formatter."""
    locked = ("deno", "install", "--frozen") if "deno.lock" in folder.names else None
    offline = ("deno", "install", "--cached-only")
    name = command_name("deno", "install", folder.path)
    yield Command(
        name, "install", ("deno", "install"), folder.path, source, confidence=0.9, locked=locked, offline=offline
    )
    if "test" not in roles and _has_tests(folder):
        yield _convention(folder, source, "test", "test", 0.7)
    if "lint" not in roles:
        yield _convention(folder, source, "lint", "lint", 0.75 if "lint" in data else 0.6)
    if "format" not in roles:
        yield _convention(folder, source, "fmt", "format", 0.75 if "fmt" in data else 0.6)


def _convention(folder: Folder, source: Evidence, task: str, role: Role, confidence: float) -> Command:
    return Command(
        command_name("deno", task, folder.path), role, ("deno", task), folder.path, source, confidence=confidence
    )


def _has_tests(folder: Folder) -> bool:
    return any(_TEST_FILE.search(name) for below in folder.below() for name in below.names)
