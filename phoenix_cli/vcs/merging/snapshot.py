"""The state of a checkout as a tree: staged, changed and untracked files, without a byte written to it or its repository.

Its index is copied, with its time: git trusts an entry only when its file is older than the index.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.vcs.merging.quarantine import Quarantine
from phoenix_cli.vcs.merging.tips import Tip
from phoenix_cli.vcs.repository import git_dir_of, head_of
from phoenix_cli.vcs.runner import Place

_GITLINK = b"160000 "
LARGEST = 10_000_000  # an untracked file above this is hardly going to be committed


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A checkout as a commit upon its head. ``left_out`` are untracked files that are too large, and repositories inside.

    ``head`` is None before the first commit, ``branch`` when detached. ``unmerged``: a merge is under way, its markers
    are in the files.
    """

    commit: str
    tree: str
    head: str | None
    branch: str | None
    left_out: tuple[str, ...] = ()
    unmerged: bool = False

    def as_tip(self, name: str) -> Tip:
        """Return it as a branch to analyse; a checkout without changes is its head."""
        return Tip(name, self.commit, self.tree)


def take_snapshot(
    quarantine: Quarantine, checkout: Place, *, untracked: bool = True, largest: int | None = LARGEST
) -> Snapshot:
    """Take the state of a checkout. Files that git ignores are no part of it; submodules are the commits they stand at."""
    assert checkout.work_tree is not None
    copy_index(quarantine, checkout)
    place = quarantine.over(checkout.work_tree)
    unmerged = bool(_list(quarantine, place, "ls-files", "--unmerged", "-z"))
    changed = _list(quarantine, place, "diff-files", "-z", "--name-only", "--ignore-submodules=all")
    new = _list(quarantine, place, "ls-files", "-z", "--others", "--exclude-standard") if untracked else []
    fit, left_out = _chosen(checkout.work_tree, new, largest)
    _update(quarantine, place, [*dict.fromkeys(changed), *fit])
    _move_submodules(quarantine, place)
    tree = (
        quarantine.git.run("write-tree", "--missing-ok", at=place, what="take the state of a checkout").decode().strip()
    )
    head = head_of(quarantine.git, checkout)
    commit = head.commit if head.commit and head.tree == tree else None
    commit = commit or quarantine.write_commit(tree, (head.commit,) if head.commit else (), "The files as they are")
    return Snapshot(commit, tree, head.commit, head.branch, left_out, unmerged)


def copy_index(quarantine: Quarantine, checkout: Place) -> None:
    """Put a copy of a checkout's index into the quarantine, none where it has none."""
    inner = git_dir_of(checkout)
    (quarantine.folder / "index").unlink(missing_ok=True)
    for path in (*inner.glob("sharedindex.*"), inner / "index"):
        if path.is_file() and not path.is_symlink():
            shutil.copyfile(path, quarantine.folder / path.name)
            state = path.stat()
            os.utime(quarantine.folder / path.name, ns=(state.st_atime_ns, state.st_mtime_ns))


def _list(quarantine: Quarantine, place: Place, *words: str) -> list[str]:
    out = quarantine.git.run(*words, at=place, what="look at a checkout", timeout_s=300)
    return [entry.decode("utf-8", "surrogateescape") for entry in out.split(b"\0") if entry]


def _chosen(top: Path, names: Sequence[str], largest: int | None) -> tuple[list[str], tuple[str, ...]]:
    """Part untracked names into what is taken and what is left out; one that ends in a slash is a repository inside."""
    fit: list[str] = []
    left_out: list[str] = []
    for name in names:
        large = largest is not None and not name.endswith("/") and _size(top / name) > largest
        (left_out if large or name.endswith("/") else fit).append(name)
    return fit, tuple(left_out)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0  # gone since it was listed


def _update(quarantine: Quarantine, place: Place, paths: Sequence[str]) -> None:
    assert place.work_tree is not None
    gone = [path for path in paths if not _stands(place.work_tree, path)]
    for words, chosen in (
        (("--force-remove",), gone),
        (("--add", "--remove", "--replace"), sorted(set(paths) - set(gone))),
    ):
        text = "".join(f"{path}\0" for path in chosen).encode("utf-8", "surrogateescape")
        if text:
            quarantine.git.run(
                "update-index",
                *words,
                "-z",
                "--stdin",
                at=place,
                input=text,
                timeout_s=600,
                what="take the state of a checkout",
            )


def _stands(top: Path, path: str) -> bool:
    """Tell whether a path is a file or link, reached through folders only: git stores nothing beyond a link."""
    above = top
    for part in path.split("/")[:-1]:
        above = above / part
        if above.is_symlink():
            return False
    return (top / path).is_symlink() or (os.path.lexists(top / path) and not (top / path).is_dir())


def submodules(quarantine: Quarantine, place: Place) -> Iterator[tuple[str, str]]:
    """Yield (commit, path) of every submodule in the quarantine's index."""
    listed = quarantine.git.run("ls-files", "--stage", "-z", at=place, what="look for submodules")
    for entry in listed.split(b"\0"):
        if entry.startswith(_GITLINK):
            meta, _, path = entry.partition(b"\t")
            yield meta.split()[1].decode(), path.decode("utf-8", "surrogateescape")


def _move_submodules(quarantine: Quarantine, place: Place) -> None:
    assert place.work_tree is not None
    for commit, path in submodules(quarantine, place):
        inner = place.work_tree / path
        head = head_of(quarantine.git, Place.of(inner)).commit if (inner / ".git").exists() else None
        if head and head != commit:
            quarantine.git.run("update-index", "--cacheinfo", f"160000,{head},{path}", at=place)
