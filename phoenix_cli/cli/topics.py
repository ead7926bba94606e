"""Help topics: ``phoenix help environment|exit-codes|states|trust|completion``."""

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


def trust() -> str:
    """Explain the three levels of a repository."""
    return TRUST


def completion() -> str:
    """Explain completion."""
    return COMPLETION


STATES = """\
States

Services
  stopped    nothing runs
  starting   a process runs, it is not ready yet
  running    it is ready: HTTP answers, else its port is open, else its log says
             so, else it stayed alive
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
  trusted    commands run as you, until a file changes that defines them
"""

TRUST = """\
Trust

What detect, commands, explain, list and show tell is read from files: nothing
of a repository is run for it, not even a Makefile. Running is your decision, at
one of three levels:

  inspect    nothing of it is run. Every repository begins here.
  sandboxed  commands run in bubblewrap: a home of their own, no secrets, no
             other processes, no network unless --net; only the checkout can be
             written, and of that not .git.
  trusted    commands run as you. Variables that look like secrets (TOKEN,
             PASSWORD ...) are kept from them; --env NAME passes one on.

  phoenix ecosystem trust NAME               trusted from now on
  phoenix ecosystem trust NAME --sandbox     sandboxed from now on
  phoenix ecosystem trust NAME --revoke      back to inspect
  phoenix ecosystem test NAME --trust        trust it, then run
  phoenix ecosystem test NAME --sandbox      in the sandbox, this once

A level holds for the files that define the repository's commands, as they are
when you give it. When one of them changes, by a sync or by anything else, the
level is inspect again, and status and show name the files. Without a terminal
to ask on, running at level inspect ends with exit code 7.
"""

COMPLETION = """\
Completion

  phoenix completion --install          for your shell: bash, zsh or fish
  phoenix completion zsh                print the script instead

Tab then completes commands, verbs and flags; repositories, their commands and
services come from the database, never from the network.

  bash   ~/.config/phoenix/completion.bash, read by a line in ~/.bashrc
  zsh    ~/.config/phoenix/completion.zsh, read by a line in ~/.zshrc
  fish   ~/.config/fish/completions/phoenix.fish
"""

TOPICS: dict[str, Callable[[], str]] = {
    "environment": environment,
    "exit-codes": exit_codes,
    "states": states,
    "trust": trust,
    "completion": completion,
}
