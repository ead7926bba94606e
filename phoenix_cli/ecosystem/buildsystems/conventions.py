"""Make the commands that a tool offers by convention, with what all commands of one component share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phoenix_cli.ecosystem.commands import command_name, role_of
from phoenix_cli.ecosystem.facts import Command, Evidence, Origin, Role
from phoenix_cli.ecosystem.files import Folder


@dataclass(frozen=True, slots=True)
class Conventions:
    """The commands of one (folder, system): named ``system:task``, ``system:scope:task`` below the root.

    ``source`` is the evidence for commands that show none of their own, ``name`` the manifest's name (the scope below the
    root), ``run_dir`` the folder to run in when it is not the component's own (a Gradle subproject runs from the root).
    """

    system: str
    folder: Folder
    source: Evidence
    name: str = ""
    run_dir: str | None = None

    def command(
        self,
        task: str,
        *argv: str,
        role: Role | None = None,
        confidence: float = 0.7,
        origin: Origin = "default",
        locked: Sequence[str] | None = None,
        offline: Sequence[str] | None = None,
        source: Evidence | None = None,
        text: str = "",
        dynamic: bool = False,
    ) -> Command:
        """Return one command; its role is judged by the task's name unless given."""
        scope = (self.name or self.folder.path) if self.folder.path else ""
        return Command(
            command_name(self.system, task, scope),
            role or role_of(task),
            argv,
            self.folder.path if self.run_dir is None else self.run_dir,
            source or self.source,
            origin=origin,
            confidence=confidence,
            locked=tuple(locked) if locked else None,
            offline=tuple(offline) if offline else None,
            dynamic=dynamic,
            text=text,
        )
