"""Bring one repository up to date: its files, what is known of it, and whether it is still trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from phoenix_cli.ecosystem import trust
from phoenix_cli.ecosystem.repositories import Repository, detection_key, keep_detection, stored_detection
from phoenix_cli.ecosystem.version import DETECTOR_VERSION
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import NotFound
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.repository import Head
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import Source
from phoenix_cli.vcs.syncing import sync
from phoenix_cli.vcs.trees import GitTree

Detected = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CommandChanges:
    """Commands by name, before and after: which came, which went, which run something else now."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Synced:
    """One repository after a sync. ``untrusted_by`` are the files whose change took its level away, () when none did."""

    id: str
    name: str
    path: str
    status: Literal["updated", "unchanged"]
    before: str | None
    commit: str | None
    components: int
    commands: CommandChanges
    untrusted_by: tuple[str, ...] = ()


class Updater:
    """Updates for one call; ``turn`` is the lock under which its threads use the database."""

    def __init__(
        self, *, state: State, events: Events, git: Git, clock: Clock, turn: AbstractContextManager[object]
    ) -> None:
        self._state = state
        self._events = events
        self._git = git
        self._clock = clock
        self._turn = turn

    def update(self, here: Repository, source: Source, listen: Callable[[str], None] | None = None) -> Synced:
        """Sync a checkout and note what changed. The caller holds its lock. Raises what ``vcs.syncing.sync`` does."""
        if not (here.path / ".git").exists():
            raise NotFound(
                f"the folder of {here.name} is gone", code="ecosystem.folder_gone", cause=str(here.path),
                hints=(f"phoenix ecosystem remove {here.name} --yes", f"phoenix ecosystem import {here.url}"),
            )  # fmt: skip
        old = self._stored(here.tree)
        now = sync(self._git, Place.of(here.path), source, listen).after
        key = detection_key(now.tree, here.path) if now.tree else None
        new = self._stored(key) or self._look(here, now)
        if (now.commit, now.branch) == (here.commit, here.branch):
            return _synced(here, now.commit, "unchanged", new)
        self._note(here, now, key, new)
        lost = self._drop_trust(here)
        return _synced(here, now.commit, "updated", new, compare(old, new), lost)

    def _stored(self, key: str | None) -> Detected | None:
        with self._turn:
            return stored_detection(self._state, key, DETECTOR_VERSION) if key else None

    def _look(self, here: Repository, now: Head) -> Detected:
        from phoenix_cli.ecosystem.detect import detect
        from phoenix_cli.ecosystem.detection_json import detection_to_json

        with GitTree(self._git, Place.of(here.path), now.commit or "HEAD") as tree:
            return detection_to_json(detect(tree, str(here.path)))

    def _note(self, here: Repository, now: Head, key: str | None, detection: Detected) -> None:
        at = iso(self._clock.now())
        with self._turn, self._state.write() as connection:
            connection.execute(
                "UPDATE repos SET commit_id = ?, tree_id = ?, branch = ?, updated_at = ? WHERE id = ?",
                (now.commit, key, now.branch, at, here.id),
            )
            if key:
                keep_detection(connection, key, DETECTOR_VERSION, detection, at)
            self._events.append(connection, "ecosystem.sync", here.id, before=here.commit, after=now.commit)

    def _drop_trust(self, here: Repository) -> tuple[str, ...]:
        with self._turn:
            lost = trust.drop_if_changed(state=self._state, events=self._events, repository=here)
        return lost.changed if lost else ()


def _synced(
    here: Repository,
    commit: str | None,
    status: Literal["updated", "unchanged"],
    detection: Detected,
    commands: CommandChanges = CommandChanges(),
    lost: tuple[str, ...] = (),
) -> Synced:
    return Synced(
        here.id, here.name, str(here.path), status, here.commit, commit, len(detection["components"]), commands, lost
    )


def compare(old: Detected | None, new: Detected) -> CommandChanges:
    """Return how a repository's commands differ from before; nothing when it was not known before."""
    if old is None:
        return CommandChanges()
    before, after = _commands(old), _commands(new)
    return CommandChanges(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
    )


def _commands(detection: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {
        command["name"]: (command["argv"], command["dir"])
        for component in detection["components"]
        for command in component["commands"]
    }
