"""Babashka's and Boot's tasks (row 45)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.edn import Keyword, load_edn
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder

_DEFTASK = re.compile(r"^\(deftask\s+([\w-]+)", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a bb.edn with tasks, and that of a build.boot."""
    if "bb.edn" in folder.names:
        yield from _babashka(folder)
    if "build.boot" in folder.names:
        yield from _boot(folder)


def _babashka(folder: Folder) -> Iterator[Fact]:
    settings = folder.files.parse(folder.join("bb.edn"), "edn", load_edn)
    tasks = settings.get("tasks") if isinstance(settings, dict) else None
    source = folder.evidence("bb.edn", "babashka.file", line=1)
    make = Conventions("babashka", folder, source)
    named = (
        {name: task for name, task in tasks.items() if not isinstance(name, Keyword)} if isinstance(tasks, dict) else {}
    )
    shown = {name: task for name, task in named.items() if not str(name).startswith("-") and not _is_private(task)}
    commands = tuple(_task(folder, make, str(name), task) for name, task in shown.items())
    yield Component(folder.path, "babashka", "clojure", 0.95 if settings is not None else 0.5, (source,), commands)


def _is_private(task: Any) -> bool:
    return isinstance(task, dict) and task.get("private") is True


def _task(folder: Folder, make: Conventions, name: str, task: Any) -> Command:
    text = str(task)
    role, sure = judge(name)
    source = folder.evidence("bb.edn", "babashka.task", f"{name} ")
    return make.command(name, "bb", name, role=role, confidence=sure, origin="runner", source=source, text=text)


def _boot(folder: Folder) -> Iterator[Fact]:
    text = folder.text("build.boot")
    source = folder.evidence("build.boot", "boot.file", line=1)
    make = Conventions("boot", folder, source)
    commands = []
    for found in _DEFTASK.finditer(text):
        role, sure = judge(found.group(1))
        line = text.count("\n", 0, found.start()) + 1
        evidence = folder.evidence("build.boot", "boot.task", line=line)
        commands.append(
            make.command(
                found.group(1), "boot", found.group(1), role=role, confidence=sure, origin="runner", source=evidence
            )
        )
    yield Component(folder.path, "boot", "clojure", 0.95, (source,), tuple(commands))
    yield PackageManager("clojure", "boot", folder.path, "build.boot is here", source)
