"""Help topics: ``phoenix help environment|exit-codes|states|trust``."""

from __future__ import annotations

from collections.abc import Callable


def environment() -> str:
    """List the environment variables."""
    from phoenix_cli.kernel.settings import VARIABLES

    rows = [f"  {name:<20}{text}" for name, text in VARIABLES.items()]
    return "Environment variables\n\n" + "\n".join(rows) + "\n"


def exit_codes() -> str:
    """List the exit codes."""
    from phoenix_cli.cli.errors import BUG, EXIT_CODES

    rows = ["  0    done"]
    rows += [f"  {status:<5}{kind.replace('_', ' '):<13}{text}" for kind, (status, _, text) in EXIT_CODES.items()]
    rows += [f"  {BUG}   a bug: one sentence, and a log file to paste into an issue", "  130  ^C", "  141  closed pipe"]
    return "Exit codes\n\n" + "\n".join(rows) + "\n"


def states() -> str:
    """List the states of services, runs and repositories."""
    return STATES


STATES = """\
States

Services
  stopped    nothing runs
  starting   a process runs, it is not ready yet
  running    it is ready: HTTP answers, else its port is open, else its log says so,
             else it stayed alive
  stopping   it was asked to end, and something of it still lives
  failed     it ended by itself or never became ready; the reason is shown

Runs
  running      a process of it lives
  passed       exit code 0
  failed       any other exit code
  interrupted  phoenix or the machine went away before it ended

Repositories
  inspect    nothing of it is run (after import)
  sandboxed  commands run in bubblewrap: own home, no secrets, no network
  trusted    commands run as you; the trust ends when a file changes that defines them
"""

TOPICS: dict[str, Callable[[], str]] = {
    "environment": environment,
    "exit-codes": exit_codes,
    "states": states,
}
