"""Arguments that several verbs share, and what the shell completes for them. Completion reads SQLite, never the network."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import typer


def complete_repos(incomplete: str) -> Iterator[str]:
    """Complete names of imported repositories."""
    yield from _names("SELECT name FROM repos WHERE name LIKE ? || '%' ORDER BY name", incomplete)


def complete_commands(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete command names of the repository that stands before."""
    query = (
        "SELECT json_extract(command.value, '$.name') FROM repos JOIN detections USING (tree_id),"
        " json_each(body, '$.components') AS component, json_each(component.value, '$.commands') AS command"
        " WHERE repos.name = ? AND json_extract(command.value, '$.name') LIKE ? || '%'"
    )
    yield from _names(query, ctx.params.get("repo") or "", incomplete)


def complete_services(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete services of the repository that stands before."""
    query = (
        "SELECT DISTINCT json_extract(service.value, '$.name') FROM repos JOIN detections USING (tree_id),"
        " json_each(body, '$.services') AS service"
        " WHERE repos.name = ? AND json_extract(service.value, '$.name') LIKE ? || '%'"
    )
    yield from _names(query, ctx.params.get("repo") or "", incomplete)


def _names(query: str, *words: str) -> Iterator[str]:
    from phoenix_cli.kernel.paths import default_home

    path = default_home(os.environ, Path.home()) / "phoenix.db"
    with contextlib.suppress(sqlite3.Error):  # nothing to complete is an answer, too
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0.2)
        with contextlib.closing(connection):
            found = [row[0] for row in connection.execute(query, words)]
        # LIKE takes _ for any character, and a tree may be known to several versions of the detector.
        yield from dict.fromkeys(name for name in found if name.startswith(words[-1]))


REPO = typer.Argument(help="A repository: its name, id, or owner/repo.", autocompletion=complete_repos)
