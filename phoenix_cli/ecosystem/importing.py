"""The operation that imports: read what was asked, take up what was interrupted, bring all of it."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from phoenix_cli.ecosystem.imports import journal
from phoenix_cli.ecosystem.imports.batch import Batch, default_jobs
from phoenix_cli.ecosystem.imports.importer import Importer
from phoenix_cli.ecosystem.imports.model import (
    Imported,
    ImportResult,
    Item,
    NotImported,
    Report,
    import_json,
    say_nothing,
)
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Conflict, PhoenixError, Usage
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.settings import Settings
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.cloning import Wish
from phoenix_cli.vcs.runner import Git
from phoenix_cli.vcs.source_lists import Wanted, read_source_list
from phoenix_cli.vcs.sources import parse_source, printable

#: Failures that the same command would meet again: they do not keep a batch open.
_SETTLED = frozenset({"ecosystem.already_imported"})


def import_repositories(
    *,
    state: State,
    events: Events,
    home: Home,
    git: Git,
    clock: Clock,
    settings: Settings,
    user_home: Path,
    sources: Sequence[str] = (),
    listing: str = "",
    listing_name: str = "the list",
    branch: str = "",
    depth: int | None = None,
    full: bool = False,
    jobs: int | None = None,
    update: bool = False,
    cwd: Path | None = None,
    report: Report = say_nothing,
) -> ImportResult:
    """Import repositories: ``owner/repo``, URLs or paths, and those of a list (one on a line, or a ``.repos`` file).

    Each stands or falls alone: what failed is in the result, with its error. One that is here already fails with
    ``Conflict``; with ``update`` it is synced. The same call again after an interruption does the rest, and tells those
    that were done as imported. ``depth`` is a number of commits, ``full`` the whole history; the default is the newest
    commit over a network, everything from a folder. Raises ``Usage`` when the request itself makes no sense.
    """
    _check(depth, full, jobs)
    wanted = [Wanted(word, branch) for word in sources]
    if listing:
        wanted += [Wanted(one.source, one.branch or branch) for one in read_source_list(listing, listing_name)]
    if not wanted:
        raise Usage(
            "nothing to import", hints=("phoenix ecosystem import owner/repo", "phoenix ecosystem import --from FILE")
        )
    forge, folder = settings.github_url, cwd or Path.cwd()
    asked = list(_read(wanted, 0 if full else depth, forge, folder, user_home))
    items = [one for one in asked if isinstance(one, Item)]
    found: dict[str, Imported | PhoenixError] = {}
    if items:
        importer = Importer(
            state=state, events=events, home=home, git=git, clock=clock, report=report, total=len(asked)
        )
        found = _bring(importer, items, jobs or default_jobs(), update)
    return _recorded(_result(asked, found), state, events)


def _check(depth: int | None, full: bool, jobs: int | None) -> None:
    if full and depth is not None:
        raise Usage("--full and --depth exclude each other")
    if depth is not None and depth < 1:
        raise Usage("--depth needs a number of commits, at least 1")
    if jobs is not None and jobs < 1:
        raise Usage("--jobs needs a number, at least 1")


def _read(
    wanted: Sequence[Wanted], depth: int | None, forge: str, cwd: Path, user_home: Path
) -> Iterator[Item | NotImported]:
    """Yield an item or a failure for each repository; one that is named twice in the same way counts once."""
    seen: dict[str, Item] = {}
    for one in wanted:
        typed = printable(one.source)
        try:
            source = parse_source(one.source, forge=forge, cwd=cwd, user_home=user_home)
        except Usage as error:
            yield NotImported(typed, error)
            continue
        item = Item(typed, Wish(source, one.branch, depth))
        first = seen.setdefault(item.key, item)
        if first is item:
            yield item
        elif first.wish.revision != item.wish.revision:
            yield NotImported(typed, Conflict(f"{typed} is asked for twice", code="ecosystem.asked_twice"))


def _bring(importer: Importer, items: list[Item], jobs: int, update: bool) -> dict[str, Imported | PhoenixError]:
    state, home, git, clock = importer.state, importer.home, importer.git, importer.clock
    batch = journal.batch_name(items)
    with git.guarded(), ThreadPoolExecutor(1) as aside, journal.taken_up(home, batch) as mine:
        journal.clear(state, home)
        batch = batch if mine else f"{batch}-{secrets.token_hex(4)}"
        done = importer.begin(batch, items, aside)
        aside.submit(importlib.import_module, "phoenix_cli.ecosystem.detect")  # while git works
        found: dict[str, Imported | PhoenixError] = {key: importer.recall(repo_id) for key, repo_id in done.items()}
        rest = [item for item in items if item.key not in found]
        updater = importer.updater() if update else None
        work = Batch(
            lambda item: importer.bring(item, updater), lambda item: item.host, git=git, clock=clock, jobs=jobs,
            retrying=lambda item, why: importer.tell(item, "retrying", why), finished=importer.tell_end,
        )  # fmt: skip
        found.update(zip((item.key for item in rest), work.run(rest), strict=True))
        if all(isinstance(one, Imported) or one.code in _SETTLED for one in found.values()):
            journal.close(state, batch)
    return found


def _result(asked: Sequence[Item | NotImported], found: dict[str, Imported | PhoenixError]) -> ImportResult:
    items: list[Imported] = []
    failed: list[NotImported] = []
    for one in asked:
        result = one if isinstance(one, NotImported) else found[one.key]
        if isinstance(result, Imported):
            items.append(result)
        else:
            failed.append(result if isinstance(result, NotImported) else NotImported(one.typed, result))  # type: ignore[union-attr]
    return ImportResult(tuple(items), tuple(failed))


def _recorded(result: ImportResult, state: State, events: Events) -> ImportResult:
    """Add the failures to the event log; what succeeded is in it already, in the transaction that listed it."""
    if result.failed:
        with state.write() as connection:
            for one in result.failed:
                events.append(connection, "ecosystem.import", arguments={"source": one.source}, outcome=one.error.code)
    return result


__all__ = ["ImportResult", "import_json", "import_repositories"]
