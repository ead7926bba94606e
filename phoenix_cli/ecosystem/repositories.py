"""Imported repositories as rows: find one by what a person types, list them, know what was detected in them."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean
from phoenix_cli.kernel.state import State


@dataclass(frozen=True, slots=True)
class Repository:
    """One imported repository. ``key`` is its canonical source (``github.com/owner/name``), ``path`` its checkout,
    ``tree`` the key of its detection."""

    id: str
    name: str
    key: str
    url: str
    owner: str
    path: Path
    branch: str | None
    commit: str | None
    tree: str | None
    imported_at: str
    updated_at: str

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Repository:
        """Read a row of ``repos``."""
        return cls(
            id=row["id"],
            name=row["name"],
            key=row["key"],
            url=row["url"],
            owner=row["owner"],
            path=Path(row["path"]),
            branch=row["branch"],
            commit=row["commit_id"],
            tree=row["tree_id"],
            imported_at=row["imported_at"],
            updated_at=row["updated_at"],
        )


def find(state: State, word: str) -> Repository:
    """Return the one repository that a word means: its name, id, ``owner/repo``, key, or a unique beginning of its id.

    Raises ``NotFound`` with a near name, ``Usage`` when several fit.
    """
    if not state.exists():
        raise _unknown(word, [])
    rows = state.read(
        "SELECT * FROM repos WHERE name = :word OR id = :word OR key = :word OR substr(key, -length(:word) - 1) = '/' || :word"
        " OR (owner <> '' AND owner || '/' || name = :word)",
        {"word": word},
    )
    if not rows and len(word) >= 4:
        prefix = word if word.startswith("repo_") else f"repo_{word}"
        rows = state.read("SELECT * FROM repos WHERE substr(id, 1, ?) = ?", (len(prefix), prefix))
    if len(rows) > 1:
        exact = [row for row in rows if row["name"] == word]
        if len(exact) != 1:
            names = ", ".join(sorted(row["name"] for row in rows))
            raise Usage(f"{word!r} fits several repositories", code="ecosystem.ambiguous", cause=names)
        rows = exact
    if not rows:
        raise _unknown(word, [row["name"] for row in state.read("SELECT name FROM repos")])
    return Repository.from_row(rows[0])


def _unknown(word: str, names: list[str]) -> NotFound:
    hints = (*did_you_mean(word, names), "phoenix ecosystem list" if names else f"phoenix ecosystem import {word}")
    return NotFound(f"no repository {word!r} here", code="ecosystem.repo_not_found", hints=hints)


def all_repositories(state: State) -> list[Repository]:
    """Return every imported repository, by name; none when there is no state yet."""
    if not state.exists():
        return []
    return [Repository.from_row(row) for row in state.read("SELECT * FROM repos ORDER BY name")]


def insert(connection: sqlite3.Connection, here: Repository) -> None:
    """Add a repository to the list, in the caller's transaction."""
    connection.execute(
        "INSERT INTO repos (id, name, key, url, owner, path, branch, commit_id, tree_id, imported_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            here.id,
            here.name,
            here.key,
            here.url,
            here.owner,
            str(here.path),
            here.branch,
            here.commit,
            here.tree,
            here.imported_at,
            here.updated_at,
        ),
    )


def main_systems(detection: dict[str, Any]) -> list[str]:
    """Return the systems that a repository is built with, the most telling first: not those of its examples, tests or docs."""
    own = [one for one in detection["components"] if one["place"] in ("root", "member", "nested")]
    return list(dict.fromkeys(one["system"] for one in by_weight(own or detection["components"], detection)))


def by_weight(components: list[dict[str, Any]], detection: dict[str, Any]) -> list[dict[str, Any]]:
    """Sort components for people: those with a primary command, in the order of the roles, then those with any role."""
    primary = [name for name in detection.get("primary", {}).values() if name]

    def weight(component: dict[str, Any]) -> tuple[int, int]:
        roles = {command["name"]: command.get("role", "other") for command in component["commands"]}
        at = [number for number, name in enumerate(primary) if name in roles]
        return min(at, default=len(primary)), 2 if not roles else int(set(roles.values()) == {"other"})

    return sorted(components, key=weight)


def detection_key(tree: str, place: Path) -> str:
    """Return the key under which the detection of a tree is kept for one place.

    Not the tree's id alone: nobody checks that the objects in a folder's ``.git`` are what their names say, so a hostile
    one could tell what the commands of another repository are.
    """
    return f"{tree}.{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"


def keep_detection(
    connection: sqlite3.Connection, tree: str, version: int, detection: dict[str, Any], made_at: str
) -> None:
    """Keep the documented JSON under its key; a detection is a function of the tree, so an older row is as good."""
    connection.execute(
        "INSERT OR IGNORE INTO detections (tree_id, version, body, systems, made_at) VALUES (?, ?, ?, ?, ?)",
        (tree, version, json.dumps(detection), json.dumps(main_systems(detection)), made_at),
    )


def stored_detection(state: State, tree: str, version: int) -> dict[str, Any] | None:
    """Return the documented JSON that was kept under a key, None when this detector has not seen it."""
    row = state.read_one("SELECT body FROM detections WHERE tree_id = ? AND version = ?", (tree, version))
    if row is None:
        return None
    body: dict[str, Any] = json.loads(row["body"])
    return body
