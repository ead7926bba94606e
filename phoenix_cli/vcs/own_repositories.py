"""Repositories that Phoenix itself makes: first commit, branches, commits. GitPython does these, and is imported only here.

Its options are fixed words, never input; its objects are closed; it gets our environment, so that no hook runs and no
``GIT_DIR`` of an outer git leads it astray.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_cli.kernel.errors import Conflict, Failed, NotFound
from phoenix_cli.vcs.runner import Git, Place

if TYPE_CHECKING:
    from git import Actor, Repo


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a commit."""

    name: str
    email: str


def make_repository(git: Git, folder: Path, *, branch: str = "main") -> None:
    """Make an empty repository in a folder; one that is there already stays as it is."""
    git.run("init", "--quiet", "--template=", f"--initial-branch={branch}", "--", folder, what=f"git init {folder}")


def commit_all(git: Git, folder: Path, message: str, author: Author) -> str:
    """Commit every file that is not ignored and return the commit's id. Raises ``Conflict`` when nothing has changed."""
    with _opened(git, folder) as repo:
        repo.git.add("--all")
        if repo.head.is_valid() and not repo.index.diff("HEAD"):
            raise Conflict(f"nothing has changed in {folder.name}", code="git.nothing_to_commit")
        actor = _actor(author)
        return repo.index.commit(message, author=actor, committer=actor, skip_hooks=True).hexsha


def create_branch(git: Git, folder: Path, name: str, *, start: str = "HEAD") -> None:
    """Make a branch and check it out. Raises ``Conflict`` when it exists, ``NotFound`` for an unknown start."""
    from git import BadName

    with _opened(git, folder) as repo:
        if name in repo.heads:
            raise Conflict(f"branch {name} exists already in {folder.name}", code="git.branch_exists")
        _require_branch_name(git, name)
        try:
            repo.create_head(name, repo.commit(start)).checkout()
        except (BadName, ValueError) as error:
            raise NotFound(f"{folder.name} has no {start}", code="git.branch_not_found") from error


def branches(git: Git, folder: Path) -> Sequence[str]:
    """Return the names of the branches, sorted."""
    with _opened(git, folder) as repo:
        return sorted(head.name for head in repo.heads)


def _require_branch_name(git: Git, name: str) -> None:
    git.run("check-ref-format", "--branch", name, what=f"branch {name!r}")


def _actor(author: Author) -> Actor:
    from git import Actor

    return Actor(author.name, author.email)


@contextlib.contextmanager
def _opened(git: Git, folder: Path) -> Iterator[Repo]:
    from git import GitCommandError, InvalidGitRepositoryError, NoSuchPathError, Repo

    place = Place.of(folder)
    try:
        repo = Repo(folder, search_parent_directories=False)
    except (InvalidGitRepositoryError, NoSuchPathError):
        raise NotFound(f"{folder} is not a git repository", code="git.not_a_repository") from None
    try:
        outside = {
            "GIT_INDEX_FILE": str(place.git_dir / "index"),
            "GIT_OBJECT_DIRECTORY": str(place.git_dir / "objects"),
        }
        with repo.git.custom_environment(**git.environment(place), **outside):
            yield repo
    except GitCommandError as error:
        raise Failed(f"git failed in {folder.name}", code="git.failed", cause=str(error.stderr).strip()) from error
    finally:
        repo.close()
