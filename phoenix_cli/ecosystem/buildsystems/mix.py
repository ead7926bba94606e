"""Mix (row 51): Elixir projects, umbrellas, Phoenix applications."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.mix_phoenix import endpoint_of, endpoints_of, port_of
from phoenix_cli.ecosystem.buildsystems.mix_project import FILE, Project, project_of
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Role, Version
from phoenix_cli.ecosystem.files import Files, Folder, line_of

_SERVERS = frozenset(("bandit", "plug_cowboy", "cowboy", "ranch"))


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the mix component of a folder, its manager, the Elixir version, and a Phoenix endpoint as a service."""
    if FILE not in folder.names:
        return
    project = project_of(folder)
    member = folder.path in folder.files.once(umbrella_apps)
    source = folder.evidence(FILE, "mix.project", "use Mix.Project")
    endpoint = None if member else endpoint_of(folder, project)
    commands = tuple(_commands(Conventions("mix", folder, source), project, member, endpoint))
    yield Component(folder.path, "mix", "elixir", 0.95, (source,), commands, name=project.app, member=member)
    if not member:
        yield _manager(folder, source)
    if project.elixir:
        yield Version("elixir", project.elixir, folder.evidence(FILE, "mix.elixir", f'"{project.elixir}"'))
    if endpoint:
        port, shown = port_of(folder, endpoint)
        several = {} if project.app else endpoints_of(folder)  # an umbrella has no application of its own
        for name, own in (several or {project.app or "web": port}).items():
            yield from web_service(folder, name, ("mix", "phx.server"), own, shown)


def umbrella_apps(files: Files) -> frozenset[str]:
    """Return the folders that an umbrella claims; call it as ``files.once(umbrella_apps)``."""
    found: set[str] = set()
    for folder in files.named(FILE):
        apps = project_of(folder).apps_path
        found.update(folder.at(f"{apps}/{name}").path for name in folder.at(apps).subfolders if apps)
    return frozenset(found)


def _manager(folder: Folder, source: Evidence) -> PackageManager:
    if "mix.lock" in folder.names:
        lock = folder.evidence("mix.lock", "mix.lock", line=1)
        return PackageManager("elixir", "mix", folder.path, "mix.lock is the nearest lock", lock)
    return PackageManager("elixir", "mix", folder.path, "mix.exs is here", source)


def _commands(make: Conventions, project: Project, member: bool, endpoint: Evidence | None) -> Iterator[Command]:
    sure = 0.6 if member else 0.9
    if not member:
        locked = ("mix", "deps.get", "--check-locked") if "mix.lock" in make.folder.names else None
        yield make.command("install", "mix", "deps.get", confidence=0.95, locked=locked)
    yield make.command("compile", "mix", "compile", role="build", confidence=sure)
    if _has_tests(make.folder, project) and all(alias.name != "test" for alias in project.aliases):
        yield make.command("test", "mix", "test", confidence=sure)
    yield from _aliases(make, project)
    yield from _linters(make, project)
    if endpoint:
        served: tuple[tuple[str, Role], ...] = (("phx.server", "start"), ("dev", "dev"))
        for task, role in served:
            yield make.command(
                task,
                "mix",
                "phx.server",
                role=role,
                confidence=0.9,
                origin="framework",
                source=endpoint,
            )
    elif project.starts and not project.packaged and not member and not _SERVERS.isdisjoint(project.dependencies):
        source = make.folder.evidence(FILE, "mix.application", "mod:")
        yield make.command("run", "mix", "run", "--no-halt", role="start", confidence=0.6, source=source)


def _has_tests(folder: Folder, project: Project) -> bool:
    return "test" in folder.subfolders or bool(project.apps_path)


def _aliases(make: Conventions, project: Project) -> Iterator[Command]:
    for alias in project.aliases:
        role, sure = judge(alias.name, alias.text)
        if role == "install":
            sure = 0.5  # "setup" makes databases besides
        source = make.folder.evidence(FILE, "mix.alias", line=alias.line)
        yield make.command(
            alias.name,
            "mix",
            alias.name,
            role=role,
            confidence=sure,
            origin="script",
            source=source,
            text=alias.text,
        )


def _linters(make: Conventions, project: Project) -> Iterator[Command]:
    folder = make.folder
    formatted = ".formatter.exs" in folder.names
    if "credo" in project.dependencies:
        strict = not folder.path and ci_runs(folder.files, r"mix credo\b.*--strict")
        source = folder.evidence(FILE, "mix.credo", ":credo")
        yield make.command(
            "credo", "mix", "credo", *(("--strict",) if strict else ()), role="lint", confidence=0.85, source=source
        )
    elif formatted and not folder.path and ci_runs(folder.files, r"mix format\b.*--check-formatted"):
        source = folder.evidence(".formatter.exs", "mix.formatter", line=1)
        yield make.command(
            "format:check", "mix", "format", "--check-formatted", role="lint", confidence=0.7, source=source
        )
    if "dialyxir" in project.dependencies:
        line = line_of(re.sub(r"#", " ", folder.text(FILE)), ":dialyxir")
        yield make.command(
            "dialyzer",
            "mix",
            "dialyzer",
            role="check",
            confidence=0.7,
            source=folder.evidence(FILE, "mix.dialyxir", line=line),
        )
    if formatted:
        yield make.command(
            "format", "mix", "format", confidence=0.7, source=folder.evidence(".formatter.exs", "mix.formatter", line=1)
        )
