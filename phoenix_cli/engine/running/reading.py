"""Operations that tell of runs: list, show, logs, events, history. They read rows and journals, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.interface import Role
from phoenix_cli.engine.model import SubFlow
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.jobs import log_name
from phoenix_cli.engine.running.journal import entries
from phoenix_cli.engine.running.past import Kinds, chosen, projection_of, told_of
from phoenix_cli.engine.running.telling import RunTold, StepTold, told
from phoenix_cli.engine.transitions import Transition, as_row
from phoenix_cli.kernel.clock import iso
from phoenix_cli.kernel.errors import NotFound, did_you_mean
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State


def show_run(*, state: State, kinds: Kinds, run: str = "") -> RunTold:
    """Show one run with all of its steps (default: the newest)."""
    return told_of(state, chosen(state, run), kinds)


@record
class EventTold:
    """One transition of a run's journal. ``at`` counts the run's seconds; ``fields`` are those of its kind."""

    seq: int
    at: float
    time: str
    kind: str
    fields: Mapping[str, Any]


def run_events(*, state: State, run: str = "", after: int = 0) -> Iterator[EventTold]:
    """Yield what was decided in a run, in order."""
    found = chosen(state, run)
    for seq, wall, transition in entries(state, found.number):
        if seq >= after:
            yield event_told(seq, wall, transition)


def event_told(seq: int, wall: float, transition: Transition) -> EventTold:
    """Return a transition as it is told."""
    kind, _ = as_row(transition)
    fields = transition._asdict()
    at = fields.pop("at")
    return EventTold(seq, round(at, 3), iso(datetime.fromtimestamp(wall, UTC)), kind, fields)


@record
class LogTold:
    """The output of one attempt: where it is kept, and whose it is."""

    step: str
    attempt: int
    role: str
    path: Path
    bytes: int


def run_logs(*, state: State, home: Home, kinds: Kinds, run: str = "", step: str = "") -> list[LogTold]:
    """List the logs of a run's attempts, those of one step when it is named; steps of sub-flows are ``step/step``.

    The name of a step in place of a run's means that step of the newest run. Raises ``NotFound`` for a step that is not there.
    """
    found, step = _run_and_step(state, kinds, run, step)
    logs = list(_logs_of(state, home, kinds, found))
    if not step:
        return [log for _, some in logs for log in some]
    mine = [log for name, some in logs if _is_of(name, step) for log in some]
    names = [name for name, _ in logs]
    if not mine and not any(_is_of(name, step) for name in names):
        raise NotFound(f"no step {step!r} in {found.id}", code="flow.no_step", hints=did_you_mean(step, names))
    return mine


def _run_and_step(state: State, kinds: Kinds, run: str, step: str) -> tuple[FlowRun, str]:
    try:
        return chosen(state, run), step
    except NotFound:
        newest = [] if step else flow_runs.listed(state, limit=1)
        if not newest or run.partition("/")[0] not in projection_of(state, newest[0], kinds).steps:
            raise
        return newest[0], run


def _is_of(name: str, step: str) -> bool:
    """Tell whether a step is the one that is meant, one of its items, or a step of its flow."""
    return name == step or name.startswith((f"{step}[", f"{step}/"))


def _logs_of(state: State, home: Home, kinds: Kinds, run: FlowRun) -> Iterator[tuple[str, list[LogTold]]]:
    """Yield each step with its logs, in the order of the file, items and steps of sub-flows behind theirs."""
    folder = home.flows / run.id
    for one in projection_of(state, run, kinds).steps.values():
        for each in () if one.parent is not None else (one, *one.children):
            yield each.name, _logs(folder, each.name, each.attempt, each.undo_attempt)
            for attempt in range(1, each.attempt + 1) if isinstance(each.spec.action, SubFlow) else ():
                child = flow_runs.child_of(state, run.id, f"{each.name}/{attempt}")
                for name, logs in _logs_of(state, home, kinds, child) if child is not None else ():
                    step = f"{each.name}/{name}"
                    yield step, [replace(log, step=step) for log in logs]


def _logs(folder: Path, step: str, attempts: int, undos: int) -> list[LogTold]:
    wanted: list[tuple[Role, int]] = [("step", number) for number in range(1, attempts + 1)]
    wanted += [("check", number) for number in range(1, attempts + 1)] + [
        ("undo", number) for number in range(1, undos + 1)
    ]
    found = []
    for role, number in wanted:
        path = folder / log_name(step, number, role)
        if path.is_file():
            found.append(LogTold(step, number, role, path, path.stat().st_size))
    return found


@record
class StepHistory:
    """How one step did in the last runs of a flow: seconds of each where it succeeded, newest first."""

    step: str
    runs: int
    succeeded: int
    failed: int
    cached: int
    retried: int
    durations_s: tuple[float, ...]

    @property
    def median_s(self) -> float | None:
        """The usual seconds."""
        taken = sorted(self.durations_s)
        return (taken[(len(taken) - 1) // 2] + taken[len(taken) // 2]) / 2 if taken else None


@record
class History:
    """The last runs of one flow, newest first, and how each step did in them."""

    flow: str
    runs: tuple[FlowRun, ...]
    steps: tuple[StepHistory, ...]


def flow_history(*, state: State, kinds: Kinds, flow: str = "", limit: int = 20) -> History:
    """Tell how a flow and each of its steps did in the last runs (default: the flow that ran last)."""
    name = flow or flow_runs.newest(state).flow
    runs = flow_runs.listed(state, flow=name, limit=limit)
    if not runs:
        known = [row["flow"] for row in state.read("SELECT DISTINCT flow FROM flow_runs")] if state.exists() else []
        raise NotFound(f"no run of a flow {name!r} here", code="flow.no_run", hints=did_you_mean(name, known))
    found: dict[str, list[StepTold]] = {}
    for run in runs:
        for step, one in told(run, projection_of(state, run, kinds)).steps.items():
            found.setdefault(step, []).append(one)
    return History(name, tuple(runs), tuple(_history(step, some) for step, some in found.items()))


def _history(step: str, some: list[StepTold]) -> StepHistory:
    good = [one for one in some if one.status == "succeeded"]
    taken = tuple(one.duration_s for one in good if one.duration_s is not None and not one.cached)
    return StepHistory(
        step, len(some), len(good), sum(one.status == "failed" for one in some), sum(one.cached for one in some),
        sum(one.attempts > 1 for one in some), taken,
    )  # fmt: skip
