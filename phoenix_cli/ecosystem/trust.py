"""How much a repository may do here: inspect, sandboxed or trusted.

A level above inspect is bound to the content of the files that define the repository's commands. When one of them changes,
by a sync or by anything else, the level is inspect again until a person has seen the difference.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from phoenix_cli.ecosystem.repositories import Repository
from phoenix_cli.ecosystem.trees import FolderTree
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Refused
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.state import State

Level = Literal["inspect", "sandboxed", "trusted"]

#: Files that change what a tool does without being a component's evidence.
_TOOL_SETTINGS = (
    ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".cargo/config.toml", ".mvn/extensions.xml", ".mvn/jvm.config",
    ".mvn/maven.config", "gradle/wrapper/gradle-wrapper.properties", "gradle.properties", "pip.conf", "uv.toml",
    "rust-toolchain.toml", ".envrc", "build.rs", "conftest.py", "NuGet.config", ".bundle/config",
)  # fmt: skip
_MAX_FILE = 64_000_000


@dataclass(frozen=True, slots=True)
class Trust:
    """What a repository may do now. ``changed`` are the files that took a given level away again."""

    level: Level
    given: Level
    changed: tuple[str, ...] = ()
    since: str | None = None
    commit: str | None = None


def trust_of(state: State, repository: Repository) -> Trust:
    """Return the level that holds at this moment, by the files as they are on disk."""
    row = state.read_one("SELECT * FROM trusts WHERE repo_id = ?", (repository.id,))
    if row is None:
        return Trust("inspect", "inspect")
    noted: dict[str, str] = json.loads(row["files"])
    now = digests(repository.path, noted)
    changed = tuple(sorted(path for path, digest in noted.items() if now[path] != digest))
    level: Level = "inspect" if changed else row["level"]
    return Trust(level, row["level"], changed, row["trusted_at"], row["commit_id"])


def give(
    *, state: State, events: Events, clock: Clock, repository: Repository, detection: dict[str, Any], level: Level
) -> Trust:
    """Set a repository's level, bound to the files that define its commands as they are now."""
    before = trust_of(state, repository).level
    files = digests(repository.path, defining_files(detection))
    now = iso(clock.now())
    with state.write() as connection:
        connection.execute("DELETE FROM trusts WHERE repo_id = ?", (repository.id,))
        if level != "inspect":
            connection.execute(
                "INSERT INTO trusts (repo_id, level, files, commit_id, trusted_at, actor) VALUES (?, ?, ?, ?, ?, ?)",
                (repository.id, level, json.dumps(files), repository.commit, now, events.actor),
            )
        events.append(connection, "ecosystem.trust", repository.id, before=before, after=level)
    return trust_of(state, repository)


def drop_if_changed(*, state: State, events: Events, repository: Repository) -> Trust | None:
    """After a sync: take a level away whose files changed, and return what it was; None when it still holds."""
    trust = trust_of(state, repository)
    if not trust.changed:
        return None
    with state.write() as connection:
        connection.execute("DELETE FROM trusts WHERE repo_id = ?", (repository.id,))
        events.append(
            connection, "ecosystem.trust", repository.id, before=trust.given, after="inspect",
            arguments={"changed": list(trust.changed)},
        )  # fmt: skip
    return trust


def refuse(repository: Repository, trust: Trust, verb: str) -> Refused:
    """Return the error for something that would run code of a repository at level inspect."""
    cause = "imported code is not run before you say so"
    if trust.changed:
        cause = f"it was {trust.given}, but these files changed since: {', '.join(trust.changed[:5])}"
        cause += " ..." if len(trust.changed) > 5 else ""
    return Refused(
        f"{repository.name} is not trusted, so nothing of it is run",
        code="ecosystem.untrusted",
        cause=cause,
        hints=(
            f"phoenix ecosystem {verb} --sandbox    own home, no secrets, no network",
            f"phoenix ecosystem {verb} --trust      as you, from now on",
        ),
    )


def defining_files(detection: dict[str, Any]) -> list[str]:
    """Return every file that a command, a component or a service of a detection rests on."""
    found = set(_TOOL_SETTINGS)
    for component in detection["components"]:
        found.update(evidence["file"] for evidence in component["evidence"])
        found.update(command["source"]["file"] for command in component["commands"])
    found.update(service["source"]["file"] for service in detection["services"])
    return sorted(found)


def digests(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return a digest of each file, "" for one that is not there. Links are not followed."""
    tree = FolderTree(root)
    found = {}
    for path in paths:
        data = tree.read(path, _MAX_FILE)
        found[path] = "" if data is None else hashlib.sha256(data).hexdigest()
    return found
