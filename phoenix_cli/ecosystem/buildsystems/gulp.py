"""gulp, Grunt and Jake (row 70): task files that are programs, so their tasks are read as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems import node_tasks
from phoenix_cli.ecosystem.facts import Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder


@dataclass(frozen=True, slots=True)
class _Runner:
    system: str
    files: tuple[str, ...]
    task: re.Pattern[str]


_ENDS = (".js", ".ts", ".mjs", ".cjs", ".babel.js", ".esm.js", ".coffee")
_RUNNERS = (
    _Runner("gulp", tuple(f"{stem}{end}" for stem in ("gulpfile", "Gulpfile") for end in _ENDS),
            re.compile(
                r"\btask\(\s*[\"']([\w:./-]+)[\"']|^exports\.(\w+)\s*=|^export (?:const|(?:async )?function)\s+(\w+)",
                re.MULTILINE,
            )),
    _Runner("grunt", tuple(f"{stem}{end}" for stem in ("Gruntfile", "gruntfile") for end in _ENDS),
            re.compile(r"\bregisterTask\(?\s*[\"']([\w:./-]+)[\"']")),
    _Runner("jake", ("Jakefile", "Jakefile.js", "jakefile.js"),
            re.compile(r"^(?:task|file|directory)\(?\s*[\"']([\w:./-]+)[\"']", re.MULTILINE)),
)  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield a component for each of these runners whose file is in the folder."""
    for runner in _RUNNERS:
        name = folder.first(*runner.files)
        if name is not None:
            yield _component(folder, runner, name)


def _component(folder: Folder, runner: _Runner, name: str) -> Component:
    typed = node_tasks.tool_of(folder, runner.system, runner.system, f"{runner.system}-cli")
    commands = node_tasks.run_commands(runner.system, folder, _tasks(folder, runner, name), lambda task: (*typed, task))
    evidence = (folder.evidence(name, f"{runner.system}.file", line=1),)
    return Component(folder.path, runner.system, "javascript", 0.9, evidence, tuple(commands))


def _tasks(folder: Folder, runner: _Runner, name: str) -> Iterator[tuple[str, Evidence]]:
    text, seen = folder.head(name, 131_072), set()
    for found in runner.task.finditer(text):
        task = next(group for group in found.groups() if group)
        if task not in seen and task != "default":
            seen.add(task)
            yield task, folder.evidence(name, f"{runner.system}.task", line=text.count("\n", 0, found.start()) + 1)
