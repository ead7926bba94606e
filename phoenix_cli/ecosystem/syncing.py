"""The operation that syncs imported repositories with where they came from."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.ecosystem.imports import journal
from phoenix_cli.ecosystem.imports.batch import Batch, default_jobs
from phoenix_cli.ecosystem.imports.model import NotImported, Progress, Report, joint_error, say_nothing
from phoenix_cli.ecosystem.imports.places import its_turn
from phoenix_cli.ecosystem.imports.updating import Synced, Updater
from phoenix_cli.ecosystem.repositories import Repository, all_repositories, find
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import PhoenixError
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git
from phoenix_cli.vcs.sources import Source, parse_source


@dataclass(frozen=True, slots=True)
class SyncResult:
    """Every repository that was asked for: how it is now, or why it could not be synced."""

    items: tuple[Synced, ...]
    failed: tuple[NotImported, ...]

    @property
    def error(self) -> PhoenixError | None:
        """Return the error that the whole call comes to, None without any."""
        return joint_error([one.error for one in self.failed], len(self.items) + len(self.failed), "synced")


def sync_repositories(
    *,
    state: State,
    events: Events,
    home: Home,
    git: Git,
    clock: Clock,
    repos: Sequence[str] = (),
    jobs: int | None = None,
    report: Report = say_nothing,
) -> SyncResult:
    """Sync imported repositories, all of them when none is named: fetch, move to the newest commit, look at it again.

    Work that is only here is kept: changed files or commits of one's own are a ``Conflict`` for that repository. A change
    of the files that define its commands takes its trust away. Raises ``NotFound`` for a word that names none.
    """
    wanted = list(dict.fromkeys(find(state, word) for word in repos)) if repos else all_repositories(state)
    turn = threading.RLock()
    updater = Updater(state=state, events=events, git=git, clock=clock, turn=turn)
    told = _Told(report, turn, len(wanted))

    def sync_one(here: Repository) -> Synced:
        told.step(here, "")
        with its_turn(home, here.key):
            return updater.update(here, source_of(here), lambda line: told.step(here, line.strip()))

    journal.clear(state, home)
    if not wanted:
        return SyncResult((), ())
    work = Batch(
        sync_one, lambda here: source_of(here).host, git=git, clock=clock, jobs=jobs or default_jobs(),
        retrying=told.step, finished=told.end,
    )  # fmt: skip
    with git.guarded():
        results = work.run(wanted)
    pairs = list(zip(wanted, results, strict=True))
    return SyncResult(
        tuple(result for _, result in pairs if isinstance(result, Synced)),
        tuple(NotImported(here.name, result) for here, result in pairs if isinstance(result, PhoenixError)),
    )


def source_of(here: Repository) -> Source:
    """Return where a repository came from."""
    return parse_source(here.url, cwd=Path("/"))


class _Told:
    """Tells the progress of several repositories, one step at a time."""

    def __init__(self, report: Report, turn: AbstractContextManager[object], total: int) -> None:
        self._report = report
        self._turn = turn
        self._done = 0
        self._total = total

    def step(self, here: Repository, detail: str) -> None:
        with self._turn:
            self._report(Progress(here.name, "fetching", detail, None, self._done, self._total))

    def end(self, here: Repository, result: Synced | PhoenixError) -> None:
        with self._turn:
            self._done += 1
            failed = isinstance(result, PhoenixError)
            detail = result.message if failed else result.status  # type: ignore[union-attr]
            self._report(Progress(here.name, "failed" if failed else "done", detail, None, self._done, self._total))


__all__ = ["SyncResult", "source_of", "sync_repositories"]
