"""Python projects: uv, Poetry, PDM, Hatch, Flit, Pipenv, pip, setuptools, Maturin and other backends, Conda, Pixi (rows 13-22).

What a folder's systems are is decided once for the whole repository (``python_workspaces``); this module speaks for one
folder: its components with their commands, its package manager, versions, conflicts and the service it would start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.python_apps import App, app_commands, find_app
from phoenix_cli.ecosystem.buildsystems.python_checks import check_commands
from phoenix_cli.ecosystem.buildsystems.python_ci import ci_environment, ci_tools
from phoenix_cli.ecosystem.buildsystems.python_commands import own_commands
from phoenix_cli.ecosystem.buildsystems.python_managers import LOCKS, Choice
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping
from phoenix_cli.ecosystem.buildsystems.python_scripts import (
    console_scripts,
    entry_commands,
    is_server,
    script_commands,
)
from phoenix_cli.ecosystem.buildsystems.python_voice import Voice, main_voice, voice_of
from phoenix_cli.ecosystem.buildsystems.python_workspaces import Placed, python_projects, target_of
from phoenix_cli.ecosystem.facts import Command, Component, Conflict, Fact, PackageManager, Service, Version
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: Backends whose users have their manager too.
_BARE = ("poetry", "pdm", "uv")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield everything that the Python manifests of this folder tell."""
    target = target_of(folder)
    placed = python_projects(folder.files).get(target.path)
    if placed is None:
        return
    low = place_of(target.path) in LOW_PLACES
    app = None if low else find_app(placed.project)
    main = main_voice(placed)
    for choice in placed.choices:
        yield _component(placed, choice, main, app)
    if not low:
        yield from _versions(placed.project)
        yield from _conflicts(placed)
        yield from _managers(placed)
        yield from _services(main, app)


def _component(placed: Placed, choice: Choice, main: Voice, app: App | None) -> Component:
    voice = main if choice.system == main.system else voice_of(placed, choice.system)
    commands: dict[str, Command] = {}
    for command in _commands(voice, choice, main, app):
        commands.setdefault(command.name, command)
    return Component(
        placed.project.folder.path, choice.system, "python", choice.confidence, choice.evidence,
        commands=tuple(commands.values()), name=placed.project.name, member=placed.member, rejected=choice.rejected,
    )  # fmt: skip


def _commands(voice: Voice, choice: Choice, main: Voice, app: App | None) -> Iterator[Command]:
    """Yield a system's tasks before what holds by convention; what is no system's own goes to the main one."""
    yield from script_commands(voice)
    yield from own_commands(voice, choice.evidence[0])
    if voice is main:
        if app is not None:
            yield from app_commands(voice, app)
        yield from entry_commands(voice)
        yield from check_commands(voice)


def _managers(placed: Placed) -> Iterator[Fact]:
    """Yield who gets the dependencies; members of a workspace follow their root and say nothing."""
    if placed.member:
        return
    project = placed.project
    manager = next((choice for choice in placed.choices if choice.manager), None)
    if manager is not None:
        evidence = manager.evidence[0]
        yield PackageManager("python", manager.system, project.folder.path, evidence.rule, evidence)
        return
    environment = ci_environment(project.folder.files) if not project.folder.path else None
    if environment is not None:
        yield PackageManager("python", "conda", "", "CI makes its environment with conda", environment)
        return
    yield _unclaimed(placed)


def _unclaimed(placed: Placed) -> PackageManager:
    """Say who gets the dependencies when no lock or table does: pip, unless the backend's own tool is what CI calls."""
    by_system = {choice.system: choice for choice in placed.choices}
    in_ci = ci_tools(placed.project.folder.files)
    own = [
        choice
        for choice in placed.choices
        if choice.system in _BARE or (choice.system in ("hatch", "flit") and choice.system in in_ci)
    ]
    if own and "pip" not in by_system:
        choice, name = own[0], own[0].system
    else:
        choice, name = by_system.get("pip") or placed.choices[0], "pip"
    return PackageManager("python", name, placed.project.folder.path, choice.evidence[0].rule, choice.evidence[0])


def _versions(project: Project) -> Iterator[Fact]:
    folder = project.folder
    stated = project.project.get("requires-python") or mapping(
        mapping(project.tool.get("poetry")).get("dependencies")
    ).get("python")
    if isinstance(stated, str) and stated:
        yield Version("python", stated, folder.evidence("pyproject.toml", "python.requires", stated))
    cfg = project.setup_cfg.get("options", {}).get("python_requires")
    if cfg is not None:
        yield Version("python", cfg.value, folder.evidence("setup.cfg", "python.requires", line=cfg.line))
    found = re.search(r"python_requires\s*=\s*['\"]([^'\"]+)['\"]", project.setup_py)
    if found:
        yield Version("python", found.group(1), folder.evidence("setup.py", "python.requires", found.group(0)))
    pipfile = mapping(folder.toml("Pipfile").get("requires"))
    pinned = pipfile.get("python_full_version") or pipfile.get("python_version")
    if isinstance(pinned, str):
        yield Version("python", pinned, folder.evidence("Pipfile", "python.requires", pinned))
    for one in project.environments[:1]:
        if one.python:
            yield Version("python", one.python, folder.evidence(one.path, "conda.python", "python"))


def _conflicts(placed: Placed) -> Iterator[Fact]:
    folder = placed.project.folder
    locks = [name for name, system in LOCKS.items() if folder.has(name) and system != "pixi"]
    if len(locks) > 1:
        sources = tuple(folder.evidence(name, "python.lock", line=1) for name in locks)
        yield Conflict(folder.path, f"more than one lock file for Python: {', '.join(locks)}", sources)


def _services(voice: Voice, app: App | None) -> Iterator[Fact]:
    """Yield the application as a service when it serves: a framework's, or a server's own console script."""
    project = voice.project
    if app is not None and app.port is not None:
        name = project.folder.name if project.folder.path else "web"
        yield Service(name, app.source, app.dir, (*voice.run, *app.start), port=app.port, confidence=0.6)
        return
    start = next((command for command in entry_commands(voice) if command.role == "start"), None)
    if start is not None and is_server(project) and console_scripts(project):
        yield Service(project.name, start.source, project.folder.path, start.argv, confidence=0.5)
