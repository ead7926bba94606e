"""Verbs that look at a flow before and after it ran: validate, plan, graph, report, schema."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import typer

from phoenix_cli.cli.console import size
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.flow.verbs import INPUT, MAX_PARALLEL, RUN_ID, app, read_pairs

FLOW = typer.Argument(help="A flow file, or the name of a built-in flow.")


@app.command("validate")
def validate(ctx: typer.Context, flow: str = FLOW, input: list[str] = INPUT) -> None:
    """Check a flow file and tell every mistake at once, each with its place.

    Exit status 1 when there is one; warnings alone are no mistake.
    """
    from phoenix_cli.cli.views.flow_mistakes import show_mistakes

    context: Context = ctx.obj
    inputs = read_pairs(input, "--input")
    found = context.perform("flow.validate", target=flow, here=Path.cwd(), inputs=inputs)
    if context.flags.json:
        answer = {
            "errors": [one.as_dict() for one in found.errors],
            "warnings": [one.as_dict() for one in found.warnings],
        }
        context.console.answer(answer)
    else:
        show_mistakes(context.console, flow, found)
    raise typer.Exit(1 if found.errors else 0)


@app.command("plan")
def plan(
    ctx: typer.Context,
    flow: str = FLOW,
    input: list[str] = INPUT,
    max_parallel: int | None = MAX_PARALLEL,
    optimise: bool = typer.Option(False, "--optimise", help="Drop needs that others imply, fuse chains of commands."),
) -> None:
    """Plan a flow without running it.

    Who starts when, the critical path, what nothing can beat, and what to expect with the durations of earlier runs.
    """
    from phoenix_cli.cli.views.flow_plan import show_plan

    context: Context = ctx.obj
    found = context.perform(
        "flow.plan", target=flow, here=Path.cwd(), inputs=read_pairs(input, "--input"), max_parallel=max_parallel,
        optimise=optimise,
    )  # fmt: skip
    if context.flags.json:
        optimised = dataclasses.asdict(found.optimised) if found.optimised else None
        context.console.answer({"file": found.file, **dataclasses.asdict(found.plan), "optimised": optimised})
    else:
        show_plan(context.console, found)


@app.command("graph")
def graph(
    ctx: typer.Context,
    flow: str = typer.Argument(help="A flow file, the name of a built-in flow, or a run's id.", metavar="FLOW|RUN_ID"),
    format: str = typer.Option("", "--format", help="mermaid, dot or svg; by the name of --output without it."),
    output: Path | None = typer.Option(None, "--output", "-o", help="Write to this file instead.", metavar="PATH"),
    all: bool = typer.Option(False, "--all", help="Draw every step, however many there are."),
    input: list[str] = INPUT,
) -> None:
    """Draw the graph of a flow, or of a run with the status of its steps."""
    context: Context = ctx.obj
    found = context.perform(
        "flow.graph", target=flow, here=Path.cwd(), format=format or _format_of(output), all=all,
        inputs=read_pairs(input, "--input"),
    )  # fmt: skip
    if output is not None:
        _write(output, found.text)
    if context.flags.json:
        told = dataclasses.asdict(found) | {"path": str(output.absolute()) if output else None}
        context.console.answer(told)
        return
    if output is None:
        context.console.out.write(found.text)
    else:
        context.console.done(f"{output}: {found.steps:,} steps as {found.format}, {size(len(found.text.encode()))}")
    if found.grouped:
        context.console.note(
            f"{found.steps:,} steps are drawn as {found.boxes:,} boxes, one for each {found.grouped}; --all draws each step"
        )


def _format_of(output: Path | None) -> str:
    endings = {".svg": "svg", ".dot": "dot", ".gv": "dot"}
    return endings.get(output.suffix.lower(), "mermaid") if output else "mermaid"


@app.command("report")
def report(
    ctx: typer.Context,
    run: str = RUN_ID,
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        help="Write to this file; default: into the run's folder. - is stdout.",
        metavar="PATH.html",
    ),
) -> None:
    """Write the report of a run: one HTML file with a Gantt chart, the critical path, errors and every step."""
    context: Context = ctx.obj
    made = context.perform("flow.report", run=run)
    if str(output) == "-":
        context.console.out.write(made.html)
        return
    path = (output or made.path).absolute()
    _write(path, made.html)
    if context.flags.json:
        context.console.answer({"run_id": made.run_id, "path": str(path), "bytes": len(made.html.encode())})
        return
    context.console.line(str(path))


@app.command("schema")
def schema(
    ctx: typer.Context,
    path: bool = typer.Option(False, "--path", help="Print where the file is instead."),
) -> None:
    """Print the JSON Schema of flow files, for editors.

    An editor with YAML support checks and completes a flow file whose first line is
    "# yaml-language-server: $schema=PATH"; PATH is what --path prints, or that of a copy.
    """
    context: Context = ctx.obj
    found = context.perform("flow.schema")
    if path:
        context.console.line(str(found.path))
    elif context.flags.json:
        context.console.answer(json.loads(found.text))
    else:
        context.console.out.write(found.text)


def _write(path: Path, text: str) -> None:
    from phoenix_cli.kernel.errors import Usage
    from phoenix_cli.kernel.files import write_atomically

    try:
        write_atomically(path, text.encode("utf-8"), durable=False)
    except OSError as error:
        raise Usage(f"cannot write {path}", code="flow.output", cause=(error.strerror or "").lower()) from None
