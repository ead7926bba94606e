"""Hosting platforms' files (row 76): the commands that a platform runs are usages, what it starts is a hint at a service.

None of these files makes a component: they say where a project is hosted, not how it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.buildsystems.project_names import project_name
from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.commands import shell
from phoenix_cli.ecosystem.facts import Evidence, Fact, Service, Usage
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of
from phoenix_cli.ecosystem.ports import port_in_line, port_number

HINT = 0.5


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield what the platform files of a folder tell."""
    if place_of(folder.path) in LOW_PLACES:
        return
    for name in sorted(folder.names & READERS.keys()):
        yield from READERS[name](folder, name)


def table(value: Any, *keys: str) -> dict[str, Any]:
    """Return the table at nested keys, an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """Return the tables of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def run_by(folder: Folder, name: str, commands: Any, dir: str = "") -> Iterator[Usage]:
    """Yield the usages of a command line or of a list of them, run in a folder below."""
    for text in commands if isinstance(commands, list) else [commands]:
        if isinstance(text, str) and text.strip():
            source = _at(folder, name, text)
            where = folder.at(dir) if dir else folder
            start = Shell(folder.files, "platform", source.file, source.rule, where.path)
            yield from start.usages(text.strip(), source.line or 1)


def hint(
    folder: Folder, name: str, service: str, command: Any, port: int | None, dir: str = "", sure: float = HINT
) -> Iterator[Service]:
    """Yield what a platform keeps running."""
    line = command.strip() if isinstance(command, str) else ""
    port = port or (port_in_line(line) if line else None)
    if line or port is not None:
        where = folder.at(dir) if dir else folder
        source = _at(folder, name, line or str(port))
        yield Service(service, source, where.path, shell(line) if line else None, port=port, confidence=sure)


def _at(folder: Folder, name: str, needle: str) -> Evidence:
    return folder.evidence(name, f"platform.{name.lstrip('.')}", needle.strip().split("\n")[0])


def _fly(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.toml(name)
    services = [table(document, "http_service"), *tables(document.get("services"))]
    port = next((port for port in (port_number(one.get("internal_port")) for one in services) if port), None)
    port = port or port_number(table(document, "env").get("PORT"))
    processes = table(document, "processes")
    first = next(iter(processes), None)
    for process, command in processes.items():
        yield from hint(
            folder, name, str(process), command, port if process in ("web", "app") or len(processes) == 1 else None
        )
        yield from run_by(folder, name, command)
    if first is None:
        yield from hint(folder, name, str(document.get("app") or project_name(folder)), None, port)
    yield from run_by(folder, name, table(document, "deploy").get("release_command"))


def _railway(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.json(name) if name.endswith("json") else folder.toml(name)
    deploy, build = table(document, "deploy"), table(document, "build")
    yield from run_by(folder, name, build.get("buildCommand"))
    yield from run_by(folder, name, deploy.get("startCommand"))
    yield from run_by(folder, name, deploy.get("preDeployCommand"))
    yield from hint(folder, name, "web", deploy.get("startCommand"), None)


def _render(folder: Folder, name: str) -> Iterator[Fact]:
    """Render's blueprint lists services as compose does, so it is surer than a hint."""
    for one in tables(folder.yaml(name).get("services")):
        dir = str(one.get("rootDir") or "")
        start = one.get("startCommand") or one.get("dockerCommand")
        variables = {each.get("key"): each.get("value") for each in tables(one.get("envVars"))}
        yield from run_by(folder, name, one.get("buildCommand"), dir)
        yield from run_by(folder, name, start, dir)
        if one.get("type") in ("web", "pserv", "worker"):
            title, port = str(one.get("name") or "web"), port_number(variables.get("PORT"))
            yield from hint(folder, name, title, start, port, dir, sureness(folder))


def _vercel(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.json(name)
    for key in ("installCommand", "buildCommand", "devCommand"):
        yield from run_by(folder, name, document.get(key))


def _netlify(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.toml(name)
    build, dev = table(document, "build"), table(document, "dev")
    dir = str(build.get("base") or "")
    yield from run_by(folder, name, build.get("command"), dir)
    yield from run_by(folder, name, dev.get("command"), dir)
    yield from hint(folder, name, "dev", dev.get("command"), port_number(dev.get("targetPort") or dev.get("port")), dir)


def _app_json(folder: Folder, name: str) -> Iterator[Fact]:
    """Heroku's (and Dokku's) manifest; Expo and React Native use the same name for another purpose."""
    document = folder.json(name)
    if "expo" in document or "displayName" in document:
        return
    yield from run_by(folder, name, table(document, "scripts").get("postdeploy"))
    yield from run_by(folder, name, table(document, "environments", "test", "scripts").get("test"))


def _app_yaml(folder: Folder, name: str) -> Iterator[Fact]:
    """App Engine's runtime, or the app spec of DigitalOcean in ``.do``; else it may be anything, even a template."""
    if folder.name != ".do" and not folder.head(name).startswith("runtime:") and "\nruntime:" not in folder.head(name):
        return
    document = folder.yaml(name)
    if folder.name == ".do":
        for one in tables(document.get("services")):
            dir = "../" + str(one.get("source_dir") or "").strip("/")
            yield from run_by(folder, name, one.get("build_command"), dir)
            yield from run_by(folder, name, one.get("run_command"), dir)
            yield from hint(
                folder, name, str(one.get("name") or "web"), one.get("run_command"), port_number(one.get("http_port")), dir,
            )  # fmt: skip
    else:
        yield from run_by(folder, name, document.get("entrypoint"))
        yield from hint(folder, name, str(document.get("service") or "default"), document.get("entrypoint"), None)


def _heroku(folder: Folder, name: str) -> Iterator[Fact]:
    for process, value in table(folder.yaml(name), "run").items():
        command = table(value).get("command") if isinstance(value, dict) else value
        command = " && ".join(map(str, command)) if isinstance(command, list) else command
        yield from run_by(folder, name, command)
        yield from hint(folder, name, str(process), command, None)


def _nixpacks(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.json(name) if name.endswith("json") else folder.toml(name)
    phases = table(document, "phases") or table(document, "steps")
    for phase in phases.values():
        yield from run_by(folder, name, table(phase).get("cmds") or table(phase).get("commands"))
    start = table(document, "start").get("cmd") or table(document, "deploy").get("startCommand")
    yield from run_by(folder, name, start)
    yield from hint(folder, name, "web", start, None)


def _platform_sh(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.yaml(name)
    start = table(document, "web", "commands").get("start")
    for hook in ("build", "deploy"):
        yield from run_by(folder, name, table(document, "hooks").get(hook))
    yield from run_by(folder, name, start)
    yield from hint(folder, name, str(document.get("name") or "app"), start, None)


READERS: dict[str, Callable[[Folder, str], Iterator[Fact]]] = {
    "fly.toml": _fly,
    "railway.json": _railway,
    "railway.toml": _railway,
    "render.yaml": _render,
    "render.yml": _render,
    "vercel.json": _vercel,
    "netlify.toml": _netlify,
    "app.json": _app_json,
    "app.yaml": _app_yaml,
    "heroku.yml": _heroku,
    "nixpacks.toml": _nixpacks,
    "nixpacks.json": _nixpacks,
    "railpack.json": _nixpacks,
    ".platform.app.yaml": _platform_sh,
}
