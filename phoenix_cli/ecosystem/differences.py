"""The operation that shows what changed between two commits of an imported repository."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_cli.ecosystem.repositories import find
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git, Place

#: No program of the repository's choosing: neither an external diff nor a text conversion.
_OPTIONS = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--unified=2")


def show_difference(*, state: State, git: Git, repo: str, before: str, after: str, files: Sequence[str]) -> str:
    """Show how files differ between two commits, as a unified diff; "" when an old commit is not here any more."""
    here = find(state, repo)
    words = [f":(top,literal){file}" for file in files]
    answer = git.ask("diff", *_OPTIONS, before, after, "--", *words, at=Place.of(here.path))
    return answer.out.decode("utf-8", "surrogateescape") if answer.code == 0 else ""
