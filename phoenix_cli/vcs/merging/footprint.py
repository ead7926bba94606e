"""Which two branches cannot meet, so that no merge of them need be tried. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phoenix_cli.vcs.merging.changes import Change


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one branch, merged with trunk, changes in trunk, and the commits that only it has.

    ``folders`` are all folders above changed paths: a file of one side may stand where the other has a folder.
    """

    changes: tuple[Change, ...]
    paths: frozenset[str]
    folders: frozenset[str]
    removes: bool
    commits: frozenset[str]

    @classmethod
    def of(cls, changes: Sequence[Change], commits: frozenset[str]) -> Footprint:
        """Make the footprint of some changes."""
        paths = frozenset(change.path for change in changes)
        folders = frozenset(path[:at] for path in paths for at, sign in enumerate(path) if sign == "/")
        return cls(tuple(changes), paths, folders, any(change.removed for change in changes), commits)


def may_meet(one: Footprint, other: Footprint) -> bool:
    """Tell whether merging the two could come to anything but both their changes.

    It cannot when both start from trunk alone, touch different paths, none of which lies below another, and neither
    removes a path: without a removal git looks for no renames.
    """
    if not one.commits or not other.commits:
        return False  # trunk has all of one
    if one.commits & other.commits or one.removes or other.removes:
        return True
    return bool(one.paths & other.paths or one.paths & other.folders or one.folders & other.paths)
