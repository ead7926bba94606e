"""How commands of a Python project are spoken: the system that names them, its runner, and where they run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.python_project import Project
from phoenix_cli.ecosystem.buildsystems.python_workspaces import Placed, python_projects
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Evidence, Origin, Role
from phoenix_cli.ecosystem.files import Files

#: What a manager puts before a tool of its environment.
RUNNERS = {
    "uv": ("uv", "run"),
    "poetry": ("poetry", "run"),
    "pdm": ("pdm", "run"),
    "pipenv": ("pipenv", "run"),
    "pixi": ("pixi", "run"),
    "hatch": ("hatch", "run"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """A project, the system that speaks for it, and the runner before its tools."""

    project: Project
    system: str
    run: tuple[str, ...]
    scope: str

    def tool(self, *argv: str) -> tuple[str, ...]:
        """Return a tool's call, through the runner where the project's environment has the tool."""
        known = self.project.dependencies | self.project.development
        return (*self.run, *argv) if argv[0] in known else argv

    def command(
        self, task: str, role: Role, argv: tuple[str, ...], source: Evidence, confidence: float,
        origin: Origin = "default", dir: str | None = None, text: str = "",
        locked: tuple[str, ...] | None = None, offline: tuple[str, ...] | None = None,
    ) -> Command:  # fmt: skip
        """Return a command of this project."""
        return Command(
            command_name(self.system, task, self.scope), role, argv, self.project.folder.path if dir is None else dir, source,
            origin=origin, confidence=confidence, locked=locked, offline=offline, text=text,
        )  # fmt: skip


def voice_of(placed: Placed, system: str) -> Voice:
    """Return the voice of one of a project's systems; only the manager of its dependencies lends a runner."""
    project = placed.project
    managed = any(choice.system == system and choice.manager for choice in placed.choices)
    return Voice(project, system, RUNNERS.get(system, ()) if managed else (), _scope(project))


def main_voice(placed: Placed) -> Voice:
    """Return the voice for what is no system's own: the manager's, else the one that packs the project."""
    packs = [choice.system for choice in placed.choices if choice.system not in ("pip", "conda")]
    managers = [choice.system for choice in placed.choices if choice.manager and choice.system in RUNNERS]
    return voice_of(placed, (managers or packs or [placed.choices[0].system])[0])


def _scope(project: Project) -> str:
    if not project.folder.path:
        return ""
    unique = project.folder.files.once(_name_counts)[project.name] == 1
    return project.name if project.name and unique else project.folder.path


def _name_counts(files: Files) -> Counter[str]:
    return Counter(placed.project.name for placed in python_projects(files).values())
