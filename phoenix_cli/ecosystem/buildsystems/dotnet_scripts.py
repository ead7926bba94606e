"""Build scripts of the .NET world (row 48): Cake, NUKE, FAKE, and Paket's package lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder, line_of

_CAKE_TASK = re.compile(r"""\bTask\(\s*"([\w.:-]+)"\s*\)""")
_FAKE_TASK = re.compile(r"""\bTarget\.create(?:Final)?\s+"([\w.:-]+)\"|^[ \t]*Target\s+"([\w.:-]+)\"""", re.MULTILINE)
_NUKE_TASK = re.compile(r"^[ \t]*(?:public |private |protected |internal )?Target\s+(\w+)\s*=>", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the components of the build scripts in a folder."""
    cake = folder.first("build.cake", "Build.cake")
    if cake is not None:
        yield _cake(folder, cake)
    if folder.name == ".nuke" or ".nuke" in folder.names:
        yield from _nuke(folder.at("..") if folder.name == ".nuke" else folder)
    if "build.fsx" in folder.names and re.search(r"(?i)\bfake\b", folder.text("build.fsx")):
        yield _fake(folder)
    if "paket.dependencies" in folder.names:
        yield _paket(folder)


def _runner(folder: Folder, tool: tuple[str, ...], option: tuple[str, ...]) -> tuple[str, ...]:
    """Prefer the checked-in ``build.sh``, which gets the tool first."""
    return ("./build.sh", *option) if "build.sh" in folder.names else (*tool, *option)


def _tasks(
    folder: Folder, system: str, file: str, found: list[tuple[str, int]], run: tuple[str, ...]
) -> tuple[Command, ...]:
    commands = []
    for name, line in dict(reversed(found)).items():
        role, sure = judge(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name), "")
        commands.append(
            Command(
                command_name(system, name, folder.path),
                role,
                (*run, name),
                folder.path,
                Evidence(file, line, f"{system}.target"),
                origin="runner",
                confidence=min(sure, 0.85),
            )
        )
    return tuple(reversed(commands))


def _found(pattern: re.Pattern[str], text: str) -> list[tuple[str, int]]:
    return [
        (next(filter(None, found.groups())), text.count("\n", 0, found.start()) + 1) for found in pattern.finditer(text)
    ]


def _cake(folder: Folder, file: str) -> Component:
    targets = _found(_CAKE_TASK, folder.text(file))
    run = _runner(folder, ("dotnet", "cake"), ("--target",))
    return Component(
        folder.path,
        "cake",
        "csharp",
        0.95,
        (folder.evidence(file, "cake.file", line=1),),
        _tasks(folder, "cake", folder.join(file), targets, run),
    )


def _nuke(folder: Folder) -> Iterator[Component]:
    """Read the targets from the C# properties of the build project, whose folder ``build`` is by NUKE's own set-up."""
    build = folder.at("build")
    file = build.first("Build.cs", "_build.cs")
    marker = ".nuke" if ".nuke" in folder.names else ".nuke/parameters.json"
    targets = _found(_NUKE_TASK, build.text(file)) if file else []
    run = _runner(folder, ("nuke",), ())
    commands = _tasks(folder, "nuke", build.join(file), targets, run) if file else ()
    yield Component(folder.path, "nuke", "csharp", 0.95, (folder.evidence(marker, "nuke.file"),), commands)


def _fake(folder: Folder) -> Component:
    targets = _found(_FAKE_TASK, folder.text("build.fsx"))
    run = _runner(folder, ("dotnet", "fake", "run", "build.fsx"), ("--target",))
    return Component(
        folder.path,
        "fake",
        "fsharp",
        0.9,
        (folder.evidence("build.fsx", "fake.file", line=1),),
        _tasks(folder, "fake", folder.join("build.fsx"), targets, run),
    )


def _paket(folder: Folder) -> Component:
    source = folder.evidence(
        "paket.dependencies", "paket.file", line=line_of(folder.text("paket.dependencies"), "nuget") or 1
    )
    local = folder.at(".config").has("dotnet-tools.json")
    argv = ("dotnet", "paket", "restore") if local else ("paket", "restore")
    install = Command(
        command_name("paket", "install", folder.path),
        "install",
        argv,
        folder.path,
        source,
        confidence=0.6,
        locked=argv if "paket.lock" in folder.names else None,
    )
    return Component(folder.path, "paket", "csharp", 0.9, (source,), (install,))
