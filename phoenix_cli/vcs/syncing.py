"""Bring what is new at a remote into a checkout. Work that is only here is never touched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.kernel.errors import Conflict, Refused
from phoenix_cli.vcs.environment import reach_of
from phoenix_cli.vcs.pump import Listener
from phoenix_cli.vcs.repository import Head, head_of
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import Source
from phoenix_cli.vcs.working_copy import no_filters, own_keys, working_state

#: Keys by which a repository's own configuration could send a fetch, and the user's login with it, somewhere else.
_REDIRECTS = re.compile(
    r"(?:http|url|credential|ssh)\.|remote\.[^\n]*\.(?:vcs|proxy|uploadpack)$|core\.(?:sshcommand|gitproxy)$"
)


@dataclass(frozen=True, slots=True)
class Synced:
    """How a checkout stood before and after."""

    before: Head
    after: Head

    @property
    def moved(self) -> bool:
        """Tell whether there is another commit now."""
        return self.before.commit != self.after.commit


def sync(git: Git, place: Place, source: Source, listen: Listener | None = None) -> Synced:
    """Fetch the branch that is checked out and move to its newest commit.

    A checkout without a branch stays where it is. Raises ``Conflict`` when files are changed, or when there are commits
    that the remote has not; nothing is changed then. Killed in the middle, the next call finishes it.
    """
    before = head_of(git, place)
    if before.branch is None or not place.git_dir.is_dir():
        return Synced(before, before)
    _refuse_redirects(git, place)
    known, new = _fetch(git, place, source, before.branch, listen)
    if not _contains(git, place, before.commit, new):
        _refuse_own_commits(git, place, before, known, new)
        _move(git, place, before, new)
    return Synced(before, head_of(git, place))


def _refuse_redirects(git: Git, place: Place) -> None:
    found = sorted({key for key in own_keys(git, place) if _REDIRECTS.match(key)})
    if found:
        raise Refused(
            f"{place.git_dir.parent.name}: its own .git/config changes where git goes", code="git.redirected",
            cause=", ".join(found[:5]), hints=(f"git -C {place.work_tree} pull   does it with these settings",),
        )  # fmt: skip


def _fetch(git: Git, place: Place, source: Source, branch: str, listen: Listener | None) -> tuple[str | None, str]:
    """Return the remote branch's commit as it was known, and as it is now. The remote is named by its address, not by
    ``origin``, and its program by name: both can be anything in the repository's own configuration."""
    tracking = f"refs/remotes/origin/{branch}"
    known = head_of(git, place, tracking).commit
    git.run(
        "fetch", "--progress", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
        "--upload-pack=git-upload-pack", "--", source.url, f"+refs/heads/{branch}:{tracking}", at=place, timeout_s=None,
        reach=reach_of(source), listen=listen, what=f"fetch of {source.name}",
    )  # fmt: skip
    new = head_of(git, place, tracking).commit
    assert new is not None
    return known, new


def _refuse_own_commits(git: Git, place: Place, before: Head, known: str | None, new: str) -> None:
    """What the remote itself had a moment ago is no work of ours, even if it was rewritten since."""
    if before.commit is None or any(_contains(git, place, theirs, before.commit) for theirs in (known, new)):
        return
    raise Conflict(
        f"{place.git_dir.parent.name} has commits of its own", code="ecosystem.diverged",
        cause=f"{before.branch} is not what the remote has", hints=(f"git -C {place.work_tree} rebase origin/{before.branch}",),
    )  # fmt: skip


def _contains(git: Git, place: Place, newer: str | None, older: str) -> bool:
    if newer is None or newer == older:
        return newer == older
    return git.ask("merge-base", "--is-ancestor", older, newer, at=place).code == 0


def _move(git: Git, place: Place, before: Head, new: str) -> None:
    filters = no_filters(git, place)
    state = working_state(git, place)
    if state.changed:
        # A sync that was killed after it wrote the files, before it moved the branch, leaves exactly the new files.
        finished = git.ask("diff-index", "--quiet", "--ignore-submodules=all", new, "--", at=place, settings=filters)
        if finished.code != 0:
            raise Conflict(
                f"{place.git_dir.parent.name} has uncommitted changes", code="ecosystem.uncommitted",
                cause=f"{state.changed} changed files", hints=(f"git -C {place.work_tree} stash   or commit them",),
            )  # fmt: skip
    old = before.commit or "0" * len(new)
    base = (before.commit,) if before.commit else ()
    git.run("read-tree", "-m", "-u", *base, new, at=place, settings=filters, timeout_s=None, what="update of the files")
    git.run("update-ref", "-m", "phoenix: sync", "HEAD", new, old, at=place)
