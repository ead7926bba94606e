"""The operations: check a repository, keep what was found beside the run of a flow, and read it again."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from phoenix_cli.ecosystem.checks.findings import SEVERITIES, Result, Seen, Severity, gathered
from phoenix_cli.ecosystem.checks.sources import Sources
from phoenix_cli.ecosystem.repositories import find
from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.files import write_atomically
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.repository import find_place, head_of
from phoenix_cli.vcs.runner import Git

Threshold = Severity | Literal["never"]
THRESHOLDS: tuple[Threshold, ...] = (*SEVERITIES, "never")
#: name -> (module below ``checks``, what it looks for). Each is ``check_<module>(sources) -> Seen``.
CHECKS: Mapping[str, tuple[str, str]] = {
    "secrets": ("secrets", "keys, tokens and passwords in tracked files"),
    "history": ("history", "the same in what the last commits brought"),
    "licences": ("licences", "the licence of the repository and of its dependencies"),
    "complexity": ("complexity", "Python functions with too many branches"),
    "pins": ("pins", "dependencies that are not locked, or come from doubtful places"),
    "ci": ("ci", "GitHub workflows that strangers can misuse"),
    "surprises": ("surprises", "programs, open permissions, links that lead out, hidden letters"),
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\[\]-]{0,150}")  # ``shard[2]`` is a child of for_each
_MAX_KEPT = 20_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One step of a review: how it ended, and what it counted; ``counts`` is None for a step that keeps no findings."""

    step: str
    status: str
    counts: Mapping[str, int] | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that the checks of one run found."""

    run_id: str
    rows: tuple[Row, ...]
    findings: tuple[Mapping[str, Any], ...]

    @property
    def counts(self) -> dict[Severity, int]:
        """All findings by severity."""
        return {one: sum((row.counts or {}).get(one, 0) for row in self.rows) for one in SEVERITIES}


def check_repository(
    *, state: State, events: Events, home: Home, git: Git, repo: str, check: str, run_id: str = "", step: str = ""
) -> Result:
    """Look at an imported repository for one kind of problem. Nothing of it is run, so its trust does not matter.

    Inside of a flow's run (``run_id`` and ``step``) the findings are kept beside its logs. Raises ``NotFound``.
    """
    if check not in CHECKS:
        hints = (*did_you_mean(check, CHECKS), f"checks: {', '.join(CHECKS)}")
        raise NotFound(f"no check {check!r}", code="ecosystem.no_check", hints=hints)
    repository = find(state, repo)
    place = find_place(repository.path)
    commit = head_of(git, place).commit if place else None
    result = gathered(check, repository.name, commit, _function(check)(Sources(repository.path, git)))
    if run_id:
        name = check if step in ("", check) else f"{step}.{check}"  # a step may make several
        path = _kept(home, run_id) / f"{_plain(name)}.json"
        write_atomically(path, json.dumps(result.as_json()).encode(), durable=False)
    with state.write() as connection:
        arguments = {"check": check, "run": run_id or None}
        events.append(connection, "ecosystem.check", repository.id, arguments=arguments, after=dict(result.counts))
    return result


def _function(check: str) -> Callable[[Sources], Seen]:
    module = CHECKS[check][0]
    loaded = importlib.import_module(f"phoenix_cli.ecosystem.checks.{module}")
    function: Callable[[Sources], Seen] = getattr(loaded, f"check_{module}")
    return function


def _plain(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Usage(f"{name[:60]!r} is no name of a run or a step", code="ecosystem.no_run")
    return name


def _kept(home: Home, run_id: str) -> Path:
    return home.flows / _plain(run_id) / "findings"


def read_findings(*, home: Home, run_id: str, statuses: Sequence[str] = (), notes: Sequence[str] = ()) -> Review:
    """Return what the checks of a flow's run found. ``statuses`` and ``notes`` are ``step=text``: how a step ended, and
    why one is not done. Raises ``NotFound`` for a run that kept nothing."""
    kept = {path.stem: _read(path) for path in sorted(_kept(home, run_id).glob("*.json"))}
    ended, reasons = dict(_pairs(statuses)), dict(_pairs(notes))
    if not kept and not ended and not reasons:
        raise NotFound(f"the run {run_id} kept no findings", code="ecosystem.no_findings", hints=("phoenix flow list",))
    names = dict.fromkeys((*ended, *kept, *reasons))
    rows = tuple(_row(name, kept.get(name), ended.get(name, ""), reasons.get(name, "")) for name in names)
    findings = [{"step": name, **one} for name, body in kept.items() for one in body.get("findings", [])]
    findings.sort(key=lambda one: SEVERITIES.index(one["severity"]))
    return Review(run_id, rows, tuple(findings))


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, text) for word in words for name, _, text in [word.partition("=")]]


def _row(name: str, body: Mapping[str, Any] | None, status: str, reason: str) -> Row:
    notes = [*([reason] if reason else []), *(str(one) for one in (body or {}).get("notes", []))]
    return Row(name, status or ("done" if body else "skipped"), body["counts"] if body else None, tuple(notes))


def _read(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        body: Mapping[str, Any] = json.loads(file.read(_MAX_KEPT))
    return body
