"""``phoenix completion``."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from phoenix_cli.cli.completion.scripts import SCRIPTS, install
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.kernel.errors import Unavailable, Usage

app = Group(COMMANDS["completion"].help)


@app.command()
def completion(
    ctx: typer.Context,
    shell: str = typer.Argument("", help="bash, zsh or fish; default: yours.", autocompletion=lambda: list(SCRIPTS)),
    install_: bool = typer.Option(False, "--install", help="Write it where the shell finds it."),
) -> None:
    """Print or install Tab completion for bash, zsh or fish: commands, repositories, and what can be run in them."""
    context: Context = ctx.obj
    shell = shell or Path(os.environ.get("SHELL", "")).name
    if shell not in SCRIPTS:
        raise Usage(f"no completion for {shell or 'an unknown shell'}", hints=(f"one of: {', '.join(SCRIPTS)}",))
    if not install_:
        context.console.out.write(SCRIPTS[shell])
        return
    try:
        where = install(shell, os.environ, Path.home())
    except OSError as error:
        raise Unavailable(
            f"cannot write {error.filename}", code="completion.unwritable", cause=str(error.strerror)
        ) from error
    context.console.done(
        f"completion for {shell} is in {where.script}" + (f", read by {where.startup}" if where.startup else "")
    )
    context.console.note("  it is there in every new shell")
