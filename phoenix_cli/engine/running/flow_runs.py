"""Runs of flows as rows: who drives one, what it was asked, how it ended. Its steps are in its journal.

``interrupted`` is never written: it is a run that says ``running`` and has no living coordinator.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean
from phoenix_cli.kernel.processes import Identity, alive, boot_id
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State

Status = Literal["running", "interrupted", "succeeded", "failed", "cancelled"]
LEASE_S = 15.0  # a coordinator that was silent for so long may be relieved
BEAT_S = 2.0


@record
class FlowRun:
    """One row. ``options`` are those of ``flow run``; ``counts`` tells at the end how many steps ended how."""

    number: int
    id: str
    flow: str
    file: str
    dir: Path
    source: str
    flow_hash: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]
    status: Status
    reason: str
    parent_id: str | None
    parent_step: str | None
    fence: int
    owner: Identity | None
    started_at: str
    ended_at: str | None
    duration_s: float | None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether it has ended for good."""
        return self.status in ("succeeded", "failed", "cancelled")


def from_row(row: sqlite3.Row) -> FlowRun:
    """Return a run; asks the machine whether its coordinator lives."""
    owner = Identity(row["owner_pid"], row["owner_started"], row["owner_boot"]) if row["owner_pid"] else None
    status = row["status"]
    if status == "running" and (owner is None or not alive(owner)):
        status = "interrupted"
    return FlowRun(
        row["number"], row["id"], row["flow"], row["file"], Path(row["dir"]), row["source"], row["flow_hash"],
        json.loads(row["inputs"]), json.loads(row["options"]), status, row["reason"], row["parent_id"],
        row["parent_step"], row["fence"], owner, row["started_at"], row["ended_at"], row["duration_s"],
        json.loads(row["counts"]),
    )  # fmt: skip


def find(state: State, word: str) -> FlowRun:
    """Return the run that an id, a unique beginning of one, or a flow's name (its newest run) means.

    Raises ``NotFound`` with a near name, ``Usage`` when several fit.
    """
    prefix = word if word.startswith("run_") else f"run_{word}"
    rows = []
    if state.exists() and len(prefix) > len("run_"):
        rows = state.read("SELECT * FROM flow_runs WHERE substr(id, 1, ?) = ? LIMIT 3", (len(prefix), prefix))
    exact = [row for row in rows if row["id"] == prefix]
    if not rows and (named := listed(state, flow=word, limit=1)):
        return named[0]
    if not rows:
        known = [row["flow"] for row in state.read("SELECT DISTINCT flow FROM flow_runs")] if state.exists() else []
        hints = (*did_you_mean(word, known), "phoenix flow list")
        raise NotFound(f"no run {word!r} here", code="flow.no_run", hints=hints)
    if len(rows) > 1 and not exact:
        raise Usage(f"{word!r} fits several runs", code="flow.ambiguous", cause=", ".join(row["id"] for row in rows))
    return from_row((exact or rows)[0])


def newest(state: State, *, only: tuple[Status, ...] = ()) -> FlowRun:
    """Return the newest run that is nobody's child, of some statuses; raise ``NotFound``."""
    for row in (
        state.read("SELECT * FROM flow_runs WHERE parent_id IS NULL ORDER BY number DESC") if state.exists() else ()
    ):
        run = from_row(row)
        if not only or run.status in only:
            return run
    what = f"no {' or '.join(only)} run" if only else "no run yet"
    raise NotFound(what, code="flow.no_run", hints=("phoenix flow list" if only else "phoenix flow run FILE",))


def listed(state: State, *, flow: str = "", limit: int = 50, before: int = 0) -> list[FlowRun]:
    """Return runs that are nobody's children, newest first; ``before`` is the number of a run to go on from."""
    if not state.exists():
        return []
    rows = state.read(
        "SELECT * FROM flow_runs WHERE parent_id IS NULL AND (? = '' OR flow = ?) AND (? = 0 OR number < ?)"
        " ORDER BY number DESC LIMIT ?",
        (flow, flow, before, before, limit),
    )
    return [from_row(row) for row in rows]


def unfinished(state: State) -> list[FlowRun]:
    """Return runs that go on or can be gone on with and are nobody's children, newest first."""
    if not state.exists():
        return []
    rows = state.read(
        "SELECT * FROM flow_runs WHERE status = 'running' AND parent_id IS NULL ORDER BY number DESC LIMIT 100"
    )
    return [from_row(row) for row in rows]


def child_of(state: State, parent_id: str, step: str) -> FlowRun | None:
    """Return the sub-flow's run that one attempt of a step (``name/attempt``) began."""
    row = state.read_one("SELECT * FROM flow_runs WHERE parent_id = ? AND parent_step = ?", (parent_id, step))
    return from_row(row) if row else None


def family(state: State, run: FlowRun) -> list[FlowRun]:
    """Return a run and its sub-flows' runs, at any depth, oldest first."""
    rows = state.read(
        "WITH RECURSIVE under(id) AS (SELECT ? UNION SELECT f.id FROM flow_runs f JOIN under ON f.parent_id = under.id)"
        " SELECT * FROM flow_runs WHERE id IN under ORDER BY number",
        (run.id,),
    )
    return [from_row(row) for row in rows]


def insert(
    connection: sqlite3.Connection,
    *,
    id: str,
    flow: str,
    flow_hash: str,
    file: str,
    dir: Path,
    source: str,
    inputs: Mapping[str, Any],
    options: Mapping[str, Any],
    owner: Identity,
    clock: Clock,
    started_at: str,
    parent: tuple[str, str] | None = None,
) -> int:
    """Add a run that ``owner`` drives, in the caller's transaction; return its number."""
    found = connection.execute(
        "INSERT INTO flow_runs (id, flow, file, dir, source, flow_hash, inputs, options, parent_id, parent_step, owner_pid,"
        " owner_started, owner_boot, beat, started_at, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')",
        (
            id, flow, file, str(dir), source, flow_hash, json.dumps(inputs), json.dumps(options), *(parent or (None, None)),
            owner.pid, owner.started, owner.boot_id, clock.monotonic(), started_at,
        ),
    )  # fmt: skip
    assert found.lastrowid is not None
    return found.lastrowid


def may_be_relieved(row: sqlite3.Row, clock: Clock) -> bool:
    """Tell whether nobody drives a run, or somebody who has been silent for too long (stopped, or hung)."""
    if not row["owner_pid"] or not alive(Identity(row["owner_pid"], row["owner_started"], row["owner_boot"])):
        return True
    return row["owner_boot"] != boot_id() or clock.monotonic() - (row["beat"] or 0.0) > LEASE_S
