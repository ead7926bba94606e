""".NET (row 47): solutions and projects, what runs and what tests, ports from the launch profiles."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.dotnet_ports import port_of
from phoenix_cli.ecosystem.buildsystems.dotnet_projects import Project, projects_of
from phoenix_cli.ecosystem.buildsystems.dotnet_solutions import Solution, listed_folders, solutions_of
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Rejected, Version
from phoenix_cli.ecosystem.files import Folder

#: Last words of the name of the project that one starts, the likeliest first.
_MAIN_WORDS = ("web", "webui", "webapp", "website", "server", "host", "app", "webapi", "api", "ui", "cli", "console")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a solution's or project's folder, and the applications that run there."""
    if "global.json" in folder.names:
        yield from _sdk(folder)
    solutions, projects = solutions_of(folder), projects_of(folder)
    if not solutions and not projects:
        return
    source = solutions[0].source if solutions else projects[0].source
    component = _component(folder, solutions, projects, source)
    yield component
    if not component.member and not any(solutions_of(above) for above in folder.up() if above.path != folder.path):
        yield _manager(folder, component.language, source)
    yield from _services(_own(solutions[0].projects) if solutions else [] if component.member else _own(projects))


def _sdk(folder: Folder) -> Iterator[Version]:
    sdk = folder.json("global.json").get("sdk")
    if isinstance(sdk, dict) and isinstance(sdk.get("version"), str):
        yield Version("dotnet", sdk["version"], folder.evidence("global.json", "dotnet.sdk", '"version"'))


def _component(folder: Folder, solutions: list[Solution], projects: list[Project], source: Evidence) -> Component:
    make = Conventions("dotnet", folder, source)
    everything = [*projects, *(solutions[0].projects if solutions else ())]
    language = Counter(one.language for one in everything).most_common(1)[0][0]
    evidence = [source, *(one.source for one in projects if one.source != source)]
    commands = (
        _of_solution(make, solutions[0], _target(folder, solutions)) if solutions else _of_project(make, projects)
    )
    return Component(
        folder.path,
        "dotnet",
        language,
        0.5 if all(one.broken for one in everything) else 0.95,
        tuple(evidence),
        tuple(commands),
        name=solutions[0].file.rpartition(".")[0] if solutions else projects[0].name,
        member=folder.path in folder.files.once(listed_folders),
        rejected=tuple(
            Rejected("dotnet", f"{other.file} is here too, {solutions[0].file} is taken", other.source)
            for other in solutions[1:]
        ),
    )


def _target(folder: Folder, solutions: list[Solution]) -> tuple[str, ...]:
    """Return the solution's name where ``dotnet build`` could not choose by itself (MSB1011)."""
    candidates = [name for name in folder.names if name.endswith(("proj", ".sln", ".slnx"))]
    return (solutions[0].file,) if len(candidates) > 1 else ()


def _manager(folder: Folder, language: str, source: Evidence) -> PackageManager:
    above = next((one for one in folder.up() if one.has("paket.dependencies")), None)
    if above is not None:
        found = above.evidence("paket.dependencies", "paket.file", line=1)
        return PackageManager(
            language, "paket", folder.path, "paket.dependencies is the nearest list of packages", found
        )
    return PackageManager(language, "dotnet", folder.path, "NuGet packages are got by the SDK itself", source)


def _restore(make: Conventions, target: tuple[str, ...], projects: Iterable[Project], sure: float) -> Command:
    locked = any(one.folder.has("packages.lock.json") for one in projects)
    argv = ("dotnet", "restore", *target)
    return make.command("install", *argv, confidence=sure, locked=(*argv, "--locked-mode") if locked else None)


