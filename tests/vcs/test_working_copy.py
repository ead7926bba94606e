from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_cli.vcs.repository import branch_of, find_place, head_of
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.working_copy import own_keys, read_status, remote_url, working_state
from tests.vcs.repos import commit, make_repo, plain_git


def test_counts_what_is_changed_and_what_is_new(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {"a": "1", "b": "2", "c": "3", ".gitignore": "*.o\n"})
    place = Place.of(repo)
    assert working_state(git, place).clean
    (repo / "a").write_text("changed")
    (repo / "b").unlink()
    plain_git(repo, "mv", "c", "d\ne")
    (repo / "new folder").mkdir()
    (repo / "new folder/x").touch()
    (repo / "ignored.o").touch()
    state = working_state(git, place)
    assert (state.changed, state.untracked, state.clean) == (4, 1, False)
    assert (state.branch, state.commit) == ("main", plain_git(repo, "rev-parse", "HEAD"))


def test_distance_from_upstream(git: Git, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "source")
    plain_git(tmp_path, "clone", "-q", "source", "copy")
    copy = tmp_path / "copy"
    commit(copy, {"mine": "1"})
    commit(source, {"theirs": "1"})
    commit(source, {"theirs": "2"})
    plain_git(copy, "fetch", "-q")
    state = working_state(git, Place.of(copy))
    assert (state.ahead, state.behind) == (1, 2)
    assert working_state(git, Place.of(source)).ahead is None
    assert remote_url(git, Place.of(copy)) == str(source) and remote_url(git, Place.of(source)) is None


def test_detached_and_unborn(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    plain_git(repo, "checkout", "-q", "--detach")
    state = working_state(git, Place.of(repo))
    assert state.branch is None and state.commit and branch_of(Place.of(repo)) is None
    empty = make_repo(tmp_path / "empty", {})
    state = working_state(git, Place.of(empty))
    assert state.branch == "main" and state.commit is None and head_of(git, Place.of(empty)).commit is None


def test_looking_writes_nothing(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    (repo / "Makefile").touch()  # makes the index stale, which a plain status would refresh and write
    before = (repo / ".git/index").stat().st_mtime_ns
    working_state(git, Place.of(repo))
    assert (repo / ".git/index").stat().st_mtime_ns == before


def test_a_worktree_and_a_folder_inside(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    plain_git(repo, "worktree", "add", "-q", "-b", "side", "../second")
    place = find_place(tmp_path / "second/src")
    assert place is not None and place.work_tree == tmp_path / "second"
    assert branch_of(place) == "side" and working_state(git, place).branch == "side"
    assert find_place(tmp_path) is None or find_place(tmp_path) != place


def test_own_keys_are_those_of_the_repository_only(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    (tmp_path / "more").write_text('[Filter "My.X"]\n\tClean = cat\n')
    plain_git(repo, "config", "include.path", str(tmp_path / "more"))
    keys = own_keys(git, Place.of(repo))
    assert "filter.My.X.clean" in keys and "core.bare" in keys and "gc.auto" not in keys


@pytest.mark.parametrize(
    ("listed", "changed", "untracked"),
    [
        ("# branch.oid (initial)\0# branch.head main\0", 0, 0),
        ("u UU N... 1 2 3 4 a b c conflict\0? a\0? b\0", 1, 2),
        ("1 .M N... 1 2 3 a b ? not untracked\0", 1, 0),
    ],
)
def test_reading_a_status(listed: str, changed: int, untracked: int) -> None:
    state = read_status(listed)
    assert (state.changed, state.untracked) == (changed, untracked)


@pytest.mark.parametrize("how", ["loose", "packed refs", "packed", "detached", "worktree", "long message", "sha256"])
def test_the_head_is_the_same_however_it_is_kept(git: Git, tmp_path: Path, how: str) -> None:
    repo = tmp_path / "r"
    if how == "sha256":
        plain_git(tmp_path, "init", "-q", "--object-format=sha256", "r")
    make_repo(repo) if how != "sha256" else commit(repo, {"a": "1"})
    if how in ("packed refs", "packed"):
        plain_git(repo, "pack-refs", "--all")
    if how == "packed":
        plain_git(repo, "gc", "-q")
    if how == "detached":
        plain_git(repo, "checkout", "-q", "--detach")
    if how == "long message":
        commit(repo, {"a": "1"}, "x" * 90_000)
    if how == "worktree":
        plain_git(repo, "worktree", "add", "-q", "-b", "side", "../second")
        repo = tmp_path / "second"
    head = head_of(git, Place.of(repo))
    assert [head.commit, head.tree] == plain_git(repo, "rev-parse", "HEAD", "HEAD^{tree}").split()


def test_an_object_that_is_not_what_its_name_says_is_not_believed(git: Git, tmp_path: Path) -> None:
    import zlib

    repo = make_repo(tmp_path / "r")
    head = plain_git(repo, "rev-parse", "HEAD")
    path = repo / ".git/objects" / head[:2] / head[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"commit 46\0tree " + b"1" * 40 + b"\n"))
    assert head_of(git, Place.of(repo)).tree is None
