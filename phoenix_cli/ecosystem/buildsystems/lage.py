"""lage (row 11): the pipeline of lage.config.js, read as text because the file is a program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import node_tasks
from phoenix_cli.ecosystem.facts import Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder, line_of

NAMES = ("lage.config.js", "lage.config.cjs", "lage.config.mjs", "lage.config.ts", "lage.config.json")
_PIPELINE = re.compile(r"[\"']?\bpipeline[\"']?\s*:\s*\{")
_TASK = re.compile(r"(?:^|[{,])\s*[\"']?([\w:-]+)[\"']?\s*:\s*(?=[\[{])")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield lage's component with the tasks of its pipeline."""
    name = folder.first(*NAMES)
    if name is None:
        return
    lage = node_tasks.tool_of(folder, "lage")
    commands = node_tasks.run_commands("lage", folder, _tasks(folder, name), lambda task: (*lage, task))
    yield Component(
        folder.path, "lage", "javascript", 0.9, (folder.evidence(name, "lage.config", line=1),), tuple(commands)
    )


def _tasks(folder: Folder, name: str) -> Iterator[tuple[str, Evidence]]:
    text = folder.head(name, 65_536)
    start = _PIPELINE.search(text)
    for task in _TASK.findall(_flat(text[start.end() :])) if start else ():
        yield task, folder.evidence(name, "lage.task", line=line_of(text, task, start.end() if start else 0))


def _flat(text: str) -> str:
    """Return the text up to the bracket that closes it, without what stands in inner brackets."""
    depth, kept = 0, []
    for sign in text:
        if sign in "{[":
            kept.append(sign if depth == 0 else "")
            depth += 1
        elif sign in "}]":
            depth -= 1
            if depth < 0:
                break
        elif depth == 0:
            kept.append(sign)
    return "".join(kept)
