"""Keep the whole state of a checkout under a ref of its repository before anything of it may be removed.

The rescue commit has the files as its tree. Its parents: the head; a commit of what was staged, where that differs (a merge under
way: its three stages as folders); and commits that only the checkout's own log still knows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Failed, Refused, Usage
from phoenix_cli.vcs.merging.quarantine import AUTHOR, Quarantine, quarantine
from phoenix_cli.vcs.merging.snapshot import Snapshot, copy_index, submodules, take_snapshot
from phoenix_cli.vcs.repository import git_dir_of, head_of
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.working_copy import working_state

PREFIX = "refs/phoenix/rescue"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rescued:
    """Where the state is kept. ``ignored`` are files and folders that git ignores: they are not in it."""

    ref: str
    commit: str
    tree: str
    ignored: tuple[str, ...]


def rescue(git: Git, checkout: Place, id: str, aside: Path, clock: Clock) -> Rescued:
    """Commit the state of a checkout to ``refs/phoenix/rescue/ID/TIME`` and read it back.

    Raises a ``PhoenixError`` when it is not all there, also when somebody still writes to the checkout: then nothing of it may
    be removed.
    """
    if not _ID.fullmatch(id):
        raise Usage(f"{id!r} is no id", code="rescue.bad_id")
    with git.guarded(), quarantine(git, checkout, aside, direct=True) as here:
        for _ in range(_ROUNDS):
            kept = _keep(here, checkout, id, clock)
            if take_snapshot(here, checkout, largest=None).tree == kept.tree:
                return kept
    raise Failed(
        f"the files of {checkout.work_tree} change while they are being saved", code="rescue.changing",
        hints=("end what works there, then the same command again",),
    )  # fmt: skip


def _keep(here: Quarantine, checkout: Place, id: str, clock: Clock) -> Rescued:
    snapshot = take_snapshot(here, checkout, largest=None)
    _refuse_lost_repositories(here, checkout, snapshot)
    parents = dict.fromkeys(
        [*([snapshot.head] if snapshot.head else []), *_staged(here, checkout, snapshot, _now(clock))]
    )
    commit = here.write_commit(
        snapshot.tree, [*parents, *_strays(here, checkout, snapshot)], _message(id, snapshot), _now(clock)
    )
    ref = f"{PREFIX}/{id}/{clock.now():%Y%m%dT%H%M%S}.{os.urandom(3).hex()}"
    here.git.run(
        "update-ref", "--no-deref", ref, commit, "0" * len(commit), at=checkout, what="keep the state of a checkout"
    )
    _read_back(here, checkout, ref, commit)
    return Rescued(ref, commit, snapshot.tree, _ignored(here, checkout))


def _message(id: str, snapshot: Snapshot) -> str:
    return f"Rescue of {id}\n\nBranch: {snapshot.branch or 'none, detached'}\nHead: {snapshot.head or 'none'}"


def _now(clock: Clock) -> str:
    return f"{AUTHOR} {int(clock.now().timestamp())} +0000"


def _read_back(here: Quarantine, checkout: Place, ref: str, commit: str) -> None:
    """Make sure that the ref is there and that every object it needs is."""
    told = here.git.run("rev-parse", "--verify", ref, at=checkout, what="read the rescue back").decode().strip()
    if told != commit:
        raise Failed(
            "the rescue reads back as something else", code="rescue.lost", cause=f"{ref} is {told}, not {commit}"
        )
    here.git.run(
        "rev-list",
        "--objects",
        "--quiet",
        f"{commit}^{{tree}}",
        at=checkout,
        what="read the rescue back",
        timeout_s=600,
    )


def _staged(here: Quarantine, checkout: Place, snapshot: Snapshot, signature: str) -> Iterator[str]:
    """Yield a commit of the index where it is neither the head's tree nor the files'."""
    copy_index(here, checkout)
    if not (here.folder / "index").exists():
        return
    place = here.over(checkout.work_tree or Path("/"))
    if snapshot.unmerged:
        listed = here.git.run("ls-files", "--unmerged", "-z", at=place, what="look at the index")
        (here.folder / "index").unlink()
        entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry]
        text = b"".join(b"%b\tstage-%b/%b\0" % (meta[:-2], meta[-1:], path) for meta, _, path in entries)
        here.git.run("update-index", "-z", "--index-info", at=place, input=text, what="keep a merge under way")
    tree = here.git.run("write-tree", "--missing-ok", at=place, what="keep what is staged").decode().strip()
    if tree not in (snapshot.tree, head_of(here.git, checkout).tree):
        yield here.write_commit(tree, [snapshot.head] if snapshot.head else [], "What was staged", signature)


def _strays(here: Quarantine, checkout: Place, snapshot: Snapshot) -> list[str]:
    """Return the newest commits that only the log of the checkout's head leads to: amended, reset or left behind."""
    try:
        lines = (git_dir_of(checkout) / "logs/HEAD").read_bytes().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    oids = sorted({word.decode("ascii", "replace") for line in lines for word in line.split(b" ", 2)[:2]})
    known = _existing(here, checkout, [oid for oid in oids if set(oid) != {"0"}])
    if not known:
        return []
    excluded = ["--all", *([snapshot.head] if snapshot.head else [])]
    out = here.git.run(
        "rev-list", "--parents", "--stdin", "--not", *excluded, at=checkout, input="".join(f"{oid}\n" for oid in known).encode(),
        what="look for commits that no branch has",
    )  # fmt: skip
    rows = [line.split() for line in out.decode("ascii").splitlines()]
    inner = {parent for row in rows for parent in row[1:]}
    return [row[0] for row in rows if row[0] not in inner]


