"""The literal table of the command tree's top: what ``phoenix --help`` prints and which module each word wakes."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One word after ``phoenix``: its heading in the help, its module's ``app``, and what it does."""

    heading: str
    module: str
    help: str


COMMANDS: dict[str, Entry] = {
    "ecosystem": Entry("Work", "phoenix_cli.cli.ecosystem", "Import any repository, know it, build it, run it."),
    "flow": Entry("Work", "phoenix_cli.cli.flow", "Run steps in parallel, with a journal: what is done stays done."),
    "lock": Entry("System", "phoenix_cli.cli.lock", "Hold, list and release what runs and people share."),
    "cache": Entry("System", "phoenix_cli.cli.cache", "Look into the cache of results, limit it, clear it."),
    "status": Entry("System", "phoenix_cli.cli.status", "Show repositories, services, runs and flows on one screen."),
    "events": Entry("System", "phoenix_cli.cli.events", "List or follow what was done, by whom, with which outcome."),
    "doctor": Entry("System", "phoenix_cli.cli.doctor", "Check tools, state and sandbox, and say what each gap costs."),
    "completion": Entry(
        "System", "phoenix_cli.cli.completion.verb", "Print or install Tab completion for bash, zsh or fish."
    ),
}
