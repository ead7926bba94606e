"""Nx (row 8): nx.json makes a workspace, each project.json a project in it.

Targets that plugins infer from other tools' files are only known to Nx itself, which would run those plugins; what the
files name is read here: targets of project.json, names that plugins are told to use, defaults by target name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems import node_ports, node_script_names, node_tasks
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role, Service
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of
from phoenix_cli.ecosystem.ports import port_number

_FIELDS = ("targets", "projectType", "sourceRoot", "implicitDependencies")
_SERVER_PORTS = {
    "angular": 4200, "build": 4200, "build-angular": 4200, "rsbuild": 4200,
    "vite": 4200, "webpack": 4200, "rspack": 4200, "react": 4200, "web": 4200, "next": 3000, "nuxt": 3000,
}  # fmt: skip
#: Plugin -> the option that names its server's target, that target's usual name, the file that wakes it, the port.
_PLUGINS = {
    "@nx/vite": ("serveTargetName", "serve", ("vite.config",), 4200),
    "@nx/webpack": ("serveTargetName", "serve", ("webpack.config",), 8080),
    "@nx/rspack": ("serveTargetName", "serve", ("rspack.config",), 8080),
    "@nx/rsbuild": ("devTargetName", "dev", ("rsbuild.config",), 3000),
    "@nx/next": ("devTargetName", "dev", ("next.config",), 3000),
    "@nx/nuxt": ("serveTargetName", "serve", ("nuxt.config",), 3000),
    "@nx/remix": ("devTargetName", "dev", ("remix.config",), 3000),
}
_PACKAGES = ("nx", "@nrwl/cli", "@nrwl/workspace", "@nx/workspace")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the workspace's component at nx.json, a member's at each project.json below one."""
    if "nx.json" in folder.names:
        yield from _workspace(folder)
    if "project.json" in folder.names:
        yield from _project(folder)


def _workspace(folder: Folder) -> Iterator[Fact]:
    nx = _nx(folder)
    commands = node_tasks.run_commands("nx", folder, _shared(folder), lambda task: (*nx, "run-many", "-t", task))
    evidence = (folder.evidence("nx.json", "nx.config", line=1),)
    confidence = 0.5 if folder.join("nx.json") in folder.files.problems else 0.95
    yield Component(folder.path, "nx", "javascript", confidence, evidence, tuple(commands))


def _nx(root: Folder) -> tuple[str, ...]:
    """Return how nx is typed: a checked-in wrapper, through the manager, or plainly."""
    return ("./nx",) if "nx" in root.names else node_tasks.tool_of(root, "nx", *_PACKAGES)


def _shared(folder: Folder) -> Iterator[tuple[str, Evidence]]:
    """Yield the targets with a role of their own that projects of the workspace have."""
    names: dict[str, Evidence] = {}
    for project in folder.files.once(_projects):
        if place_of(project.path) not in LOW_PLACES and _is_within(project.path, folder.path):
            for name in _targets(project):
                names.setdefault(name, project.evidence("project.json", "nx.target", f'"{name}"'))
    for name in (*_told(folder.json("nx.json")), *node_tasks.main_scripts(folder)):
        names.setdefault(name, folder.evidence("nx.json", "nx.target", f'"{name}"'))
    for name, source in names.items():
        if node_script_names.by_name(name)[1] >= 0.8:
            yield name, source


def _projects(files: Files) -> list[Folder]:
    return files.named("project.json")


def _is_within(dir: str, root: str) -> bool:
    return not root or dir == root or dir.startswith(f"{root}/")


def _told(data: dict[str, Any]) -> Iterator[str]:
    """Yield the target names that plugins are told to use, and those with defaults of their own."""
    plugins = data.get("plugins")
    for plugin in plugins if isinstance(plugins, list) else ():
        options = plugin.get("options") if isinstance(plugin, dict) else None
        for key, name in options.items() if isinstance(options, dict) else ():
            if key in ("buildTargetName", "testTargetName", "targetName") and isinstance(name, str):
                yield name
    defaults = data.get("targetDefaults")
    yield from (
        (name for name in defaults if isinstance(name, str) and name.isidentifier())
        if isinstance(defaults, dict)
        else ()
    )


