"""Import one repository: look at it, get it whole, put it into place and on the list in one transaction."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem.imports import journal
from phoenix_cli.ecosystem.imports.model import Imported, Item, Phase, Progress, Report, Status
from phoenix_cli.ecosystem.imports.places import aside_of, candidate_paths, delete_tree, free_name, free_path, its_turn
from phoenix_cli.ecosystem.imports.updating import Updater
from phoenix_cli.ecosystem.repositories import (
    Repository,
    detection_key,
    insert,
    keep_detection,
    main_systems,
    stored_detection,
)
from phoenix_cli.ecosystem.trees import FolderTree, Tree
from phoenix_cli.ecosystem.version import DETECTOR_VERSION
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Conflict, PhoenixError
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.cloning import Clone, check_out, probe, put_in_place, tree_of
from phoenix_cli.vcs.repository import Head, head_of
from phoenix_cli.vcs.runner import Git

Detected = dict[str, Any]
_PERCENT = re.compile(r"^(?:remote: )?(?P<what>[A-Z][A-Za-z ]+): +(?P<percent>\d+)%")


class Importer:
    """Imports for one call. Its threads share one database connection, so each use of it is under ``turn``."""

    def __init__(
        self, *, state: State, events: Events, home: Home, git: Git, clock: Clock, report: Report, total: int
    ) -> None:
        self.state = state
        self.events = events
        self.home = home
        self.git = git
        self.clock = clock
        self.batch = ""
        self.turn = threading.RLock()
        self._report = report
        self._done = 0
        self._total = total
        self._fresh = not state.exists()
        self._begun: Future[dict[str, str]] | None = None

    def begin(self, batch: str, items: Sequence[Item], pool: Executor) -> dict[str, str]:
        """Open the journal for a batch; return the ids of what an interrupted one has done, by key.

        In a new home nothing can be there, so the first clones need not wait until its database is made (0.1 s).
        """
        self.batch = batch
        self._begun = pool.submit(self._begin, items)
        return {} if self._fresh else self._begun.result()

    def _begin(self, items: Sequence[Item]) -> dict[str, str]:
        with self.turn:
            return journal.begin(self.state, self.clock, self.batch, items)

    def bring(self, item: Item, updater: Updater | None = None) -> Imported:
        """Import a repository. One that is here already is synced when an updater is given, else a ``Conflict``."""
        with its_turn(self.home, item.key):
            known = self._find(item.key)
            if known is None:
                return self._bring(item)
            if updater is None:
                raise already_here(known)
            if item.wish.revision not in ("", known.branch, known.commit):
                raise on_another_branch(known, item)
            self.tell(item, "fetching")
            synced = updater.update(known, item.wish.source, self._listener(item, "fetching"))
            return self.recall(known.id, synced.status)

    def updater(self) -> Updater:
        """Return an updater that takes turns with this importer."""
        return Updater(state=self.state, events=self.events, git=self.git, clock=self.clock, turn=self.turn)

    def _find(self, key: str) -> Repository | None:
        if self._fresh:
            return None
        with self.turn:
            row = self.state.read_one("SELECT * FROM repos WHERE key = ?", (key,))
        return Repository.from_row(row) if row else None

    def _bring(self, item: Item) -> Imported:
        aside = aside_of(self.home, item.key)
        try:
            self.tell(item, "cloning")
            clone = probe(self.git, item.wish, aside, self._listener(item, "cloning"))
            head, detection = self._look(clone, item)
            self.tell(item, "detected", told(detection))
            probed = clone
            clone = check_out(self.git, clone, self._listener(item, "checking out"))
            if (
                probed.lazy and (now := head_of(self.git, clone.place)).tree != head.tree
            ):  # cloned again, and it had moved
                head, detection = now, self._detection(FolderTree(clone.folder, now.commit), now, item)
            return self._keep(item, clone, head, detection)
        finally:
            delete_tree(aside)

    def _look(self, clone: Clone, item: Item) -> tuple[Head, Detected]:
        if clone.checked_out:
            head = head_of(self.git, clone.place)
            return head, self._detection(FolderTree(clone.folder, head.commit), head, item)
        with tree_of(self.git, clone) as tree:
            return tree.head, self._detection(tree, tree.head, item)

    def _detection(self, tree: Tree, head: Head, item: Item) -> Detected:
        if head.tree and not self._fresh:  # the same tree may have been here before
            key = detection_key(head.tree, candidate_paths(self.home, item.wish.source)[0])
            with self.turn:
                stored = stored_detection(self.state, key, DETECTOR_VERSION)
            if stored is not None:
                return stored
        from phoenix_cli.ecosystem.detect import detect
        from phoenix_cli.ecosystem.detection_json import detection_to_json

        return detection_to_json(detect(tree, item.wish.source.name))

    def _keep(self, item: Item, clone: Clone, head: Head, detection: Detected) -> Imported:
        """Put a whole clone into place and on the list: when the one fails, so does the other, and a kill between them
        leaves a folder that the journal names."""
        path = self._claim(item)
        try:
            here = self._list(item, clone, head, detection, path)
        except BaseException:
            with self.turn, self.state.write() as connection:
                journal.note_path(connection, self.batch, item.key, None)
            raise
        return Imported(
            here.id, here.name, here.url, str(here.path), here.commit, "imported", len(detection["components"])
        )

    def _claim(self, item: Item) -> Path:
        assert self._begun is not None
        self._begun.result()
        with self.turn, self.state.write() as connection:
            row = connection.execute("SELECT * FROM repos WHERE key = ?", (item.key,)).fetchone()
            if row:
                raise already_here(Repository.from_row(row))
            path = free_path(connection, self.home, item.wish.source)
            journal.note_path(connection, self.batch, item.key, path)
        return path

    def _list(self, item: Item, clone: Clone, head: Head, detection: Detected, path: Path) -> Repository:
        source, now = item.wish.source, self.clock.now()
        placed = False
        try:
            with self.turn, self.state.write() as connection:
                here = Repository(
                    id=new_id("repo", now), name=free_name(connection, source), key=item.key, url=source.url,
                    owner=source.owner, path=path, branch=head.branch, commit=head.commit,
                    tree=detection_key(head.tree, path) if head.tree else None, imported_at=iso(now), updated_at=iso(now),
                )  # fmt: skip
                insert(connection, here)
                if here.tree:
                    keep_detection(connection, here.tree, DETECTOR_VERSION, detection, iso(now))
                journal.note_done(connection, self.batch, item.key, here.id)
                self.events.append(
                    connection, "ecosystem.import", here.id,
                    arguments={"source": source.url, "revision": item.wish.revision, "depth": item.wish.depth},
                    after={"name": here.name, "path": str(path), "commit": head.commit},
                )  # fmt: skip
                put_in_place(clone, path)
                placed = True
        except BaseException:
            if placed:  # and the commit failed
                delete_tree(path)
            raise
        return here

    def recall(self, repo_id: str, status: Status = "imported") -> Imported:
        """Return what is on the list under an id."""
        with self.turn:
            row = self.state.read_one("SELECT * FROM repos WHERE id = ?", (repo_id,))
            assert row is not None
            here = Repository.from_row(row)
            stored = stored_detection(self.state, here.tree, DETECTOR_VERSION) if here.tree else None
        count = len(stored["components"]) if stored else 0
        return Imported(here.id, here.name, here.url, str(here.path), here.commit, status, count)

    def tell(self, item: Item, phase: Phase, detail: str = "", percent: int | None = None) -> None:
        """Report a step, one at a time."""
        with self.turn:
            self._report(Progress(item.typed, phase, detail, percent, self._done, self._total))

    def tell_end(self, item: Item, result: Imported | PhoenixError) -> None:
        """Report how one has ended."""
        self._done += 1
        failed = isinstance(result, PhoenixError)
        self.tell(item, "failed" if failed else "done", result.message if failed else result.name)  # type: ignore[union-attr]

    def _listener(self, item: Item, phase: Phase) -> Callable[[str], None]:
        def listen(line: str) -> None:
            if found := _PERCENT.match(line):
                self.tell(item, phase, found["what"].lower(), int(found["percent"]))

        return listen


def told(detection: Detected) -> str:
    """Say in a few words what a repository is."""
    systems = main_systems(detection)
    return ", ".join(systems[:4]) + (", ..." if len(systems) > 4 else "") if systems else "no build system"


def already_here(known: Repository) -> Conflict:
    """Return the error for a second import."""
    return Conflict(
        f"{known.name} is imported already",
        code="ecosystem.already_imported",
        cause=f"{known.url} is at {known.path}",
        hints=(f"phoenix ecosystem sync {known.name}", f"phoenix ecosystem show {known.name}"),
        details={"id": known.id, "name": known.name, "path": str(known.path)},
    )


def on_another_branch(known: Repository, item: Item) -> Conflict:
    """Return the error for an update to a branch that is not the one that is here."""
    return Conflict(
        f"{known.name} is imported at {known.branch or (known.commit or '')[:12]}, not {item.wish.revision}",
        code="ecosystem.other_branch",
        hints=(f"git -C {known.path} fetch origin {item.wish.revision}", "without --branch to update what is here"),
    )
