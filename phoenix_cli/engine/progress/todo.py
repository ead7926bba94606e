"""A run as a list of things to do: ``{content, status, activeForm}``, as agents' task lists have them.

There are three statuses only (pending, in_progress, completed), so that a step failed or was cancelled stands in ``content``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from phoenix_cli.engine.progress.lines import failure
from phoenix_cli.engine.progress.run_view import PhaseView, RunView
from phoenix_cli.engine.progress.waits import wait_of
from phoenix_cli.engine.step_states import (
    BACKING_OFF,
    DOUBTFUL,
    ENDS,
    EXPANDED,
    FAILED,
    RUNNING,
    SUCCEEDED,
    UNDO_FAILED,
    UNDOING,
    UNDONE,
    StepState,
)
from phoenix_cli.kernel.files import write_atomically

BIG = 40  # more steps than this are told by phase, or by steps without their children
HUGE = 200  # more steps than this without phases are one item


class TodoItem(TypedDict):
    """One item; ``status`` is pending, in_progress or completed."""

    content: str
    status: str
    activeForm: str


def todo_items(view: RunView, by_phase: bool | None = None) -> list[TodoItem]:
    """Return the items in the order of the flow: one for each step, or for each phase (None: when there are many steps).

    A text changes only when something happens, so equal lists mean that nothing did.
    """
    phases = view.phases()
    if by_phase is None:
        by_phase = len(view.run.steps) > (BIG if phases else HUGE)
    if by_phase:
        return [_of_phase(one) for one in phases] if phases else [_of_run(view)]
    small = len(view.run.steps) <= BIG
    return [_of_step(view, state) for state in view.run.steps.values() if _told(state, small)]


def _told(state: StepState, small: bool) -> bool:
    """Tell children instead of their step in a small flow, the step instead of its children in a big one."""
    return not state.children if small else state.parent is None


def _of_step(view: RunView, state: StepState) -> TodoItem:
    status = "completed" if state.status in ENDS else "pending"
    if state.status in (RUNNING, BACKING_OFF, EXPANDED, DOUBTFUL) or state.undo == UNDOING:
        status = "in_progress"
    said = _said(view, state)
    return {"content": f"{state.name}: {said}" if said else state.name, "status": status, "activeForm": _doing(state)}


def _said(view: RunView, state: StepState) -> str:
    if state.undo in (UNDONE, UNDOING, UNDO_FAILED):
        return {UNDONE: "undone", UNDOING: "being undone", UNDO_FAILED: "its undo failed"}[state.undo]
    if state.children:
        return f"{sum(child.ended for child in state.children)} of {len(state.children)}" + _bad(state)
    if state.status == FAILED:
        return failure(state.error, state.code)
    if state.status in ENDS:
        return "from the cache" if state.cached else "" if state.status == SUCCEEDED else state.status
    wait = wait_of(view, state, view.at)
    if wait is None or wait.kind == "slot":
        return "is being ended" if state.stopping else ""
    return "failed, trying again" if wait.kind == "retry" else wait.why(float("inf"))


def _bad(state: StepState) -> str:
    failed = sum(child.status == FAILED for child in state.children)
    return f", {failed} failed" if failed else ""


def _doing(state: StepState) -> str:
    if state.status == DOUBTFUL:
        return f"Waiting for an answer about {state.name}"
    return f"Undoing {state.name}" if state.undo == UNDOING else f"Running {state.name}"


def _of_phase(phase: PhaseView) -> TodoItem:
    name, counts = phase.name or "other steps", phase.counts
    status = "pending" if phase.started_at is None and not counts.ended else "in_progress"
    if counts.ended == counts.total and counts.exact:
        status = "completed"
    bad = "".join(f", {counts[one]} {one}" for one in ("failed", "blocked", "cancelled") if counts[one])
    return {
        "content": f"{name}: {counts.ended} of {counts.total}{bad}",
        "status": status,
        "activeForm": f"Running {name}",
    }


def _of_run(view: RunView) -> TodoItem:
    """Return one item for a flow without phases."""
    counts = view.counts()
    status = "completed" if view.ended else "pending" if view.status == "new" else "in_progress"
    bad = f", {counts['failed']} failed" if counts["failed"] else ""
    name = view.flow.name
    return {
        "content": f"{name}: {counts.ended} of {counts.total}{bad}",
        "status": status,
        "activeForm": f"Running {name}",
    }


class TodoFile:
    """Keeps a file at the newest list; whoever reads it sees a whole list. Raises ``OSError`` when it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last: list[TodoItem] | None = None

    def show(self, items: list[TodoItem]) -> None:
        """Write a list, when it differs from the last."""
        if items != self._last:
            self._last = items
            body = json.dumps(items, indent=2, ensure_ascii=False) + "\n"
            write_atomically(self.path, body.encode("utf-8", "backslashreplace"), durable=False)
