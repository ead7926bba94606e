"""The operation that writes the report of a run: from its row, its journal, and the logs of what failed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from phoenix_cli.engine.executors.interface import Role
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.report.bars import Bars, bars_of
from phoenix_cli.engine.report.facts import Heading, report_of
from phoenix_cli.engine.report.page import page, steps_with_logs
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.jobs import log_name
from phoenix_cli.engine.running.journal import read_all
from phoenix_cli.engine.running.past import Kinds, chosen, flow_of_run
from phoenix_cli.kernel.events import without_secrets
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State

TAIL_BYTES, TAIL_LINES = 8_192, 30


@record
class ReportMade:
    """The HTML of a report, and where it is kept when nobody says otherwise."""

    run_id: str
    html: str
    path: Path


def report_run(*, state: State, home: Home, kinds: Kinds, run: str = "") -> ReportMade:
    """Make the report of a run (default: the newest) as one HTML document, also of one that is not over."""
    found = chosen(state, run)
    flow = flow_of_run(found, kinds)
    room = int(found.options.get("max_parallel") or 1)
    bars = bars_of(RunView(flow, room=room), read_all(state, found.number)[0])
    folder = home.flows / found.id
    return ReportMade(
        found.id, page(report_of(_heading(state, found, bars, folder, room), bars)), folder / "report.html"
    )


def _heading(state: State, run: FlowRun, bars: Bars, folder: Path, room: int) -> Heading:
    inputs: Mapping[str, object] = without_secrets(run.inputs)
    seconds = bars.until if run.duration_s is None else run.duration_s
    children = [one for one in flow_runs.family(state, run) if one.parent_id == run.id]
    told = tuple(((one.parent_step or "").partition("/")[0], one.id, one.flow, one.status) for one in children)
    return Heading(
        run.id, run.flow, run.file, run.status, run.reason or bars.view.run.reason, run.started_at, run.ended_at, seconds,
        min(room, bars.view.flow.max_parallel or room), inputs, _logs(bars, folder), told,
    )  # fmt: skip


def _logs(bars: Bars, folder: Path) -> dict[tuple[str, int, str], str]:
    found = {}
    for name, number, role in steps_with_logs(bars.view.run.steps):
        kind: Role = "undo" if role == "undo" else "step"
        if text := tail(folder / log_name(name, number, kind)):
            found[name, number, role] = without_secrets(text)
    return found


def tail(path: Path) -> str:
    """Return the last lines of a log; "" when there is none."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    kept = text.splitlines()
    if length > TAIL_BYTES:
        kept = kept[1:] or kept  # the first is a part of a line
    more = length > TAIL_BYTES or len(kept) > TAIL_LINES
    return "\n".join([*(["…"] if more else []), *kept[-TAIL_LINES:]])