def _existing(here: Quarantine, checkout: Place, oids: list[str]) -> list[str]:
    text = "".join(f"{oid}\n" for oid in oids).encode()
    if not text:
        return []
    lines = here.git.run(
        "cat-file", "--batch-check", at=checkout, input=text, what="read the log of a checkout"
    ).splitlines()
    return [line.split()[0].decode() for line in lines if line.split()[1:2] == [b"commit"]]


def _ignored(here: Quarantine, checkout: Place) -> tuple[str, ...]:
    copy_index(here, checkout)
    place = here.over(checkout.work_tree or Path("/"))
    words = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    listed = here.git.run(*words, at=place, what="look for ignored files")
    return tuple(entry.decode("utf-8", "surrogateescape") for entry in listed.split(b"\0") if entry)


def _refuse_lost_repositories(here: Quarantine, checkout: Place, snapshot: Snapshot) -> None:
    """Refuse where a repository inside has files or commits that are nowhere else: ours cannot hold them."""
    top = checkout.work_tree or Path("/")
    inside = [path for _, path in submodules(here, here.over(top)) if (top / path / ".git").exists()]
    for path in (*inside, *snapshot.left_out):
        if _has_work_of_its_own(here.git, Place.of(top / path)):
            raise Refused(
                f"{path} is a repository of its own, with work that is nowhere else", code="rescue.repository_inside",
                hints=(f"commit and push in {top / path}", f"or move it out of {top}"),
            )  # fmt: skip


def _has_work_of_its_own(git: Git, place: Place) -> bool:
    if not working_state(git, place).clean:
        return True
    answer = git.ask("rev-list", "--max-count=1", "HEAD", "--all", "--not", "--remotes", at=place)
    return answer.code != 0 or bool(answer.out.strip())


def remove_worktree(git: Git, repository: Place, worktree: Place, id: str, aside: Path, clock: Clock) -> Rescued:
    """Rescue a linked worktree, then remove it; without a rescue nothing is removed."""
    if worktree.work_tree is None or not worktree.git_dir.is_file():
        raise Refused("only a linked worktree can be removed", code="rescue.not_linked")
    kept = rescue(git, worktree, id, aside, clock)
    git.run("worktree", "remove", "--force", "--force", worktree.work_tree, at=repository, what="remove a worktree")
    return kept
