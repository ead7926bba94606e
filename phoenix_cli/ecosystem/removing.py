"""The operation that removes an imported repository: off the list at once, its folder aside, then deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.ecosystem.imports import journal
from phoenix_cli.ecosystem.imports.places import aside_of, delete_tree, its_turn
from phoenix_cli.ecosystem.repositories import Repository, find
from phoenix_cli.ecosystem.runs import runs_of
from phoenix_cli.ecosystem.services import store
from phoenix_cli.ecosystem.serving import stop_services
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import PhoenixError, Refused, Unavailable
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.working_copy import working_state


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed. ``deleted`` is false when its folder was not in Phoenix's own, so that it stays."""

    id: str
    name: str
    path: str
    deleted: bool


def remove_repository(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    git: Git,
    repo: str,
    force: bool = False,
    dry_run: bool = False,
) -> Removed:
    """Remove an imported repository with its checkout, and what is known about it; the event log keeps that it was here.

    Raises ``Refused`` when something of it runs, or when it holds work that is nowhere else; with ``force`` its services
    are stopped and the work is deleted with it. With ``dry_run`` nothing is changed, and all is checked.
    """
    here = find(state, repo)
    with its_turn(home, here.key):
        here = find(state, here.id)
        obstacles = list(_running(here, state, events, clock)) + list(_only_here(here, git))
        if obstacles and not force:
            raise Refused(
                f"{here.name} is not removed: {obstacles[0]}", code="ecosystem.in_use", cause="; ".join(obstacles[1:]),
                hints=(f"phoenix ecosystem remove {here.name} --force   removes it all the same",),
                details={"obstacles": obstacles},
            )  # fmt: skip
        if dry_run:
            return Removed(here.id, here.name, str(here.path), home.repos in here.path.parents)
        ours = home.repos in here.path.parents
        if not dry_run:
            stop_services(state=state, events=events, home=home, clock=clock, repo=here.id)
            _take_off_the_list(here, ours, state, events, clock)
            if ours:
                _delete(here, state, home)
    return Removed(here.id, here.name, str(here.path), ours)


def _running(here: Repository, state: State, events: Events, clock: Clock) -> Iterator[str]:
    for service in store.all_of(state, here.id):
        if service.active:
            yield f"its service {service.name} is {service.status}"
    for run in runs_of(state, events, clock, here.id, limit=5):
        if run.status == "running":
            yield f"{run.command} is running ({run.id})"


def _only_here(here: Repository, git: Git) -> Iterator[str]:
    """Say what would be lost: changed and new files, commits and stashes that no remote has."""
    if not (here.path / ".git").is_dir():
        return
    place = Place.of(here.path)
    try:
        state = working_state(git, place)
        kept = _own_commits(here, git, place) if state.commit else 0
        stashes = git.ask("rev-parse", "--verify", "--quiet", "refs/stash", at=place).code == 0
    except PhoenixError as error:
        yield f"git cannot tell what is in it ({error.cause or error.message})"
        return
    if state.changed or state.untracked:
        yield f"{state.changed} changed and {state.untracked} new files are not committed"
    if kept:
        yield f"{kept} commits are only here"
    if stashes:
        yield "it has stashes"


def _own_commits(here: Repository, git: Git, place: Place) -> int:
    """Count commits that no remote branch has; a tag or commit that was imported need not be on one, either."""
    known = [here.commit] if here.commit else []
    return int(git.run("rev-list", "--count", "--branches", "HEAD", "--not", "--remotes", *known, at=place))


def _take_off_the_list(here: Repository, ours: bool, state: State, events: Events, clock: Clock) -> None:
    with state.write() as connection:
        connection.execute("DELETE FROM repos WHERE id = ?", (here.id,))
        connection.execute("DELETE FROM import_journal WHERE repo_id = ?", (here.id,))
        if ours:
            journal.note_removal(connection, clock, here.key, here.path)
        events.append(
            connection, "ecosystem.remove", here.id,
            before={"name": here.name, "url": here.url, "path": str(here.path), "commit": here.commit},
        )  # fmt: skip


def _delete(here: Repository, state: State, home: Home) -> None:
    aside = aside_of(home, here.key)
    try:
        delete_tree(aside)
        if os.path.lexists(here.path):
            aside.parent.mkdir(parents=True, exist_ok=True)
            os.rename(here.path, aside)
        _remove_empty(here.path.parent, home.repos)
        journal.close(state, journal.REMOVAL, here.key)
        delete_tree(aside)
        delete_tree(home.cache / "homes" / here.id)
    except OSError as error:
        raise Unavailable(
            f"{here.name} is off the list, but its folder cannot be deleted", code="ecosystem.not_deleted",
            cause=f"{error.strerror}: {error.filename}", hints=(f"delete it yourself: {aside}",),
        ) from None  # fmt: skip


def _remove_empty(folder: Path, stop: Path) -> None:
    with suppress(OSError):  # the first that is not empty ends it
        while folder != stop and stop in folder.parents:
            folder.rmdir()
            folder = folder.parent
