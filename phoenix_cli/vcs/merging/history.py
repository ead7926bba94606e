"""What branches have that trunk has not: one walk for all of them, and the rest is sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from phoenix_cli.vcs.merging.quarantine import Quarantine

Parents = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Beyond:
    """A tip's commits that trunk lacks. ``ahead``: trunk is among its ancestors; ``related``: some commit of trunk is."""

    commits: frozenset[str]
    ahead: bool
    related: bool

    @property
    def merged(self) -> bool:
        """Tell whether trunk has it all."""
        return not self.commits


def beyond_trunk(quarantine: Quarantine, trunk: str, tips: Iterable[str]) -> dict[str, Beyond]:
    """Return for each tip (a commit id) how it stands to trunk."""
    asked = list(dict.fromkeys(tips))
    text = "".join(f"{tip}\n" for tip in (*asked, f"^{trunk}")).encode()
    listed = quarantine.git.run(
        "rev-list", "--parents", "--stdin", at=quarantine.place, input=text, what="read history"
    )
    parents = {words[0]: words[1:] for words in (line.split() for line in listed.decode("ascii").splitlines())}
    return {tip: stand(trunk, tip, parents) for tip in asked}


def stand(trunk: str, tip: str, parents: Parents) -> Beyond:
    """Tell how a tip stands to trunk, from the parents of every commit that trunk lacks. Pure."""
    seen: set[str] = set()
    outside: set[str] = set()
    todo = [tip]
    while todo:
        commit = todo.pop()
        if commit not in parents:
            outside.add(commit)
        elif commit not in seen:
            seen.add(commit)
            todo.extend(parents[commit])
    return Beyond(frozenset(seen), trunk in outside, bool(outside))
