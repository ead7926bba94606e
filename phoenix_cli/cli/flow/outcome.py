"""How a run ended, for people and as JSON, and the exit status that follows from it."""

from __future__ import annotations

from typing import Any

from phoenix_cli.cli.console import duration
from phoenix_cli.cli.context import Context
from phoenix_cli.kernel.errors import Failed, Pending, PhoenixError

MISSING = 127  # there was no program that could have written anything
ANSWERS = {"crashed": "done|again|failed", "confirm": "yes|no"}


def show_outcome(context: Context, told: Any, *, left: bool, wanted: tuple[str, ...] = ("succeeded",)) -> None:
    """Print the answer; raise what the exit status is to be when the run did not end as it was wanted."""
    if context.flags.json:
        context.console.answer(told.as_dict())
    if told.status == "interrupted" and left:
        if not context.flags.json:
            context.console.note(f"{told.run_id} is interrupted; go on with it: {_resume(told)}")
        raise KeyboardInterrupt
    if told.status not in wanted:
        raise error_of(told)
    if not context.flags.json:
        groups = {name.partition("[")[0] for name in told.steps if "[" in name}
        count = sum(step.status == "succeeded" for name, step in told.steps.items() if name not in groups)
        cached = sum(step.cached for step in told.steps.values())
        more = f", {cached} from the cache" if cached else ""
        steps = f"{count} step{'s' * (count != 1)}{more}"
        context.console.done(f"{told.flow} {told.status}: {steps} in {duration(told.duration_s)} ({told.run_id})")


def error_of(told: Any) -> PhoenixError:
    """Return what is told of a run that did not succeed."""
    details = {"run_id": told.run_id, "status": told.status}
    show = f"phoenix flow show {told.run_id}"
    if told.questions:
        step, question = next(iter(told.questions.items()))
        return Pending(
            f"{told.flow} waits for an answer about {', '.join(told.questions)}",
            code="flow.question",
            cause=_question(step, question),
            hints=(_resume(told),),
            details=details,
        )
    if told.status == "interrupted":
        return Failed(
            f"{told.flow} is interrupted",
            code="flow.interrupted",
            hints=(f"phoenix flow resume {told.run_id}",),
            details=details,
        )
    bad = [(name, step) for name, step in told.steps.items() if step.status == "failed"]
    cause = "; ".join(f"{name}: {_why(step)}" for name, step in bad[:3]) + (
        f"; {len(bad) - 3} more" if len(bad) > 3 else ""
    )
    not_undone = [name for name, step in told.steps.items() if step.undo == "failed"]
    if not_undone:
        cause = "; ".join(one for one in (cause or told.reason, f"not undone: {', '.join(not_undone)}") if one)
    spoke = [*(name for name, step in bad if step.exit_code not in (None, MISSING)), *not_undone]
    hints = (f"phoenix flow logs {told.run_id} {spoke[0]}", show) if spoke else (show,)
    return Failed(
        f"{told.flow} {told.status}",
        code=f"flow.{told.status}",
        cause=cause or told.reason,
        hints=hints,
        details=details,
    )


def _resume(told: Any) -> str:
    """Return the command that goes on with a run, with the answers that it asks for."""
    answers = "".join(f" --answer {step}={ANSWERS[question]}" for step, question in told.questions.items())
    return f"phoenix flow resume {told.run_id}{answers}"


def _why(step: Any) -> str:
    if step.exit_code is not None and step.exit_code < 0:
        from phoenix_cli.kernel.processes import describe_exit

        return step.reason or describe_exit(step.exit_code)
    return step.reason or (f"exit {step.exit_code}" if step.exit_code is not None else "failed")


def _question(step: str, question: str) -> str:
    if question == "confirm":
        return f"{step} is manual: it begins when somebody says so"
    return f"nobody knows whether {step} had its effect before the crash"
