"""The paths in which trees differ: one process for any number of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phoenix_cli.vcs.merging.quarantine import Quarantine

ABSENT = "000000"


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs. Modes are ``000000`` and ids all zeros where it is not there. Renames are two changes."""

    path: str
    old_mode: str
    new_mode: str
    old: str
    new: str

    @property
    def added(self) -> bool:
        """Tell whether the path was not there before."""
        return self.old_mode == ABSENT

    @property
    def removed(self) -> bool:
        """Tell whether the path is not there any more."""
        return self.new_mode == ABSENT


def changes(quarantine: Quarantine, pairs: Sequence[tuple[str, str]], *paths: str) -> list[tuple[Change, ...]]:
    """Return what differs from the first to the second tree of each pair, below these pathspecs if any are given."""
    if not pairs:
        return []
    text = "".join(f"{old} {new}\n" for old, new in pairs).encode()
    out = quarantine.git.run(
        "diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--ignore-submodules=none",
        *(("--", *paths) if paths else ()), at=quarantine.place, input=text, what="compare trees", timeout_s=300,
    )  # fmt: skip
    found = _read(out)
    return [found.get(pair, ()) for pair in pairs]


def _read(out: bytes) -> dict[tuple[str, str], tuple[Change, ...]]:
    found: dict[tuple[str, str], tuple[Change, ...]] = {}
    at = 0
    current: list[Change] = []
    pair = ("", "")
    while at < len(out):
        if out[at : at + 1] != b":":
            found[pair] = tuple(current)
            end = out.index(b"\n", at)
            old, new = out[at:end].decode("ascii").split()
            pair, current, at = (old, new), [], end + 1
            continue
        end = out.index(b"\0", at)
        stop = out.index(b"\0", end + 1)
        old_mode, new_mode, before, after, _ = out[at + 1 : end].decode("ascii").split()
        current.append(
            Change(out[end + 1 : stop].decode("utf-8", "surrogateescape"), old_mode, new_mode, before, after)
        )
        at = stop + 1
    found[pair] = tuple(current)
    return found