def _targets(folder: Folder) -> dict[str, Any]:
    targets = folder.json("project.json").get("targets")
    return targets if isinstance(targets, dict) else {}


def _project(folder: Folder) -> Iterator[Fact]:
    data = folder.json("project.json")
    root = next((level for level in folder.up() if "nx.json" in level.names), None)
    if root is None or not (any(field in data for field in _FIELDS) or "nx" in str(data.get("$schema", ""))):
        return
    name = data["name"] if isinstance(data.get("name"), str) else folder.name
    evidence = (folder.evidence("project.json", "nx.project", line=1),)
    commands = tuple(_commands(folder, root, name))
    yield Component(folder.path, "nx", "javascript", 0.95, evidence, commands, name, member=folder.path != root.path)
    if data.get("projectType") == "application" and place_of(folder.path) not in LOW_PLACES:
        stated = list(_services(folder, commands, name))
        yield from stated or _inferred(folder, root, name)


def _commands(folder: Folder, root: Folder, name: str) -> Iterator[Command]:
    nx = _nx(root)
    scope = name if folder.path else ""
    for target in _targets(folder):
        role, sure = _role(target)
        yield Command(
            command_name("nx", target, scope), role, (*nx, "run", f"{name}:{target}"), root.path,
            folder.evidence("project.json", "nx.target", f'"{target}"'), origin="runner", confidence=min(sure, 0.6),
        )  # fmt: skip


def _role(target: str) -> tuple[Role, float]:
    """Judge a target; ``serve`` is what Nx's own executors call the development server."""
    return ("dev", 0.8) if target == "serve" else node_script_names.by_name(target)


def _services(folder: Folder, commands: tuple[Command, ...], name: str) -> Iterator[Service]:
    for target in ("serve", "dev", "start"):
        entry = _targets(folder).get(target)
        command = next((one for one in commands if one.argv[-1] == f"{name}:{target}"), None)
        if command is not None and isinstance(entry, dict):
            yield Service(name, command.source, folder.path, command.argv, port=_port(folder, entry), confidence=0.8)
            return


def _inferred(folder: Folder, root: Folder, name: str) -> Iterator[Service]:
    """Yield the server that a plugin of the workspace makes of an application's configuration file."""
    plugins = root.json("nx.json").get("plugins")
    for plugin in plugins if isinstance(plugins, list) else ():
        given = plugin if isinstance(plugin, dict) else {"plugin": plugin}
        known = _PLUGINS.get(str(given.get("plugin")).removesuffix("/plugin"))
        if known is None:
            continue
        option, usual, stems, port = known
        file = folder.first(*(f"{stem}.{end}" for stem in stems for end in ("ts", "js", "mjs", "mts", "cjs")))
        if file is not None:
            options = given.get("options")
            target = options.get(option) if isinstance(options, dict) else None
            argv = (*_nx(root), "run", f"{name}:{target if isinstance(target, str) else usual}")
            source = folder.evidence(file, "nx.plugin", line=1)
            yield Service(
                name, source, folder.path, argv, port=node_ports.in_config(folder, file) or port, confidence=0.75
            )
            return


def _port(folder: Folder, entry: dict[str, Any]) -> int | None:
    options = entry.get("options")
    set_port = port_number(options.get("port")) if isinstance(options, dict) else None
    executor = str(entry.get("executor") or entry.get("builder") or "")
    family = executor.partition(":")[0].rpartition("/")[2]
    if set_port is None and "server" in executor:
        return _SERVER_PORTS.get(family)
    return set_port or node_ports.in_source(folder, "", "src/main.ts")
