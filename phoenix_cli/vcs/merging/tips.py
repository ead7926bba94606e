"""From the names that people type to commits: branches first, in one process for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import printable

_FOUND = re.compile(rb"([0-9a-f]{40,64}) (commit|tree) [0-9]+")
_BEFORE = ("refs/heads/{}", "refs/remotes/{}", "{}")


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch, or whatever else has a name, and the commit and tree that it stands for."""

    name: str
    commit: str
    tree: str


def find_tips(git: Git, place: Place, names: Sequence[str]) -> list[Tip]:
    """Return the tips of branches, remote branches or revisions; raise ``NotFound`` for the first that is none."""
    for name in names:
        if not name or "\n" in name or "\0" in name:
            raise Usage(f"{printable(name)!r} is no name of a branch", code="merge.bad_name")
    if not names:
        return []
    asked = [f"{form.format(name)}^{{{kind}}}" for name in names for form in _BEFORE for kind in ("commit", "tree")]
    text = "".join(f"{one}\n" for one in asked).encode("utf-8", "surrogateescape")
    lines = git.run("cat-file", "--batch-check", at=place, input=text, what="look for branches").splitlines()
    return [_tip(git, place, name, lines[6 * n : 6 * n + 6]) for n, name in enumerate(names)]


def _tip(git: Git, place: Place, name: str, answers: Sequence[bytes]) -> Tip:
    for commit, tree in zip(answers[::2], answers[1::2], strict=True):
        found, below = _FOUND.fullmatch(commit), _FOUND.fullmatch(tree)
        if found and below:
            return Tip(name, found[1].decode(), below[1].decode())
    raise NotFound(
        f"there is no branch {printable(name)}", code="merge.branch_not_found",
        hints=(*did_you_mean(name, branches(git, place)), "git branch --all"),
    )  # fmt: skip


def branches(git: Git, place: Place) -> list[str]:
    """Return the short names of all local branches."""
    listed = git.run("for-each-ref", "--format=%(refname)", "refs/heads/", at=place)
    return [line.removeprefix("refs/heads/") for line in listed.decode("utf-8", "surrogateescape").splitlines()]
