"""Verbs that run a repository's own code: build, test, run; and trust, which lets them."""

from __future__ import annotations

import sys
from typing import Any

import typer

from phoenix_cli.cli.console import duration
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.ecosystem.verbs import app
from phoenix_cli.cli.ecosystem.words import REPO, complete_commands
from phoenix_cli.kernel.errors import Failed, Refused, Usage

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
TRUST = typer.Option(False, "--trust", help="Trust the repository first, then run as you.")
SANDBOX = typer.Option(False, "--sandbox", help="Run in the sandbox this time: own home, no secrets, no network.")
NET = typer.Option(False, "--net", help="Give a sandboxed command the network.")
LOCKED = typer.Option(False, "--locked", help="Use the form that fails rather than changes a lock file.")
OFFLINE = typer.Option(False, "--offline", help="Use the form that does without the network.")
ENV = typer.Option([], "--env", help="Set NAME=VALUE for it, or pass NAME on from here. May be repeated.")
TIMEOUT = typer.Option(None, "--timeout", min=0.1, help="End it after this many seconds.")


@app.command("build", context_settings=PASSED_ON)
def build(
    ctx: typer.Context,
    repo: str = REPO,
    trust: bool = TRUST,
    sandbox: bool = SANDBOX,
    net: bool = NET,
    locked: bool = LOCKED,
    offline: bool = OFFLINE,
    env: list[str] = ENV,
    timeout: float | None = TIMEOUT,
) -> None:
    """Build a repository.

    Runs its primary build command. Words that phoenix does not know, and all words after ``--``, go to that command.
    """
    _run(ctx, repo, "build", trust, sandbox, net, locked, offline, env, timeout)


@app.command("test", context_settings=PASSED_ON)
def test(
    ctx: typer.Context,
    repo: str = REPO,
    trust: bool = TRUST,
    sandbox: bool = SANDBOX,
    net: bool = NET,
    locked: bool = LOCKED,
    offline: bool = OFFLINE,
    env: list[str] = ENV,
    timeout: float | None = TIMEOUT,
) -> None:
    """Test a repository.

    Runs its primary test command. Words that phoenix does not know, and all words after ``--``, go to that command.
    """
    _run(ctx, repo, "test", trust, sandbox, net, locked, offline, env, timeout)


@app.command("run", context_settings=PASSED_ON)
def run(
    ctx: typer.Context,
    repo: str = REPO,
    command: str = typer.Argument(
        help="A role (build, test, lint ...), a command's name, or its last part.", autocompletion=complete_commands
    ),
    trust: bool = TRUST,
    sandbox: bool = SANDBOX,
    net: bool = NET,
    locked: bool = LOCKED,
    offline: bool = OFFLINE,
    env: list[str] = ENV,
    timeout: float | None = TIMEOUT,
) -> None:
    """Run any command of a repository.

    Words that phoenix does not know, and all words after ``--``, go to that command.
    """
    _run(ctx, repo, command, trust, sandbox, net, locked, offline, env, timeout)


def _run(
    ctx: typer.Context,
    repo: str,
    command: str,
    trust: bool,
    sandbox: bool,
    net: bool,
    locked: bool,
    offline: bool,
    env: list[str],
    timeout: float | None,
) -> None:
    if locked and offline:
        raise Usage("--locked and --offline exclude each other")
    context: Context = ctx.obj
    arguments = {
        "repo": repo,
        "command": command,
        "arguments": ctx.args,
        "form": "locked" if locked else "offline" if offline else "plain",
        "network": net,
        "variables": env,
        "timeout_s": timeout,
        "listen": _echo(context),
        "stdin": sys.stdin is not None and sys.stdin.isatty(),
    }
    done = perform_trusting(context, "ecosystem.run", trust, sandbox, **arguments)
    _show(context, repo, done)


def perform_trusting(context: Context, operation: str, trust: bool, sandbox: bool, **arguments: Any) -> Any:
    """Perform something that runs a repository's code; on a terminal ask once when it is not trusted."""
    try:
        return context.perform(operation, trusting=trust, sandboxed=sandbox, **arguments)
    except Refused as refused:
        if refused.code != "ecosystem.untrusted" or not context.console.interactive:
            raise
        answer = context.console.ask(f"{refused.message}: {refused.cause}.", "[s]andbox once, [t]rust, [N]o", "st")
        if answer not in ("s", "t"):
            raise
    return context.perform(operation, trusting=answer == "t", sandboxed=answer == "s", **arguments)


def _echo(context: Context) -> Any:
    """Return what passes a command's output on: to our stdout and stderr, all of it to stderr under ``--json``."""
    out, err = sys.stdout.buffer, sys.stderr.buffer
    quiet = context.flags.verbosity < 0

    def listen(channel: str, chunk: bytes) -> None:
        if quiet and context.flags.json:
            return
        stream = err if channel == "err" or context.flags.json else out
        stream.write(chunk)
        stream.flush()

    return listen


def _show(context: Context, repo: str, done: Any) -> None:
    console = context.console
    if context.flags.json:
        console.answer(
            {
                "run_id": done.id,
                "exit_code": done.exit_code,
                "duration_s": done.duration_s,
                "log": str(done.log),
                "command": done.command,
                "argv": list(done.argv),
                "level": done.level,
                "status": done.status,
            }
        )
    if done.status != "passed":
        raise Failed(
            f"{done.command} failed: {done.reason}",
            code="ecosystem.run_failed",
            hints=(
                *(f"its {role} never passed here: phoenix ecosystem run {repo} {role}" for role in done.advice),
                f"its output is in {done.log}",
            ),
            details={"run_id": done.id, "exit_code": done.exit_code, "duration_s": done.duration_s},
        )
    console.done(f"{done.command} passed in {duration(done.duration_s)}, {done.level}")


@app.command("trust")
def trust(
    ctx: typer.Context,
    repo: str = REPO,
    sandbox: bool = typer.Option(False, "--sandbox", help="Only in the sandbox."),
    revoke: bool = typer.Option(False, "--revoke", help="Back to inspect: nothing of it is run."),
) -> None:
    """Let a repository's commands run as you.

    The trust ends when a file changes that defines its commands: phoenix help states.
    """
    if sandbox and revoke:
        raise Usage("--sandbox and --revoke exclude each other")
    context: Context = ctx.obj
    level = "inspect" if revoke else "sandboxed" if sandbox else "trusted"
    if level == "trusted" and not context.flags.yes and context.console.interactive:
        context.console.confirm(f"Run commands of {repo} as you from now on?", refusal=f"{repo} was not trusted")
    held = context.perform("ecosystem.trust", repo=repo, level=level)
    if context.flags.json:
        context.console.answer({"repo": repo, "level": held.level, "since": held.since, "commit": held.commit})
        return
    context.console.done(f"{repo} is {'not run any more (inspect)' if revoke else held.level} now")
