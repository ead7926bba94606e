"""cargo-make (row 29): the tasks of Makefile.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.cargo_workspaces import strings, table
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a Makefile.toml with its public tasks."""
    if "Makefile.toml" not in folder.names:
        return
    source = folder.evidence("Makefile.toml", "cargo-make.file", line=1)
    tasks = table(folder.toml("Makefile.toml").get("tasks"))
    make = Conventions("cargo-make", folder, source)
    commands = tuple(
        _command(make, folder, name, table(task)) for name, task in tasks.items() if not table(task).get("private")
    )
    yield Component(folder.path, "cargo-make", "rust", 0.95 if tasks else 0.5, (source,), commands)


def _command(make: Conventions, folder: Folder, name: str, task: dict[str, Any]) -> Command:
    text = _text(task)
    role, sure = judge(name, text)
    evidence = folder.evidence("Makefile.toml", "cargo-make.task", f"[tasks.{name}]")
    return make.command(
        name, "cargo", "make", name, role=role, confidence=sure, origin="runner", source=evidence, text=text
    )


def _text(task: dict[str, Any]) -> str:
    script = task.get("script")
    lines = [" ".join([str(task.get("command", "")), *strings(task.get("args"))]).strip()]
    lines += strings(script) if isinstance(script, list) else [script] if isinstance(script, str) else []
    needs = strings(task.get("dependencies"))
    return "\n".join(line for line in [*lines, f"deps: {' '.join(needs)}" if needs else ""] if line)
