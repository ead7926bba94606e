"""What git merges cleanly and is broken all the same: the names of both sides, read from blobs, held against the merged tree.

``Deeper`` is the seam for a tool that knows one language better; it is asked about the same trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from phoenix_cli.vcs.merging.changes import Change, changes
from phoenix_cli.vcs.merging.conflicts import Examination
from phoenix_cli.vcs.merging.hunks import find_blobs, read_blobs
from phoenix_cli.vcs.merging.lines import Range
from phoenix_cli.vcs.merging.quarantine import Quarantine
from phoenix_cli.vcs.merging.verdicts import BranchVerdict, FileClash, PairVerdict
from phoenix_cli.vcs.semantics.clashes import FileChange, Finding, Side, find_clashes, language_of
from phoenix_cli.vcs.semantics.model import Facts

_LARGEST = 1_000_000  # above, it is generated
MOST_FILES = 1_500  # a trunk that changed more since is beyond what a look at names can tell


class Deeper(Protocol):
    """A closer look at one clean pair, such as a comparison of public interfaces."""

    def look(self, base: str, a: str, b: str, merged: str) -> Sequence[FileClash]:
        """Return what breaks; all four are trees in the quarantine."""


class Reader:
    """Facts of blobs; each blob is read once."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine
        self._facts: dict[tuple[str, str], Facts | None] = {}

    def file_changes(self, found: Iterable[Change]) -> list[FileChange]:
        """Return what changed files say before and after; only those in a language that is read here."""
        known = [change for change in found if language_of(change.path)]
        self._load([(change.path, oid) for change in known for oid in _sides(change) if oid])
        return [FileChange(change.path, *(self._get(change.path, oid) for oid in _sides(change))) for change in known]

    def at(self, tree: str, path: str) -> Facts | None:
        """Return the facts of a file in a tree."""
        (oid,) = find_blobs(self._quarantine, [(tree, path)])
        if oid:
            self._load([(path, oid)])
        return self._get(path, oid)

    def _get(self, path: str, oid: str | None) -> Facts | None:
        language = language_of(path)
        return self._facts.get((language.name, oid)) if language and oid else None

    def _load(self, wanted: Sequence[tuple[str, str]]) -> None:
        new = {(language.name, oid): language for path, oid in wanted if (language := language_of(path))}
        lacking = {key: language for key, language in new.items() if key not in self._facts}
        texts = read_blobs(self._quarantine, sorted({oid for _, oid in lacking})) if lacking else {}
        for (name, oid), language in lacking.items():
            data = texts.get(oid)
            fit = data is not None and len(data) <= _LARGEST
            self._facts[name, oid] = (
                language.read(data.decode("utf-8", "replace")) if data is not None and fit else None
            )


def _sides(change: Change) -> tuple[str | None, str | None]:
    old = change.old if change.old_mode.startswith("100") else None
    return old, change.new if change.new_mode.startswith("100") else None


def check_pairs(examination: Examination, *, deeper: Deeper | None = None) -> tuple[PairVerdict, ...]:
    """Return all pairs, those that merge as text and clash in their names as conflicts of the kind ``semantic``."""
    reader = Reader(examination.quarantine)
    named = {one.branch: one for one in examination.branches}
    sides = {name: Side.of(reader.file_changes(mark.changes)) for name, mark in examination.footprints.items()}
    shared = {name: mark.commits for name, mark in examination.footprints.items()}

    def check(pair: PairVerdict) -> PairVerdict:
        a, b = named[pair.a], named[pair.b]
        if pair.status != "clean" or shared[pair.a] <= shared[pair.b] or shared[pair.b] <= shared[pair.a]:
            return pair
        found = _clashes(sides[pair.a], sides[pair.b], _merged(reader, examination, pair, sides))
        if deeper is not None:
            tree = pair.tree or examination.merge_pair(a, b)
            found += tuple(deeper.look(examination.trunk.tree, str(a.tree), str(b.tree), tree)) if tree else ()
        return replace(pair, status="conflict", kind="semantic", files=found) if found else pair

    return tuple(check(pair) for pair in examination.pairs)


def _merged(
    reader: Reader, examination: Examination, pair: PairVerdict, sides: dict[str, Side]
) -> Callable[[str], Facts | None]:
    def read(path: str) -> Facts | None:
        if pair.tree:  # a rename on one side takes the other's changes elsewhere: only the merged tree knows
            return reader.at(pair.tree, path)
        changed = sides[pair.a].files.get(path) or sides[pair.b].files.get(path)
        return changed.new if changed else reader.at(examination.trunk.tree, path)

    return read


def _clashes(a: Side, b: Side, merged: Callable[[str], Facts | None]) -> tuple[FileClash, ...]:
    ours, theirs = find_clashes(a, b, merged)
    return (*(_file(one) for one in ours), *(_turned(_file(one)) for one in theirs))


def _file(one: Finding) -> FileClash:
    lines = tuple(Range(line, line) for line in one.other_lines)
    return FileClash(one.path, one.kind, (Range(one.line, one.line),), lines, one.note, one.other_path)


def _turned(one: FileClash) -> FileClash:
    return replace(one, path=one.path_b, path_b=one.path, lines_a=one.lines_b, lines_b=one.lines_a)


def check_trunk(examination: Examination) -> tuple[BranchVerdict, ...]:
    """Return all branches, those that merge with trunk as text and clash with its names as conflicts of the kind
    ``semantic``. A is the branch, B trunk."""
    reader = Reader(examination.quarantine)
    tips = {tip.name: tip for tip in examination.tips}

    def check(one: BranchVerdict) -> BranchVerdict:
        beyond = examination.beyond[one.commit]
        if one.tree is None or beyond.merged or beyond.ahead:
            return one
        found = check_merge(examination.quarantine, reader, tips[one.branch].commit, examination.trunk.commit, one.tree)
        return replace(one, status="conflict", kind="semantic", files=found) if found else one

    return tuple(check(one) for one in examination.branches)


def check_merge(quarantine: Quarantine, reader: Reader, ours: str, theirs: str, tree: str) -> tuple[FileClash, ...]:
    """Return what clashes in the clean merge of two commits into this tree; nothing where they have several bases."""
    bases = quarantine.git.run("merge-base", "--all", ours, theirs, at=quarantine.place).decode("ascii").split()
    if len(bases) != 1:
        return ()
    pairs = [(f"{bases[0]}^{{tree}}", f"{commit}^{{tree}}") for commit in (ours, theirs)]
    trees = [_tree(quarantine, one) for pair in pairs for one in pair]
    found = changes(quarantine, [(trees[0], trees[1]), (trees[2], trees[3])])
    if any(sum(bool(language_of(change.path)) for change in side) > MOST_FILES for side in found):
        return ()
    a, b = (Side.of(reader.file_changes(side)) for side in found)

    return _clashes(a, b, lambda path: reader.at(tree, path))


def _tree(quarantine: Quarantine, revision: str) -> str:
    return quarantine.git.run("rev-parse", "--verify", revision, at=quarantine.place).decode("ascii").strip()
