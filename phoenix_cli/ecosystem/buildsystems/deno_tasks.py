"""The tasks of a deno.json: commands, and the server that one of them starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from phoenix_cli.ecosystem.buildsystems import node_ports, node_scripts
from phoenix_cli.ecosystem.buildsystems.node_script_calls import MAX_LENGTH
from phoenix_cli.ecosystem.buildsystems.node_script_texts import is_demo, is_docs
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Service
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_in_line

_CALL = re.compile(r"\bdeno task (?:-q )?([\w:-]+)")
_ELSEWHERE = re.compile(r"--cwd\b|\bcd\s")
_SERVES = re.compile(r"\bdeno serve\b|\bDeno\.serve\b|\bserve\(|\.listen\(|\bfresh\b|\bApp\(\)|\boak\b")
_VITE = re.compile(r"\bvite(?![-\w./:@])(?!\s+(?:build|preview))")
_FRESH = re.compile(r"[\"'](?:\$fresh/|@fresh/core|fresh)[\"']\s*:")
_RUNS = re.compile(r"\bdeno (?:run|serve)\b.*?([\w./-]+\.[jt]sx?)\b")


def commands(folder: Folder, file: str) -> Iterator[Command]:
    """Yield a command for each task; a task is text, or an object with a command and tasks that it depends on."""
    texts = _texts(folder.json(file).get("tasks"))
    scope = folder.path
    for name, text in texts.items():
        judged = node_scripts.judge(
            name, _CALL.sub(lambda call: texts.get(call.group(1), call.group(0)), text)[:MAX_LENGTH]
        )
        if judged is not None:
            source = folder.evidence(file, "deno.task", f'"{name}"')
            yield Command(
                command_name("deno", name, scope), judged[0], ("deno", "task", name), folder.path, source,
                origin="script", confidence=round(judged[1], 2), text=text,
            )  # fmt: skip


def _texts(tasks: Any) -> dict[str, str]:
    found = {}
    for name, task in tasks.items() if isinstance(tasks, dict) else ():
        text = task.get("command", "deno task") if isinstance(task, dict) else task
        if isinstance(text, str):
            found[str(name)] = text
    return found


def services(folder: Folder, offered: Sequence[Command], name: str) -> Iterator[Service]:
    """Yield the one service that a ``start`` or ``dev`` task runs."""
    candidates = [one for one in offered if one.role in ("start", "dev") and one.confidence >= 0.5 and one.text]
    for command in sorted(candidates, key=lambda one: (one.role != "start", -one.confidence)):
        if _ELSEWHERE.search(command.text) or is_demo(command.text) or is_docs(command.text):
            continue
        source = _source(folder, command.text)
        served = _SERVES.search(command.text + source) or _FRESH.search(
            folder.text(command.source.file.rpartition("/")[2])
        )
        if not _VITE.search(command.text) and not served:
            continue
        default = 5173 if _VITE.search(command.text) else 8000
        port = port_in_line(command.text) or node_ports.in_source(folder, command.text) or default
        label = name.rpartition("/")[2] or folder.name or "web"
        yield Service(label, command.source, folder.path, command.argv, port=port, confidence=0.8)
        return


def _source(folder: Folder, text: str) -> str:
    """Return the beginning of the file that a task runs."""
    found = _RUNS.search(text)
    return folder.files.head(folder.join(found.group(1).removeprefix("./")), 16_384) if found else ""