def _of_solution(make: Conventions, solution: Solution, target: tuple[str, ...]) -> Iterator[Command]:
    yield _restore(make, target, solution.projects, 0.9)
    yield make.command(
        "build", "dotnet", "build", *target, confidence=0.9, offline=("dotnet", "build", *target, "--no-restore")
    )
    if any(one.tests for one in solution.projects):
        yield make.command("test", *_test(make.folder, target), confidence=0.9)
    if not make.folder.path and ci_runs(make.folder.files, r"\bdotnet format\b"):
        yield make.command("lint", "dotnet", "format", *target, "--verify-no-changes", confidence=0.8)
    own = _own(solution.projects)
    main = _main(own, solution.file.rpartition(".")[0])
    for project in own:
        yield from _runs(make, solution.folder, project, project is main)


def _test(folder: Folder, target: tuple[str, ...]) -> tuple[str, ...]:
    """Name the solution as the chosen test platform wants it: Microsoft.Testing.Platform takes it only as an option."""
    above = next((one for one in folder.up() if one.has("global.json")), None)
    chosen = above.json("global.json").get("test") if above is not None else None
    if target and isinstance(chosen, dict) and chosen.get("runner") == "Microsoft.Testing.Platform":
        return ("dotnet", "test", "--solution", *target)
    return ("dotnet", "test", *target)


def _own(projects: Iterable[Project]) -> list[Project]:
    """Return the applications among projects; a browser application that another one serves is none of its own."""
    runs = [one for one in projects if one.runs and not one.tests and not one.aside]
    served = any(one.serves for one in runs)
    return [one for one in runs if not (served and one.sdk.endswith("BlazorWebAssembly"))]


def _main(own: list[Project], solution: str) -> Project | None:
    """Return the application that one starts: the only one, the host of all, the only or the best named that serves."""
    for chosen in ([one for one in own if one.hosts], own, [one for one in own if one.serves]):
        if len(chosen) == 1:
            return chosen[0]
    words = {one.name.lower().rpartition(".")[2]: one for one in reversed([one for one in own if one.serves] or own)}
    named = {one.name.lower(): one for one in own}
    return named.get(solution.lower()) or next((words[word] for word in _MAIN_WORDS if word in words), None)


def _of_project(make: Conventions, projects: list[Project]) -> Iterator[Command]:
    """Offer what a project's own folder allows; a member's commands come after those of its solution."""
    member = make.folder.path in make.folder.files.once(listed_folders)
    sure = 0.6 if member else 0.9
    target = (projects[0].file,) if len(projects) > 1 else ()
    if not member:
        yield _restore(make, target, projects, sure)
    yield make.command("build", "dotnet", "build", *target, confidence=sure)
    tested = next((one for one in projects if one.tests), None)
    if tested is not None:
        yield make.command("test", "dotnet", "test", *((tested.file,) if target else ()), confidence=sure)
    for project in [] if member else _own(projects):
        yield from _runs(make, make.folder, project, len(projects) == 1)


def _runs(make: Conventions, top: Folder, project: Project, main: bool) -> Iterator[Command]:
    where = _where(top, project)
    task, sure = ("run", 0.85) if main else (f"run:{project.name}", 0.4)
    yield make.command(
        task,
        "dotnet",
        "run",
        *where,
        role="start" if main else "other",
        confidence=sure,
        source=project.source,
    )
    if main and project.serves:
        yield make.command("watch", "dotnet", "watch", *where, role="dev", confidence=0.8, source=project.source)


def _where(top: Folder, project: Project) -> tuple[str, ...]:
    """Return the option that names a project, nothing for the only one of this very folder."""
    alone = len(projects_of(project.folder)) == 1
    relative = posixpath.relpath(project.folder.path or ".", top.path or ".")
    if relative == ".":
        return () if alone else ("--project", project.file)
    return ("--project", relative if alone else f"{relative}/{project.file}")


def _services(own: list[Project]) -> Iterator[Fact]:
    for project in own:
        if project.serves or project.sdk.endswith("BlazorWebAssembly"):
            port, source = port_of(project)
            yield from web_service(project.folder, project.name, ("dotnet", "run"), port, source)
