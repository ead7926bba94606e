"""From an executor's report to an event for the machine."""

from __future__ import annotations

from phoenix_cli.engine import events as e
from phoenix_cli.engine.executors.interface import JobEnded
from phoenix_cli.engine.running.active import ActiveRun

UNAVAILABLE, REFUSED = 6, 7  # exit statuses of phoenix itself, for steps that are operations of it
_SAID = {"unavailable": "something that it needs is not there", "refused": "it may not: its log says why"}
DONE, NOT_DONE = 0, 10  # what a step's check says


def event_of(run: ActiveRun, ended: JobEnded, at: float) -> e.Event:
    """Return what the end of a job means."""
    key = ended.key
    if key.role == "undo":
        return e.UndoEnded(at, key.step, key.attempt, not ended.error, ended.error == "lost", ended.message)
    if key.role == "check":
        return e.Answered(at, key.step, _verdict(ended), {})
    if not ended.error:
        return e.StepSucceeded(at, key.step, key.attempt, ended.outputs)
    error = _error(run, ended)
    message = ended.message if error == ended.error else f"{_SAID[error]} (exit {ended.code})"
    return e.StepFailed(at, key.step, key.attempt, error, ended.code, message)


def _verdict(ended: JobEnded) -> e.Verdict:
    if not ended.error:
        return "done"
    return "again" if ended.error == "failed" and ended.code == NOT_DONE else "unknown"


def _error(run: ActiveRun, ended: JobEnded) -> str:
    if ended.error == "failed" and run.is_other(ended.key.step):
        return {UNAVAILABLE: "unavailable", REFUSED: "refused"}.get(ended.code or 0, "failed")
    return ended.error
