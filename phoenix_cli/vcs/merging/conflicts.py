"""Who is in whose way: each branch against trunk, then pairs of what these come to, then all in an order.

Branches are merged with trunk first. Without that, two stale branches conflict over what trunk has changed since (59 of 90
pairs of psf/black's own stale branches), and neither is to blame for it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from phoenix_cli.vcs.merging.attributes import Attributes
from phoenix_cli.vcs.merging.batch import Merge, Outcome, Unknown, merge_all
from phoenix_cli.vcs.merging.changes import changes
from phoenix_cli.vcs.merging.footprint import Footprint, may_meet
from phoenix_cli.vcs.merging.history import Beyond, beyond_trunk
from phoenix_cli.vcs.merging.hunks import file_clashes
from phoenix_cli.vcs.merging.ordering import LeftOut, Order, merge_order
from phoenix_cli.vcs.merging.quarantine import Quarantine
from phoenix_cli.vcs.merging.records import Record
from phoenix_cli.vcs.merging.tips import Tip
from phoenix_cli.vcs.merging.verdicts import Analysis, BranchVerdict, FileClash, PairVerdict

Waits = Mapping[str, Collection[str]]


class Examination:
    """One analysis in one quarantine. Every step is kept, so a later one may be asked for without the earlier."""

    def __init__(self, quarantine: Quarantine, trunk: Tip, tips: Sequence[Tip], *, workers: int = 2) -> None:
        self.quarantine = quarantine
        self.trunk = trunk
        self.tips = tuple(tips)
        self._workers = workers
        self._attributes = Attributes(quarantine, trunk.tree)

    @functools.cached_property
    def beyond(self) -> dict[str, Beyond]:
        """Return how each tip's commit stands to trunk."""
        return beyond_trunk(self.quarantine, self.trunk.commit, [tip.commit for tip in self.tips])

    @functools.cached_property
    def branches(self) -> tuple[BranchVerdict, ...]:
        """Merge each branch with trunk, trunk into the branch, as its owner would do it."""
        trying = [tip for tip in self.tips if self._needs_merge(tip)]
        merges = [Merge(tip.commit, self.trunk.commit, tip.tree) for tip in trying]
        outcomes = dict(zip((tip.name for tip in trying), self._merge(merges), strict=True))
        verdicts = [self._branch(tip, outcomes.get(tip.name)) for tip in self.tips]
        files = self._files([_record(outcomes.get(tip.name)) for tip in self.tips])
        return tuple(replace(verdict, files=found) for verdict, found in zip(verdicts, files, strict=True))

    def _needs_merge(self, tip: Tip) -> bool:
        beyond = self.beyond[tip.commit]
        return bool(beyond.commits) and beyond.related and not beyond.ahead

    def _branch(self, tip: Tip, outcome: Outcome | None) -> BranchVerdict:
        beyond = self.beyond[tip.commit]
        if beyond.merged:
            return BranchVerdict(
                tip.name, tip.commit, "clean", why="trunk has it already", trial=self.trunk.commit, tree=self.trunk.tree
            )
        if not beyond.related:
            return BranchVerdict(tip.name, tip.commit, "conflict", why=self._unrelated)
        if beyond.ahead:
            return BranchVerdict(tip.name, tip.commit, "clean", trial=tip.commit, tree=tip.tree)
        if isinstance(outcome, Record) and outcome.clean:
            trial = self.quarantine.write_commit(
                outcome.tree, (tip.commit, self.trunk.commit), f"Merge trunk into {tip.name}"
            )
            return BranchVerdict(tip.name, tip.commit, "clean", trial=trial, tree=outcome.tree)
        if isinstance(outcome, Unknown):
            return BranchVerdict(tip.name, tip.commit, "unknown", why=outcome.why)
        return BranchVerdict(tip.name, tip.commit, "conflict")

    @property
    def _unrelated(self) -> str:
        if (self.quarantine.folder / "shallow").exists():
            return "no common history with trunk in this shallow clone: git fetch --unshallow tells more"
        return "no common history with trunk"

    @functools.cached_property
    def footprints(self) -> dict[str, Footprint]:
        """Return what each clean branch changes in trunk, by name."""
        clean = [one for one in self.branches if one.tree]
        found = changes(self.quarantine, [(self.trunk.tree, str(one.tree)) for one in clean])
        return {
            one.branch: Footprint.of(changed, self.beyond[one.commit].commits)
            for one, changed in zip(clean, found, strict=True)
        }

    @functools.cached_property
    def pairs(self) -> tuple[PairVerdict, ...]:
        """Merge every two branches that are clean against trunk."""
        clean = [one for one in self.branches if one.trial]
        pairs = list(combinations(clean, 2))
        trying = [(a, b) for a, b in pairs if may_meet(self.footprints[a.branch], self.footprints[b.branch])]
        merges = [Merge(str(a.trial), str(b.trial), str(a.tree)) for a, b in trying]
        outcomes = {(a.branch, b.branch): one for (a, b), one in zip(trying, self._merge(merges), strict=True)}
        found = [outcomes.get((a.branch, b.branch)) for a, b in pairs]
        files = self._files([_record(outcome) for outcome in found])
        return tuple(
            replace(_pair(a.branch, b.branch, outcome), files=clashes)
            for (a, b), outcome, clashes in zip(pairs, found, files, strict=True)
        )

    def order(self, waits_for: Waits | None = None) -> Order:
        """Return the order in which the branches themselves merge into trunk, and who stays out."""
        clean = [one.branch for one in self.branches if one.trial and not self.beyond[one.commit].merged]
        quarrels: dict[str, set[str]] = {name: set() for name in clean}
        for pair in self.pairs:
            if pair.status != "clean":
                quarrels.setdefault(pair.a, set()).add(pair.b)
                quarrels.setdefault(pair.b, set()).add(pair.a)
        found = merge_order(self.trunk.commit, clean, quarrels, self._attempt, waits_for)
        blocked = [LeftOut(one.branch, (self.trunk.name,)) for one in self.branches if not one.trial]
        return replace(found, left_out=(*blocked, *found.left_out))

    def _attempt(self, state: str, name: str) -> str | None:
        tip = next(tip for tip in self.tips if tip.name == name)
        tree = self._trees.get(state, self.trunk.tree)
        if state == self.trunk.commit and self.beyond[tip.commit].ahead:
            outcome: Outcome = Record(tip.tree, True)
        else:
            outcome = self._merge([Merge(state, tip.commit, tree)])[0]
        if not isinstance(outcome, Record) or not outcome.clean:
            return None
        commit = self.quarantine.write_commit(outcome.tree, (state, tip.commit), f"Merge {name}")
        self._trees[commit] = outcome.tree
        return commit

    @functools.cached_property
    def _trees(self) -> dict[str, str]:
        return {}

    def _merge(self, merges: Sequence[Merge]) -> list[Outcome]:
        return merge_all(self.quarantine, self._attributes, merges, workers=self._workers) if merges else []

    def _files(self, records: Sequence[Record | None]) -> list[tuple[FileClash, ...]]:
        return file_clashes(self.quarantine, records)

    def merge_pair(self, a: BranchVerdict, b: BranchVerdict) -> str | None:
        """Return the tree of two clean branches together, None when they conflict."""
        outcome = self._merge([Merge(str(a.trial), str(b.trial), str(a.tree))])[0]
        return outcome.tree if isinstance(outcome, Record) and outcome.clean else None


def analyse(
    quarantine: Quarantine, trunk: Tip, tips: Sequence[Tip], *, waits_for: Waits | None = None, workers: int = 2
) -> Analysis:
    """Analyse branches: text only. See ``semantic`` for what git merges cleanly and is broken all the same."""
    examination = Examination(quarantine, trunk, tips, workers=workers)
    order = examination.order(waits_for)
    return Analysis(trunk.commit, examination.branches, examination.pairs, order.names, order.left_out)


def _record(outcome: Outcome | None) -> Record | None:
    return outcome if isinstance(outcome, Record) and not outcome.clean else None


def _pair(a: str, b: str, outcome: Outcome | None) -> PairVerdict:
    if outcome is None:
        return PairVerdict(a, b, "clean")
    if isinstance(outcome, Unknown):
        return PairVerdict(a, b, "unknown", why=outcome.why)
    return PairVerdict(a, b, "clean" if outcome.clean else "conflict", tree=outcome.tree if outcome.clean else None)
