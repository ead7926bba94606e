"""Facts of a repository that cost at most one quick git command each."""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.vcs.runner import Git, Place

_COMMIT = re.compile(rb"commit \d+\x00tree ([0-9a-f]{40})\n")
_LONGEST_COMMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out: ``commit`` and ``tree`` are None before the first commit, ``branch`` when detached."""

    commit: str | None
    tree: str | None
    branch: str | None


def head_of(git: Git, place: Place, revision: str = "HEAD") -> Head:
    """Return the commit and tree that a revision means."""
    branch = branch_of(place)
    if revision == "HEAD" and (quick := _read_head(place, branch)):
        return quick
    answer = git.ask("rev-parse", "--revs-only", f"{revision}^{{commit}}", f"{revision}^{{tree}}", at=place)
    ids = answer.out.decode("ascii").split() if answer.code == 0 else []
    commit, tree = ids if len(ids) == 2 else (None, None)
    return Head(commit, tree, branch)


def _read_head(place: Place, branch: str | None) -> Head | None:
    """Read the head from the two small files that it mostly stands in: 0.1 ms instead of 2 ms for a process. None when
    it stands elsewhere (packed, in a worktree, detached, SHA-256), or is not what its name says."""
    try:
        if branch is None or not place.git_dir.is_dir():
            return None
        commit = (place.git_dir / "refs/heads" / branch).read_text(encoding="ascii").strip()
        packed = (place.git_dir / "objects" / commit[:2] / commit[2:]).read_bytes()
        content = zlib.decompressobj().decompress(packed, _LONGEST_COMMIT)
    except (OSError, ValueError, zlib.error):
        return None
    found = _COMMIT.match(content)
    if found is None or hashlib.sha1(content, usedforsecurity=False).hexdigest() != commit:
        return None
    return Head(commit, found[1].decode("ascii"), branch)


def branch_of(place: Place) -> str | None:
    """Return the branch that is checked out, read from the file that git keeps it in; None when detached."""
    try:
        text = (git_dir_of(place) / "HEAD").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    word, _, name = text.strip().partition(" ")
    return name.removeprefix("refs/heads/") if word == "ref:" and name.startswith("refs/heads/") else None


def git_dir_of(place: Place) -> Path:
    """Return the real folder behind a ``.git`` that may be a file (in worktrees and submodules)."""
    if not place.git_dir.is_file():
        return place.git_dir
    with place.git_dir.open(encoding="utf-8", errors="surrogateescape") as file:
        first = file.read(4_096).strip()
    return (place.git_dir.parent / first.removeprefix("gitdir:").strip()).resolve()


def find_place(folder: Path) -> Place | None:
    """Return the repository that a folder stands in, looking upwards; None when it stands in none.

    Only ``.git`` counts: a bare repository that lies inside a tree is a file of that tree, not a repository.
    """
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return Place.of(above)
    return None
