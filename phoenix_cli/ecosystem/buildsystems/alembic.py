"""Alembic (row 83): migrations of the Python project at or above alembic.ini; a component only where there is no such project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from phoenix_cli.ecosystem.buildsystems.ini_files import ini
from phoenix_cli.ecosystem.buildsystems.python_voice import main_voice
from phoenix_cli.ecosystem.buildsystems.python_workspaces import project_above
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield ``alembic upgrade head`` as the project's command that migrates its database."""
    if "alembic" not in ini(folder, "alembic.ini"):
        return
    source = folder.evidence("alembic.ini", "alembic.file", "[alembic]")
    above = project_above(folder.files, folder.path)
    run = main_voice(above).run if above is not None else ()
    command = Command(
        "", "other", (*run, "alembic", "upgrade", "head"), folder.path, source, origin="framework", confidence=0.8
    )
    if above is None:
        command = replace(command, name=command_name("alembic", "migrate", folder.path))
        yield Component(folder.path, "alembic", "python", 0.8, (source,), commands=(command,))
        return
    voice = main_voice(above)
    choice = next(one for one in above.choices if one.system == voice.system)
    command = replace(command, name=command_name(voice.system, "migrate", folder.path))
    yield Component(
        above.project.folder.path,
        voice.system,
        "python",
        choice.confidence,
        choice.evidence[:1],
        commands=(command,),
        member=above.member,
    )
