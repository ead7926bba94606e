"""Verbs that tell of runs: list, show, logs, events, history."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import typer

from phoenix_cli.cli.console import ago, duration, harmless
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.flow.verbs import RUN_HELP, RUN_ID, app, complete_runs
from phoenix_cli.kernel.clock import parse_iso

SIGNS = {
    "succeeded": "done", "failed": "failed", "cancelled": "failed", "blocked": "none", "skipped": "none",
    "running": "on", "interrupted": "warn", "doubtful": "warn",
}  # fmt: skip


@app.command("list")
def list_(
    ctx: typer.Context,
    flow: str = typer.Option("", "--flow", help="Only runs of the flow of this name."),
    limit: int = typer.Option(50, "--limit", "-n", min=1, max=10_000, help="How many of the newest."),
    before: int = typer.Option(0, "--before", min=0, help="Only runs before this number: next of the last answer."),
) -> None:
    """List runs of flows, newest first."""
    context: Context = ctx.obj
    found = context.perform("flow.list", flow=flow, limit=limit, before=before)
    if context.flags.json:
        following = found[-1].number if len(found) == limit else None
        context.console.answer({"items": [_row(one) for one in found], "next": following})
        return
    console, now = context.console, context.app.clock.now()
    if not console.terminal:
        fields = ("id", "flow", "status", "started_at", "duration_s", "file")
        console.table(fields, [[_row(one)[name] for name in fields] for one in found])
        return
    console.table(
        ("run", "status", "when", "took", "flow"),
        [
            (one.id, f"{console.plain_sign(SIGNS[one.status])} {one.status}", ago(parse_iso(one.started_at), now),
             duration(one.duration_s), one.flow)
            for one in found
        ],
        colours={"status": "sign", "run": "cyan"},
    )  # fmt: skip
    if not found:
        console.note("no flow has run yet")


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.id, "flow": one.flow, "file": one.file, "status": one.status, "reason": one.reason,
        "started_at": one.started_at, "ended_at": one.ended_at, "duration_s": _rounded(one.duration_s),
        "inputs": dict(one.inputs), "counts": dict(one.counts),
    }  # fmt: skip


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


@app.command("show")
def show(ctx: typer.Context, run: str = RUN_ID) -> None:
    """Show one run with all of its steps."""
    context: Context = ctx.obj
    told = context.perform("flow.show", run=run)
    if context.flags.json:
        context.console.answer(told.as_dict())
        return
    console = context.console
    if console.terminal:
        when = ago(parse_iso(told.started_at), context.app.clock.now())
        console.line(f"{harmless(told.flow)}  {told.run_id}  {when}, {duration(told.duration_s)}")
        sign = console.sign(SIGNS[told.status])
        console.line(f"{sign} {told.status}{': ' + harmless(told.reason) if told.reason else ''}")
        console.line()
    console.table(
        ("step", "status", "tries", "took", "why"),
        [
            (name, f"{console.plain_sign(SIGNS.get(step.status, 'off'))} {_status(step)}", step.attempts,
             duration(step.duration_s) if console.terminal else step.duration_s, _reason(step))
            for name, step in told.steps.items()
        ],
        colours={"status": "sign"},
    )  # fmt: skip
    if told.status == "interrupted":
        answer = "".join(f" --answer {step}=..." for step in told.questions)
        console.next(f"phoenix flow resume {told.run_id}{answer}")


def _status(step: Any) -> str:
    word = f"{step.status} (cached)" if step.cached else str(step.status)
    return f"{word}, undo {step.undo}" if step.undo else word


def _reason(step: Any) -> str:
    return str(step.reason) or (f"exit {step.exit_code}" if step.exit_code else "")


@app.command("logs")
def logs(
    ctx: typer.Context,
    run: str = typer.Argument("", help=f"{RUN_HELP}; or a step of that one.", autocompletion=complete_runs),
    step: str = typer.Argument("", help="A step; all of them without one."),
    follow: bool = typer.Option(False, "--follow", "-f", help="Go on as more is written, until the run is over."),
    last: bool = typer.Option(False, "--last", help="Only each step's last attempt."),
) -> None:
    """Print what the steps of a run have written."""
    from phoenix_cli.cli.flow.log_printing import follow_logs, print_log, run_and_step

    context: Context = ctx.obj
    if follow:
        run, step = run_and_step(context, run, step)
    found = context.perform("flow.logs", run=run, step=step)
    if last:
        newest = {(one.step, one.role): one for one in found}  # attempts come in order
        found = [one for one in found if one is newest[one.step, one.role]]
    if context.flags.json:
        items = [{**dataclasses.asdict(one), "path": str(one.path)} for one in found]
        context.console.answer({"items": items, "next": None})
        return
    spoke = [one for one in found if one.bytes]
    for one in spoke:
        print_log(context, one, alone=len(found) == 1)
    if follow:
        follow_logs(context, run, step, {Path(one.path): one.bytes for one in found})
    elif not spoke:
        context.console.note("nothing was written" if found else "no output was kept")
    sys.stdout.flush()


@app.command("events")
def events(
    ctx: typer.Context,
    run: str = RUN_ID,
    after: int = typer.Option(0, "--after", min=0, help="Only from this number on."),
) -> None:
    """Print what was decided in a run, one JSON line for each."""
    context: Context = ctx.obj
    for one in context.perform("flow.events", run=run, after=after):
        context.console.stream({"seq": one.seq, "at": one.at, "time": one.time, "kind": one.kind, **one.fields})


@app.command("history")
def history(
    ctx: typer.Context,
    flow: str = typer.Argument("", help="A flow's name; that of the newest run without one."),
    limit: int = typer.Option(20, "--limit", "-n", min=1, max=1_000, help="How many of the newest runs."),
) -> None:
    """Tell how a flow and each of its steps did in the last runs."""
    context: Context = ctx.obj
    found = context.perform("flow.history", flow=flow, limit=limit)
    if context.flags.json:
        steps = [{**dataclasses.asdict(one), "median_s": one.median_s} for one in found.steps]
        context.console.answer({"flow": found.flow, "runs": [_row(one) for one in found.runs], "steps": steps})
        return
    console = context.console
    if console.terminal:
        good = sum(one.status == "succeeded" for one in found.runs)
        console.line(f"{harmless(found.flow)}: {good} of the last {len(found.runs)} runs succeeded")
        console.line()
    console.table(
        ("step", "runs", "good", "failed", "cached", "retried", "median", "last"),
        [
            (one.step, one.runs, one.succeeded, one.failed, one.cached, one.retried, duration(one.median_s),
             duration(one.durations_s[0] if one.durations_s else None))
            for one in found.steps
        ],
    )  # fmt: skip
