"""The one place of the command line that catches everything: expected failure, interruption, bug."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from phoenix_cli.cli.console import Console
from phoenix_cli.cli.errors import BUG, exit_code
from phoenix_cli.cli.flags import Flags, take_flags
from phoenix_cli.kernel.errors import PhoenixError, Usage

#: What other Typer programs call it.
_SAME_AS = {"--show-completion": ["completion"], "--install-completion": ["completion", "--install"]}


def guarded(argv: Sequence[str]) -> int:
    """Parse and carry out a command line; turn every ending into an exit status."""
    flags = Flags()
    try:
        flags, rest = take_flags(argv)
        return _carry_out(flags, [*_SAME_AS.get(rest[0], rest[:1]), *rest[1:]] if rest else rest)
    except PhoenixError as error:
        Console(flags).error(error)
        if flags.debug:
            traceback.print_exc()
        return exit_code(error)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - a bug: the command line's boundary
        return _bug(flags, argv, error)


def _carry_out(flags: Flags, rest: list[str]) -> int:
    import typer

    from phoenix_cli.cli.context import Context
    from phoenix_cli.cli.root import command

    try:
        status = command().main(rest, prog_name="phoenix", standalone_mode=False, obj=Context(flags))
    except typer.TyperException as error:
        raise _usage(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    if status == 130:
        raise KeyboardInterrupt  # Typer turns ^C into this status
    sys.stdout.flush()
    return int(status or 0)


def _usage(error: Exception) -> Usage:
    """Turn the parser's complaint into ours; its context names the verb whose help tells more."""
    message = getattr(error, "format_message", lambda: str(error))().strip().rstrip(".")
    message, _, near = message.partition(". Did you mean ")
    where = getattr(getattr(error, "ctx", None), "command_path", "phoenix")
    hints = [f"did you mean {near.rstrip('?')}?"] if near else []
    return Usage(message[:1].lower() + message[1:], hints=[*hints, f"{where} --help"])


def _bug(flags: Flags, argv: Sequence[str], error: Exception) -> int:
    report = _write_report(flags, argv)
    console = Console(flags)
    console.say("error:", f"phoenix itself failed ({type(error).__name__}); this is a bug, and your state is as it was")
    if report:
        console.say("  hint:", f"{report} is ready to paste into an issue")
    if flags.debug:
        traceback.print_exc()
    return BUG


def _write_report(flags: Flags, argv: Sequence[str]) -> Path | None:
    import os
    import platform

    from phoenix_cli import __version__
    from phoenix_cli.kernel.clock import SystemClock, iso
    from phoenix_cli.kernel.events import without_secrets
    from phoenix_cli.kernel.paths import Home, default_home

    now = iso(SystemClock().now())
    home = Home(flags.home.absolute() if flags.home else default_home(os.environ, Path.home()))
    path = home.logs / f"bug-{now.replace(':', '')}.md"
    body = "\n".join(
        [
            f"## phoenix {__version__} failed at {now}",
            f"- Python {platform.python_version()} on {platform.platform()}",
            f"- command: `phoenix {' '.join(without_secrets(list(argv)))}`",
            "",
            "```",
            without_secrets(traceback.format_exc().rstrip()),
            "```",
            "",
        ]
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    except OSError:
        return None
    return path
