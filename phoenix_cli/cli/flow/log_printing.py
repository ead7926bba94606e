"""Print logs of steps: on a terminal made harmless, into a pipe as they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from phoenix_cli.cli.console import harmless
from phoenix_cli.cli.context import Context
from phoenix_cli.kernel.errors import NotFound

CHUNK = 1 << 16


def print_log(context: Context, log: Any, *, alone: bool) -> None:
    """Print one log, under a line that names it when it is not alone."""
    if not alone:
        role = "" if log.role == "step" else f" {log.role}"
        context.console.line(context.console.paint(f"── {log.step}{role}, attempt {log.attempt}", "dim"))
    _copy(context, log.path, 0, log.bytes)


def _copy(context: Context, path: Path, start: int, end: int) -> None:
    sys.stdout.flush()
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            write(context, chunk)


def write(context: Context, chunk: bytes) -> None:
    """Write a piece of output."""
    if context.console.terminal:
        sys.stdout.write(harmless(chunk.decode(errors="replace").replace("\r\n", "\n")))
        sys.stdout.flush()
    else:
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()


def run_and_step(context: Context, run: str, step: str) -> tuple[str, str]:
    """Return the id of the run that is meant, which a newer run does not change, and the step."""
    try:
        return str(context.perform("flow.show", run=run).run_id), step
    except NotFound:
        if step:
            raise
        return str(context.perform("flow.show", run="").run_id), run


def follow_logs(context: Context, run: str, step: str, known: dict[Path, int]) -> None:
    """Print what is added to a run's logs until the run is over."""
    while True:
        over = context.perform("flow.show", run=run).status != "running"
        for log in context.perform("flow.logs", run=run, step=step):
            if log.bytes > known.get(log.path, 0):
                _copy(context, log.path, known.get(log.path, 0), log.bytes)
                known[log.path] = log.bytes
        if over:
            return
        context.app.clock.sleep(0.3)
