"""One line for each thing that happens in a run, and its JSON form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.progress.waits import QUESTIONS, seconds
from phoenix_cli.kernel.processes import describe_exit

#: A status that is told in green, red, yellow or nothing in particular.
DONE, BAD, WAITS, PLAIN = "done", "failed", "warn", "none"
Told = tuple[str, str, str]  # a sign's name, a step ("" for the run), what happened


def json_form(seq: int, one: t.Transition) -> dict[str, Any]:
    """Return ``{"seq", "at", "kind", ...fields}``; ``seq`` counts a journal's transitions from 0."""
    fields = one._asdict()
    return {"seq": seq, "at": round(fields.pop("at"), 3), "kind": t.as_row(one)[0], **fields}


def tell(view: RunView, one: t.Transition) -> Told | None:
    """Say in words what a transition means; ``view`` has taken it already. None for what nobody needs to read."""
    return _WORDS[type(one)](view, one)


def _begun(view: RunView, one: t.Begun) -> Told:
    counts = view.counts()
    more = "" if counts.exact else " or more"
    return PLAIN, "", f"{view.flow.name} begins: {counts.total}{more} {'step' if counts.total == 1 else 'steps'}"


def _admitted(view: RunView, one: t.Admitted) -> None:
    return None  # it begins, or is put off, or was in the cache: the next transition says so


def _started(view: RunView, one: t.Started) -> Told:
    state = view.run.steps[one.step]
    again = f", attempt {one.attempt}" if one.attempt > 1 else ""
    usual = f", usually {seconds(view.usual_s(state))}" if view.usual_s(state) is not None else ""
    return PLAIN, one.step, f"started{again}{usual}"


def _succeeded(view: RunView, one: t.Succeeded) -> Told:
    if one.cached:
        return DONE, one.step, "succeeded (from the cache)"
    took = view.step(one.step).duration_s
    return DONE, one.step, f"succeeded in {seconds(took)}" if took is not None else "succeeded"


def failure(error: str, code: int | None, message: str = "") -> str:
    """Say how an attempt failed: ``failed (exit 2)``, ``timed out: the run time limit is over``."""
    words = {"failed": "failed", "timeout": "timed out", "lost": "lost", "refused": "refused"}
    how = words.get(error, f"failed ({error})" if error else "failed")
    if code is not None:
        ended = describe_exit(code)
        how += f" (exit {code})" if code >= 0 else f" ({ended})"
        message = message.removeprefix(ended).removeprefix(": ")  # has been said
    return f"{how}: {message}" if message else how


def _failed(view: RunView, one: t.Failed) -> Told:
    how = failure(one.error, one.code, one.message)
    if one.retry_at is None:
        return BAD, one.step, how
    return WAITS, one.step, f"{how}, trying again in {seconds(one.retry_at - one.at)}"


def _stopping(view: RunView, one: t.Stopping) -> Told:
    why = "the run is cancelled" if one.why == "cancel" else f"its {one.why} time limit is over"
    return WAITS, one.step, f"is being ended: {why}"


def _deferred(view: RunView, one: t.Deferred) -> Told:
    if one.why == "interrupted":
        return WAITS, one.step, "was interrupted" if one.began else "is put off"
    return WAITS, one.step, f"waits: {one.why}" if one.why else "waits"


def _expanded(view: RunView, one: t.Expanded) -> Told:
    return PLAIN, one.step, f"has {len(one.items)} {'item' if len(one.items) == 1 else 'items'}"


def _closed(view: RunView, one: t.Closed) -> Told:
    sign = {"succeeded": DONE, "failed": BAD, "skipped": PLAIN}.get(one.status, WAITS)
    return sign, one.step, f"{one.status}: {one.reason}" if one.reason else one.status


def _doubted(view: RunView, one: t.Doubted) -> Told:
    return WAITS, one.step, f"asks: {QUESTIONS.get(one.question, one.question)}"


def _decided(view: RunView, one: t.Decided) -> Told:
    words = {"done": (DONE, "was done"), "again": (PLAIN, "may begin")}
    sign, text = words.get(one.verdict, (BAD, "counts as failed"))
    return sign, one.step, f"{text} (answered)"


def _stopped(view: RunView, one: t.Stopped) -> Told:
    return WAITS, "", f"cancelled: {one.reason}" if one.cancelled else f"{one.reason}: nothing new begins"


def _undo_begun(view: RunView, one: t.UndoBegun) -> Told:
    undo = view.undo
    return WAITS, "", f"taking back what was done: {undo.total if undo else 0} to undo"


def _undo_admitted(view: RunView, one: t.UndoAdmitted) -> Told:
    return PLAIN, one.step, "undo started" + (f", attempt {one.attempt}" if one.attempt > 1 else "")


def _undone(view: RunView, one: t.Undone) -> Told:
    return DONE, one.step, "undone"


def _undo_failed(view: RunView, one: t.UndoFailed) -> Told:
    how = f"undo failed: {one.message}" if one.message else "undo failed"
    if one.retry_at is None:
        return BAD, one.step, how
    return WAITS, one.step, f"{how}, trying again in {seconds(one.retry_at - one.at)}"


def _ended(view: RunView, one: t.Ended) -> Told:
    return (
        DONE if one.status == "succeeded" else BAD,
        "",
        f"{view.flow.name} {one.status} in {seconds(one.at)}: {tally(view)}",
    )


def tally(view: RunView) -> str:
    """Count how steps ended: ``18 succeeded (3 from the cache), 1 failed``."""
    counts = view.counts()
    words = []
    for status in ("succeeded", "failed", "skipped", "blocked", "cancelled"):
        if counts[status]:
            cached = f" ({counts.cached} from the cache)" if status == "succeeded" and counts.cached else ""
            words.append(f"{counts[status]} {status}{cached}")
    return ", ".join(words) or "no steps"


_WORDS: dict[type, Callable[[RunView, Any], Told | None]] = {
    t.Begun: _begun,
    t.Admitted: _admitted,
    t.Started: _started,
    t.Succeeded: _succeeded,
    t.Failed: _failed,
    t.Stopping: _stopping,
    t.Deferred: _deferred,
    t.Expanded: _expanded,
    t.Closed: _closed,
    t.Doubted: _doubted,
    t.Decided: _decided,
    t.Stopped: _stopped,
    t.UndoBegun: _undo_begun,
    t.UndoAdmitted: _undo_admitted,
    t.Undone: _undone,
    t.UndoFailed: _undo_failed,
    t.Ended: _ended,
}
