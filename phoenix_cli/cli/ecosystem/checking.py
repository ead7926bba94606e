"""Verbs that look for problems without running anything: check, and findings, which shows what a flow's checks found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.ecosystem.verbs import app
from phoenix_cli.cli.ecosystem.words import REPO
from phoenix_cli.kernel.errors import Failed, Usage

THRESHOLDS = ("high", "medium", "low", "never")


def _complete_checks(incomplete: str) -> Iterator[str]:
    from phoenix_cli.ecosystem.checks.checking import CHECKS

    yield from (name for name in CHECKS if name.startswith(incomplete))


FAIL_ON = typer.Option("high", "--fail-on", help="Fail when there is one as bad as this: high, medium, low or never.")


@app.command("check")
def check(
    ctx: typer.Context,
    repo: str = REPO,
    name: str = typer.Argument(
        help="secrets, history, licences, complexity, pins, ci or surprises.", autocompletion=_complete_checks
    ),
    fail_on: str = FAIL_ON,
) -> None:
    """Look for one kind of problem in a repository.

    Its files are read, nothing of it is run. A secret's own text is never shown.
    """
    from phoenix_cli.cli.views.findings import show_result

    _known(fail_on)
    context: Context = ctx.obj
    environ = context.app.environ
    run_id, step = environ.get("PHOENIX_RUN_ID", ""), environ.get("PHOENIX_STEP", "")
    found = context.perform("ecosystem.check", repo=repo, check=name, run_id=run_id, step=step)
    if context.flags.json:
        context.console.answer(found.as_json())
    else:
        show_result(context.console, found)
    _judge(found.counts, fail_on, f"{name} of {found.repo}")


@app.command("findings")
def findings(
    ctx: typer.Context,
    run_id: str = typer.Argument("", help="A flow's run; inside of a step its own."),
    fail_on: str = typer.Option(
        "never", "--fail-on", help="Fail when there is one as bad: high, medium, low or never."
    ),
    step: list[str] = typer.Option([], "--step", help="STEP=STATUS: a row for a step. May be repeated."),
    note: list[str] = typer.Option([], "--note", help="STEP=TEXT: why it is not done, or cannot be. May be repeated."),
) -> None:
    """Show what the checks of a flow's run found.

    A row for each step, then the worst findings. ``--json`` has all of them.
    """
    from phoenix_cli.cli.views.findings import show_review

    _known(fail_on)
    context: Context = ctx.obj
    run_id = run_id or context.app.environ.get("PHOENIX_RUN_ID", "")
    if not run_id:
        raise Usage("which run?", code="ecosystem.no_run", hints=("phoenix flow list",))
    review = context.perform("ecosystem.findings", run_id=run_id, statuses=step, notes=note)
    if context.flags.json:
        context.console.answer(_json(review))
    else:
        show_review(context.console, review)
    _judge(review.counts, fail_on, f"the review {run_id}")


def _json(review: Any) -> dict[str, Any]:
    rows = [
        {"step": one.step, "status": one.status, "counts": one.counts, "notes": list(one.notes)} for one in review.rows
    ]
    return {
        "run_id": review.run_id,
        "counts": review.counts,
        "steps": rows,
        "items": list(review.findings),
        "next": None,
    }


def _known(threshold: str) -> None:
    if threshold not in THRESHOLDS:
        raise Usage(f"--fail-on {threshold}: no such word", hints=(f"one of {', '.join(THRESHOLDS)}",))


def _judge(counts: Any, threshold: Any, what: str) -> None:
    from phoenix_cli.ecosystem.checks.findings import reaches

    if reaches(counts, threshold):
        told = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)
        raise Failed(f"{what} has findings: {told}", code="ecosystem.findings", details={"counts": dict(counts)})
