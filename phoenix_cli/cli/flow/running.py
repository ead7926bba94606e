"""Verbs that carry a flow through: run, resume, cancel."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer

from phoenix_cli.cli.context import Context
from phoenix_cli.cli.flow.outcome import show_outcome
from phoenix_cli.cli.flow.verbs import INPUT, MAX_PARALLEL, RUN_ID, app, read_pairs

if TYPE_CHECKING:
    from phoenix_cli.engine.running.control import Control

PROGRESS = typer.Option(
    "auto", "--progress", help="How to tell what happens: auto, live, lines, json, none.", metavar="HOW"
)
TODO = typer.Option(None, "--todo", help="Keep a list of what is to be done in this file, as JSON.", metavar="FILE")

TWICE_S = 0.1  # nobody asks twice as quickly


@app.command("run")
def run(
    ctx: typer.Context,
    flow: str = typer.Argument(help="A flow file, or the name of a built-in flow."),
    input: list[str] = INPUT,
    max_parallel: int | None = MAX_PARALLEL,
    executor: str = typer.Option("local", "--executor", help="local, or dask://HOST:PORT.", metavar="WHERE"),
    keep_going: bool = typer.Option(False, "--keep-going", "-k", help="Let the others go on when a step fails."),
    progress: str = PROGRESS,
    todo: Path | None = TODO,
) -> None:
    """Run a flow: every step as soon as what it needs is done.

    Each step's end is in a journal before the next begins: after a crash or ^C, ``flow resume`` goes on from there.
    """
    context: Context = ctx.obj
    with controlled(context, progress, todo) as control:
        told = context.perform(
            "flow.run", target=flow, here=Path.cwd(), inputs=read_pairs(input, "--input"), control=control,
            max_parallel=max_parallel, executor=executor, keep_going=keep_going,
        )  # fmt: skip
    show_outcome(context, told, left=control.left)


@app.command("resume")
def resume(
    ctx: typer.Context,
    run: str = RUN_ID,
    answer: list[str] = typer.Option(
        [], "--answer", "-a", help="Settle a question: STEP=done, again or failed; STEP=yes or no.", metavar="STEP=WORD"
    ),
    max_parallel: int | None = MAX_PARALLEL,
    progress: str = PROGRESS,
    todo: Path | None = TODO,
) -> None:
    """Go on with an interrupted run: what is done stays done, what still runs is adopted.

    Without an id: the newest interrupted run.
    """
    context: Context = ctx.obj
    with controlled(context, progress, todo) as control:
        told = context.perform(
            "flow.resume", run=run, answers=read_pairs(answer, "--answer"), control=control, max_parallel=max_parallel
        )
    show_outcome(context, told, left=control.left)


@app.command("cancel")
def cancel(
    ctx: typer.Context,
    run: str = RUN_ID,
    reason: str = typer.Option("cancelled", "--reason", help="Why; the run keeps it."),
    progress: str = PROGRESS,
) -> None:
    """Cancel a run: end what runs, then take back what has an undo.

    A run that another phoenix drives is told to; an interrupted one is cancelled here.
    """
    context: Context = ctx.obj
    with controlled(context, progress, None) as control:
        told = context.perform("flow.cancel", run=run, reason=reason, control=control)
    show_outcome(context, told, left=control.left, wanted=("cancelled",))


@contextmanager
def controlled(context: Context, progress: str, todo: Path | None) -> Iterator[Control]:
    """Give a run something that tells of it, asks a person, and hears ^C: once to leave, twice to leave at once."""
    from phoenix_cli.cli.flow.observing import observer
    from phoenix_cli.engine.running.control import Control

    with observer(context, progress, todo) as watching:

        def ask(run: str, step: str, question: str) -> Any:
            with watching.paused():
                return _ask(context, run, step, question)

        control = Control(watching, ask)
        watching.attach(control)
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        for number in before:
            signal.signal(number, _leaving(control))
        try:
            yield control
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _leaving(control: Control) -> Callable[[int, FrameType | None], None]:
    """Return what hears a signal. One that goes to the whole group comes twice, the second time through our parent."""
    heard: list[float] = []

    def hear(number: int, frame: FrameType | None) -> None:
        if not heard or time.monotonic() - heard[-1] >= TWICE_S:
            heard.append(time.monotonic())
            control.leave()

    return hear


_QUESTIONS = {
    "crashed": ("nobody knows whether {step} was done before the crash", "[d]one, run it [a]gain, [f]ailed", "daf"),
    "confirm": ("{step} waits for your word", "[y]es, [n]o", "yn"),
}
_VERDICTS = {"d": "done", "a": "again", "f": "failed", "y": "again", "n": "failed"}


def _ask(context: Context, run: str, step: str, question: str) -> Any:
    """Ask on a terminal; None without one, or for an answer that is none."""
    if not context.console.interactive:
        return None
    text, choices, letters = _QUESTIONS[question]
    return _VERDICTS.get(context.console.ask(text.format(step=step), choices, letters))
