"""What is told of a run: the shapes that scripts rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.model import Call, SubFlow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.running.flow_runs import FlowRun, Status
from phoenix_cli.engine.step_states import SUCCEEDED, StepState
from phoenix_cli.kernel.records import record


@record
class StepTold:
    """One step: ``attempts`` that began, the last one's exit code and seconds; ``reason`` says why it is as it is."""

    status: str
    attempts: int
    exit_code: int | None
    duration_s: float | None
    cached: bool
    reason: str
    undo: str


@record
class RunTold:
    """One run with all of its steps. ``questions`` are steps that wait for an answer, and what is asked."""

    run_id: str
    flow: str
    file: str
    status: Status
    reason: str
    started_at: str
    duration_s: float | None
    inputs: Mapping[str, Any]
    steps: Mapping[str, StepTold]
    questions: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        steps = {name: _fields(step) for name, step in self.steps.items()}
        return {**_fields(self), "inputs": dict(self.inputs), "steps": steps, "questions": dict(self.questions)}


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def told(run: FlowRun, projection: Projection, at: float | None = None) -> RunTold:
    """Return what a run's row and its projection tell; ``at`` are its seconds while it is not over."""
    steps: dict[str, StepTold] = {}
    for name, state in projection.steps.items():
        if state.parent is None:
            steps[name] = step_told(state)
            steps.update({child.name: step_told(child) for child in state.children})
    asked = {name: state.message for name, state in projection.steps.items() if state.status == "doubtful"}
    seconds = run.duration_s if run.duration_s is not None else at
    return RunTold(
        run.id, run.flow, run.file, run.status, run.reason or projection.reason, run.started_at,
        None if seconds is None else round(seconds, 3), run.inputs, steps, asked,
    )  # fmt: skip


def step_told(state: StepState) -> StepTold:
    """Return what is told of one step."""
    begun = state.admitted_at if state.started_at is None else state.started_at
    ended = state.ended_at
    seconds = None if begun is None or ended is None or ended < begun else round(ended - begun, 3)
    code = state.code
    if state.status == SUCCEEDED and not state.cached and not isinstance(state.spec.action, Call | SubFlow):
        code = None if state.children else 0
    return StepTold(state.status, state.attempt, code, seconds, state.cached, state.message, state.undo)
