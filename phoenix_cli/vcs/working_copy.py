"""How a checkout stands: its branch, what is changed in it, how far it is from its remote. Only looks.

``git status`` cleans files through ``filter.*.clean``, a program that the repository's own configuration names; so does a
checkout through ``filter.*.smudge``. Their names are not known beforehand, so they are looked up and emptied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.vcs.environment import Setting
from phoenix_cli.vcs.repository import git_dir_of
from phoenix_cli.vcs.runner import Git, Place


@dataclass(frozen=True, slots=True)
class WorkingState:
    """One look. ``commit`` is None before the first one, ``branch`` when detached, ``ahead`` and ``behind`` without upstream.

    ``changed`` counts tracked files that differ from the commit, ``untracked`` files and folders that git does not know.
    """

    commit: str | None
    branch: str | None
    changed: int
    untracked: int
    ahead: int | None
    behind: int | None

    @property
    def clean(self) -> bool:
        """Tell whether the files are exactly those of the commit."""
        return self.changed == 0 and self.untracked == 0


def working_state(git: Git, place: Place) -> WorkingState:
    """Look at a checkout by one ``git status``; files that git ignores do not count."""
    listed = git.run(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignore-submodules=all", "--no-renames",
        at=place, settings=no_filters(git, place), what=f"git status of {place.git_dir.parent.name}",
    )  # fmt: skip
    return read_status(listed.decode("utf-8", "surrogateescape"))


def read_status(listed: str) -> WorkingState:
    """Read what ``git status --porcelain=v2 --branch -z`` printed."""
    heads: dict[str, str] = {}
    changed = untracked = 0
    for entry in listed.split("\0"):
        kind, _, rest = entry.partition(" ")
        if kind == "#":
            name, _, value = rest.partition(" ")
            heads[name] = value
        changed += kind in ("1", "2", "u")
        untracked += kind == "?"
    commit, branch = heads.get("branch.oid"), heads.get("branch.head")
    ahead, behind = _distance(heads.get("branch.ab", ""))
    return WorkingState(
        None if commit == "(initial)" else commit, None if branch == "(detached)" else branch, changed, untracked,
        ahead, behind,
    )  # fmt: skip


def _distance(text: str) -> tuple[int | None, int | None]:
    ahead, _, behind = text.partition(" ")
    return (int(ahead), -int(behind)) if behind else (None, None)


def remote_url(git: Git, place: Place, name: str = "origin") -> str | None:
    """Return the address of a remote, None when there is no such remote."""
    answer = git.ask("config", "--get", f"remote.{name}.url", at=place)
    return answer.out.decode("utf-8", "surrogateescape").rstrip("\n") if answer.code == 0 else None


def no_filters(git: Git, place: Place) -> tuple[Setting, ...]:
    """Return settings that empty every filter which the repository's own configuration names."""
    if not _may_name_filters(git_dir_of(place)):
        return ()
    drivers = {key[len("filter.") :].rpartition(".")[0] for key in own_keys(git, place) if key.startswith("filter.")}
    return tuple(_emptied(sorted(drivers)))


def _emptied(drivers: list[str]) -> Iterator[Setting]:
    for driver in drivers:
        yield from ((f"filter.{driver}.{step}", "") for step in ("clean", "smudge", "process"))
        yield f"filter.{driver}.required", "false"


def _may_name_filters(git_dir: Path) -> bool:
    """Save a process where the plain text of the configuration has neither a filter nor anything that could bring one."""
    for path in (git_dir / "config", git_dir / "config.worktree", git_dir / "commondir"):
        try:
            text = path.read_bytes().lower()
        except FileNotFoundError:
            continue
        if path.name == "commondir" or b"filter" in text or b"include" in text or b"worktreeconfig" in text:
            return True
    return False


def own_keys(git: Git, place: Place) -> list[str]:
    """Return the keys of the repository's own configuration and what that includes; lower case but for their middle."""
    listed = git.ask("config", "--list", "--name-only", "--null", "--includes", "--show-scope", at=place).out
    words = listed.decode("utf-8", "surrogateescape").split("\0")
    scoped = zip(words[::2], words[1::2], strict=False)
    return [key for scope, key in scoped if scope in ("local", "worktree")]
