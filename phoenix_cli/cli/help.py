"""Help that needs no parser: ``phoenix``, ``phoenix --help``, ``--version`` and the help topics."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_cli import __version__
from phoenix_cli.cli.table import COMMANDS

SHORT = """\
Phoenix: import any repository and know how to build, test and run it.

  phoenix ecosystem import owner/repo     bring in a repository
  phoenix ecosystem commands repo         what can be run, and where that is written
  phoenix ecosystem test repo             run its tests

  phoenix status                          repositories, services, runs
  phoenix doctor                          is this machine ready

Every command: phoenix --help
"""


def quick_answer(argv: Sequence[str]) -> str | None:
    """Return the whole answer to a command line that asks only for help or the version, else None."""
    words = [word for word in argv if word not in ("--no-input", "--no-color")]
    if not words:
        return SHORT
    if words[0] in ("--version", "-V"):
        return f"phoenix {__version__}\n"
    if words[0] in ("-h", "--help") or words == ["help"]:
        return root_help()
    if words[0] == "help" and len(words) == 2:
        from phoenix_cli.cli.topics import TOPICS

        return TOPICS[words[1]]() if words[1] in TOPICS else None
    return None


def root_help() -> str:
    """Return the help of ``phoenix`` itself: examples, commands under headings, flags, topics."""
    from phoenix_cli.cli.flags import FLAG_HELP
    from phoenix_cli.cli.topics import TOPICS

    lines = ["Usage: phoenix COMMAND [ARGS]", "", "Examples:"]
    lines += [
        "  phoenix ecosystem import pallets/click",
        "  phoenix ecosystem commands click --json",
        "  phoenix ecosystem test click --trust",
    ]
    for heading in dict.fromkeys(entry.heading for entry in COMMANDS.values()):
        lines += ["", f"{heading}:"]
        lines += [f"  {name:<12}{entry.help}" for name, entry in COMMANDS.items() if entry.heading == heading]
    lines += ["", "Flags, after any command:"]
    lines += [f"  {flag:<18}{text}" for flag, text in FLAG_HELP]
    lines += ["", f"Topics: phoenix help {' | '.join(TOPICS)}"]
    return "\n".join(lines) + "\n"
