"""Leiningen (row 45): project.clj, read as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.edn import load_edn
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Service
from phoenix_cli.ecosystem.files import Files, Folder

RING_PORT = 3000
#: Plugin -> the task that lints with it.
_LINTERS = {"jonase/eastwood": "eastwood", "lein-kibit": "kibit", "lein-bikeshed": "bikeshed", "lein-cljfmt": "cljfmt check",
            "dev.weavejester/lein-cljfmt": "cljfmt check", "com.github.clj-kondo/lein-clj-kondo": "clj-kondo"}  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a project.clj, and the service of a Ring application."""
    if "project.clj" not in folder.names:
        return
    name, project = read_project(folder)
    source = folder.evidence("project.clj", "lein.defproject", "(defproject")
    member = folder.path in folder.files.once(sub_projects)
    commands = tuple(_commands(folder, source, name, project))
    yield Component(
        folder.path, "lein", "clojure", 0.95 if name else 0.5, (source,), commands, name=name, member=member
    )
    if not member:
        yield PackageManager("clojure", "lein", folder.path, "project.clj is here", source)
    served = next((one for one in commands if one.name.endswith(":ring")), None)
    if served:
        short = name.rpartition("/")[2]
        sure = sureness(folder, short)
        yield Service(short, served.source, folder.path, served.argv, port=_port(project), confidence=sure)


def read_project(folder: Folder) -> tuple[str, dict[str, Any]]:
    """Return the project's name and its settings by keyword."""
    form = folder.files.parse(folder.join("project.clj"), "edn", load_edn)
    if not isinstance(form, list) or len(form) < 2 or form[0] != "defproject":
        return "", {}
    rest = form[3:] if len(form) > 2 and isinstance(form[2], str) else form[2:]
    return str(form[1]), {str(rest[at]): rest[at + 1] for at in range(0, len(rest) - 1, 2)}


def sub_projects(files: Files) -> frozenset[str]:
    """Return the folders that some project lists for lein-sub or lein-monolith; call it as ``files.once(sub_projects)``."""
    found = set()
    for folder in files.named("project.clj"):
        _, project = read_project(folder)
        for path in [*_list(project.get("sub")), *_list(project.get("modules"))]:
            if isinstance(path, str):
                found.add(folder.at(path).path)
    return frozenset(found)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _commands(folder: Folder, source: Evidence, name: str, project: dict[str, Any]) -> Iterator[Command]:
    make = Conventions("lein", folder, source, name)
    aliases = _table(project.get("aliases"))
    yield make.command("deps", "lein", "deps", role="install", confidence=0.85, offline=("lein", "-o", "deps"))
    build = "uberjar" if "main" in project or "uberjar" in _table(project.get("profiles")) else "compile"
    yield make.command(build, "lein", build, role="build", confidence=0.8, offline=("lein", "-o", build))
    if "test" not in aliases and (folder.at("test").exists or "test-paths" in project or "sub" in project):
        yield make.command("test", "lein", "test", confidence=0.85, offline=("lein", "-o", "test"))
    plugins = {str(plugin[0]) for plugin in _list(project.get("plugins")) if isinstance(plugin, list) and plugin}
    yield from (make.command(task.split()[0], "lein", *task.split(), role="lint", confidence=0.7)
                for plugin, task in _LINTERS.items() if plugin in plugins)  # fmt: skip
    yield from _aliases(folder, make, aliases)
    if "lein-ring" in plugins and "ring" in project:
        yield make.command("ring", "lein", "ring", "server-headless", role="start", confidence=0.8, origin="framework")
    elif "main" in project:
        main = folder.evidence("project.clj", "lein.main", ":main")
        yield make.command("run", "lein", "run", role="start", confidence=0.7, source=main)


def _aliases(folder: Folder, make: Conventions, aliases: dict[str, Any]) -> Iterator[Command]:
    for alias, words in aliases.items():
        text = "lein " + " ".join(str(word) for word in _list(words)) if isinstance(words, list) else str(words)
        role, sure = judge(alias, text)
        source = folder.evidence("project.clj", "lein.alias", f'"{alias}"')
        yield make.command(
            alias, "lein", alias, role=role, confidence=min(sure, 0.9), origin="script", source=source, text=text
        )


def _port(project: dict[str, Any]) -> int:
    port = _table(project.get("ring")).get("port")
    return port if isinstance(port, int) else RING_PORT
