"""Operations that carry flows through: run, resume, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from phoenix_cli.engine import events as e
from phoenix_cli.engine.inputs import parse_input, resolve_inputs
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.control import Control
from phoenix_cli.engine.running.driving import Drive, Means
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.opening import flow_of
from phoenix_cli.engine.running.past import answerable, told_of
from phoenix_cli.engine.running.room import room_at
from phoenix_cli.engine.running.sources import Builtins, source_of
from phoenix_cli.engine.running.telling import RunTold
from phoenix_cli.kernel.errors import Conflict, Usage
from phoenix_cli.kernel.state import State

#: What people answer, by the question: was it done (``crashed``), may it begin (``confirm``).
ANSWERS: Mapping[str, Mapping[str, e.Verdict]] = {
    "crashed": {"done": "done", "again": "again", "failed": "failed"},
    "confirm": {"yes": "again", "no": "failed"},
}


def run_flow(
    *,
    means: Means,
    builtins: Builtins,
    target: str,
    here: Path,
    control: Control,
    inputs: Mapping[str, str] | None = None,
    max_parallel: int | None = None,
    executor: str = "local",
    keep_going: bool = False,
) -> RunTold:
    """Run a flow to its end: a file's path, or the name of a built-in flow.

    Raises ``Usage`` with every mistake of the flow and of its inputs, ``NotFound`` for a missing file, ``Unavailable`` for an
    executor that cannot be reached.
    """
    source, texts = source_of(target, inputs or {}, builtins, here)
    try:
        flow = flow_of(source.text, means.kinds, keep_going=keep_going)
    except Usage as error:
        error.hints = (*error.hints, f"phoenix flow validate {target}")
        raise
    given = {name: parse_input(flow.inputs.get(name), text) for name, text in texts.items()}
    values = resolve_inputs(flow, given)
    there = room_at(executor)
    room = max_parallel or there
    drive = Drive(means, control, room)
    options = {"max_parallel": room, "executor": executor, "keep_going": keep_going}
    return _with_questions(means, drive.go(drive.opener.new(source, flow, values, options)))


def resume_flow(
    *,
    means: Means,
    control: Control,
    run: str = "",
    answers: Mapping[str, str] | None = None,
    max_parallel: int | None = None,
) -> RunTold:
    """Go on with an interrupted run (default: the newest): what is done stays done, what still runs is adopted.

    ``answers`` settle its questions: ``{"publish": "done"}``, those of a sub-flow by ``step/step``. Raises ``Conflict`` for a
    run that is over or being driven.
    """
    row = resumable(means.state, run)
    verdicts = _verdicts(means, row, answers or {})
    there = room_at(str(row.options.get("executor") or "local"))  # out of reach: better not taken over
    drive = Drive(means, control, max_parallel or int(row.options.get("max_parallel") or there))
    return _with_questions(means, drive.go(drive.opener.take_over(row), verdicts))


def _with_questions(means: Means, left: RunTold) -> RunTold:
    """Add what sub-flows ask, where that is why a run could not go on."""
    if left.status != "interrupted":
        return left
    row = flow_runs.find(means.state, left.run_id)
    return replace(left, questions=told_of(means.state, row, means.kinds).questions)


def resumable(state: State, run: str) -> FlowRun:
    """Return the run that is meant; a sub-flow's run goes on with its parent only."""
    row = flow_runs.find(state, run) if run else flow_runs.newest(state, only=("interrupted",))
    _only_whole(row, "resume")
    return row


def _only_whole(row: FlowRun, verb: str) -> None:
    if row.parent_id is not None:
        hint = f"phoenix flow {verb} {row.parent_id}"
        raise Conflict(f"{row.id} is a step of {row.parent_id}", code="flow.child", hints=(hint,))


def _verdicts(means: Means, row: FlowRun, answers: Mapping[str, str]) -> dict[str, e.Verdict]:
    if not answers:
        return {}
    asked = answerable(means.state, row, means.kinds)
    found: dict[str, e.Verdict] = {}
    for step, word in answers.items():
        known = ANSWERS.get(asked.get(step, ""), {})
        if word not in known:
            cause = (
                f"it takes {' or '.join(known)}"
                if known
                else f"questions are open about: {', '.join(asked) or 'nothing'}"
            )
            raise Usage(f"{step}={word} answers no question of {row.id}", code="flow.answer", cause=cause)
        found[step] = known[word]
    return found


def cancel_flow(
    *, means: Means, control: Control, run: str = "", reason: str = "cancelled", wait_s: float = 60.0
) -> RunTold:
    """Cancel a run: end what runs, then take back what has an undo.

    A run that is being driven is told to; one that is interrupted is cancelled here. Returns when it is over, or after
    ``wait_s``. Raises ``Conflict`` for a run that is over.
    """
    row = flow_runs.find(means.state, run) if run else flow_runs.newest(means.state, only=("running", "interrupted"))
    _only_whole(row, "cancel")
    _note(means, row, reason)
    deadline = means.clock.monotonic() + wait_s
    while row.status == "running" and means.clock.monotonic() < deadline:
        means.clock.sleep(0.1)
        row = flow_runs.find(means.state, row.id)
    if row.status == "interrupted":
        return resume_flow(means=means, control=control, run=row.id)
    return told_of(means.state, row, means.kinds)


def _note(means: Means, row: FlowRun, reason: str) -> None:
    if row.over:
        raise Conflict(
            f"{row.id} is over already: {row.status}", code="flow.over", hints=(f"phoenix flow show {row.id}",)
        )
    with means.state.write() as connection:
        connection.execute("UPDATE flow_runs SET cancel_reason = ? WHERE number = ?", (reason, row.number))
        means.events.append(connection, "flow.cancel", row.id, arguments={"reason": reason})
