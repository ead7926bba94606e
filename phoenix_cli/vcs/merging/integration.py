"""Branches merged one after the other into a tree that can be tested, and that very tree put where trunk is.

A branch moves by compare-and-swap. One that is checked out somewhere is refused: its files would be those of another commit.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Conflict, Usage
from phoenix_cli.kernel.files import write_atomically
from phoenix_cli.vcs import failures
from phoenix_cli.vcs.merging.aside import folder_aside
from phoenix_cli.vcs.merging.attributes import Attributes
from phoenix_cli.vcs.merging.batch import Merge, Unknown, merge_all
from phoenix_cli.vcs.merging.history import beyond_trunk
from phoenix_cli.vcs.merging.hunks import file_clashes
from phoenix_cli.vcs.merging.quarantine import AUTHOR, Quarantine, common_dir, make
from phoenix_cli.vcs.merging.tips import Tip
from phoenix_cli.vcs.merging.verdicts import FileClash
from phoenix_cli.vcs.runner import Place


@dataclass(frozen=True, slots=True)
class Step:
    """What trunk comes to with one more branch."""

    branch: str
    commit: str
    tree: str


@dataclass(frozen=True, slots=True)
class Culprit:
    """The first branch that does not merge into what is there so far, and why."""

    branch: str
    files: tuple[FileClash, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Integration:
    """A chain of merges upon ``base``, up to the first one that fails."""

    base: Tip
    merged: tuple[Tip, ...]
    steps: tuple[Step, ...]
    culprit: Culprit | None = None

    @property
    def commit(self) -> str:
        """Return the last commit of the chain."""
        return self.steps[-1].commit if self.steps else self.base.commit

    @property
    def tree(self) -> str:
        """Return the last tree: the one to test."""
        return self.steps[-1].tree if self.steps else self.base.tree


def integrate(
    quarantine: Quarantine, trunk: Tip, order: Sequence[Tip], clock: Clock, *, author: str = AUTHOR
) -> Integration:
    """Merge branches into trunk in this order, in memory, until one conflicts. What trunk has already is passed over."""
    beyond = beyond_trunk(quarantine, trunk.commit, [tip.commit for tip in order])
    attributes = Attributes(quarantine, trunk.tree)
    done = Integration(trunk, (), ())
    signature = f"{author} {int(clock.now().timestamp())} +0000"
    for tip in order:
        if beyond[tip.commit].merged:
            continue
        if not beyond[tip.commit].related:
            return Integration(trunk, done.merged, done.steps, Culprit(tip.name, (), "no common history with trunk"))
        (outcome,) = merge_all(quarantine, attributes, [Merge(done.commit, tip.commit, done.tree)])
        if isinstance(outcome, Unknown):
            return Integration(trunk, done.merged, done.steps, Culprit(tip.name, (), outcome.why))
        if not outcome.clean:
            return Integration(
                trunk, done.merged, done.steps, Culprit(tip.name, file_clashes(quarantine, [outcome])[0])
            )
        commit = quarantine.write_commit(
            outcome.tree, (done.commit, tip.commit), f"Merge branch '{tip.name}'", signature
        )
        done = Integration(trunk, (*done.merged, tip), (*done.steps, Step(tip.name, commit, outcome.tree)))
    return done


def publish(quarantine: Quarantine, integration: Integration, ref: str) -> None:
    """Move a branch (``refs/heads/...``) from the base to the integration, or raise ``Conflict`` and change nothing.

    Objects come first, the ref last: killed in between, the repository has some objects that nothing names.
    """
    if not ref.startswith("refs/heads/"):
        raise Usage(f"{ref} is no branch", code="merge.bad_name")
    _refuse_checked_out(quarantine, ref)
    with quarantine.git.guarded():
        migrate(quarantine, integration)
        swap(quarantine, ref, integration.commit, integration.base.commit)


def swap(quarantine: Quarantine, ref: str, new: str, old: str) -> None:
    """Set a ref to a commit if it still is at another; raise ``Conflict`` when it is not."""
    answer = quarantine.git.ask("update-ref", "--no-deref", ref, new, old, at=quarantine.source, what=f"move {ref}")
    if answer.code == 0:
        return
    if "but expected" in answer.err or "unable to resolve reference" in answer.err:
        raise Conflict(
            f"{ref} has moved meanwhile", code="merge.moved", cause=failures.explain("", answer.err).cause,
            hints=("integrate again: what was tested is not what would be merged now",),
        )  # fmt: skip
    raise failures.explain(f"move {ref}", answer.err)


def _refuse_checked_out(quarantine: Quarantine, ref: str) -> None:
    listed = quarantine.git.run("worktree", "list", "--porcelain", "-z", at=quarantine.source, what="list worktrees")
    place = ""
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        word, _, value = entry.partition(" ")
        if word == "worktree":
            place = value
        elif word == "bare":
            place = ""
        elif word == "branch" and value == ref and place:
            name = ref.removeprefix("refs/heads/")
            raise Conflict(
                f"{name} is checked out in {place}", code="merge.checked_out",
                hints=("integrate into a branch that is not, and there: git merge --ff-only BRANCH",),
            )  # fmt: skip


def migrate(quarantine: Quarantine, integration: Integration) -> int:
    """Copy what the integration consists of into the repository's object store; return how many objects that were."""
    known = "".join(f"^{tip.commit}\n" for tip in (integration.base, *integration.merged))
    listed = quarantine.git.run(
        "rev-list", "--objects", "--no-object-names", "--stdin", at=quarantine.place,
        input=f"{integration.commit}\n{known}".encode(), what="list merged objects",
    )  # fmt: skip
    store = common_dir(quarantine.source) / "objects"
    copied = 0
    for oid in reversed(
        listed.decode("ascii").split()
    ):  # commits last: what a killed copy leaves is never half a commit
        name = Path(oid[:2]) / oid[2:]
        made = quarantine.folder / "objects" / name
        if made.exists() and not (store / name).exists():
            write_atomically(store / name, made.read_bytes(), mode=0o444)
            copied += 1
    return copied


@contextlib.contextmanager
def trial_worktree(quarantine: Quarantine, commit: str, root: Path) -> Iterator[Path]:
    """Give a folder with exactly the files of a commit for the body, to run gates in; it is gone afterwards.

    It is a repository of its own that borrows objects: whatever runs there can reach no branch of the real one. Submodules
    are empty folders, files in LFS their pointers.
    """
    with folder_aside(root) as folder:
        inner = make(quarantine.git, quarantine.place, folder)
        tree = folder / "tree"
        tree.mkdir()
        os.rename(inner.folder, tree / ".git")
        (tree / ".git/info/attributes").unlink()
        (tree / ".git/HEAD").write_text(f"{commit}\n", encoding="ascii")
        what = "check out the merged tree"
        quarantine.git.run(
            "reset", "--hard", "--quiet", commit, at=Place(tree / ".git", tree), timeout_s=600, what=what
        )
        yield tree
