from __future__ import annotations

import os
from pathlib import Path

import pytest

from phoenix_cli.vcs import trees
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.trees import GitTree
from tests.vcs.repos import blob, commit, commit_tree, make_repo, plain_git


def test_lists_and_reads_what_is_committed_not_what_is_on_disk(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {"a.txt": "one", "d/b.txt": "two"})
    (repo / "a.txt").write_text("changed")
    (repo / "new").touch()
    with GitTree(git, Place.of(repo)) as tree:
        assert sorted(tree.paths()) == ["a.txt", "d/b.txt"]
        assert tree.read("a.txt", 100) == b"one"
        assert tree.read("a.txt", 1) == b"on"
        assert tree.read("new", 100) is None and tree.read("d", 100) is None
        assert tree.commit == plain_git(repo, "rev-parse", "HEAD")
        assert tree.tree == plain_git(repo, "rev-parse", "HEAD^{tree}")


def test_links_and_submodules_are_no_files(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {"real": "x"})
    (repo / "out").symlink_to("/etc/passwd")
    (repo / "inside").symlink_to("real")
    head = commit(repo, {})
    plain_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{head},module")
    plain_git(repo, "commit", "-q", "-m", "module")
    with GitTree(git, Place.of(repo)) as tree:
        assert list(tree.paths()) == ["real"]
        assert tree.read("out", 100) is None and tree.read("module", 100) is None


def test_names_that_are_no_text(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    oid = blob(repo, b"odd")
    names = [b"a\nb", b"\x1b[31mred", b"--option", b"latin-\xe9", b"tab\there", b'quo"te', b"sp ace"]
    commit_tree(repo, b"".join(b"100644 blob %s\t%s\0" % (oid.encode(), name) for name in sorted(names)))
    with GitTree(git, Place.of(repo)) as tree:
        assert {os.fsencode(path) for path in tree.paths()} == set(names)
        assert {tree.read(path, 10) for path in tree.paths()} == {b"odd"}


def test_ten_thousand_files_in_one_conversation(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {f"d{n % 7}/f{n}": f"content {n}" * 20 for n in range(10_000)})
    with GitTree(git, Place.of(repo)) as tree:
        tree.prefetch(iter(tree.paths()))
        assert tree.read("d3/f9999", 1000) == b"content 9999" * 20
        assert all(tree.read(path, 4) for path in tree.paths())


def test_a_hundred_megabytes_are_not_kept(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {"package.json": b"{" + b" " * 100_000_000, "z": "after"})
    with GitTree(git, Place.of(repo)) as tree:
        tree.prefetch(["package.json", "z"])
        assert len(tree.read("package.json", 1_000) or b"") == 1_001
        assert len(tree.read("package.json", 3_000_000) or b"") == 3_000_001
        assert tree.read("z", 10) == b"after"
        assert sum(len(kept or b"") for kept in tree._contents.values()) < 2_100_000


def test_a_bomb_of_ten_to_the_tenth_files_is_cut(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_FILES", 5_000)
    repo = make_repo(tmp_path / "r")
    entry = b"100644 blob %s" % blob(repo, b"boom").encode()
    for _ in range(10):
        listing = b"".join(b"%s\tn%d\0" % (entry, number) for number in range(10))
        entry = b"040000 tree %s" % plain_git(repo, "mktree", "-z", input=listing).encode()
    made = plain_git(repo, "commit-tree", "-m", "bomb", entry.decode().split()[2])
    with GitTree(git, Place.of(repo), made) as tree:
        assert len(list(tree.paths())) == 5_000 and tree.truncated


def test_without_a_commit_there_is_nothing(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {})
    with GitTree(git, Place.of(repo)) as tree:
        assert (tree.commit, tree.tree, list(tree.paths()), tree.read("x", 1)) == (None, None, [], None)
        assert tree.head.branch == "main"


def test_missing_blobs_are_asked_for_once_and_together(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r", {"a": "1", "b": "2", "c": "3", "d": "4"})
    asked: list[list[str]] = []
    missing = frozenset(plain_git(repo, "rev-parse", "HEAD:a", "HEAD:b", "HEAD:d").split())
    with GitTree(git, Place.of(repo), missing=missing, fetch=lambda oids: asked.append(list(oids))) as tree:
        tree.prefetch(["a", "b", "a", "c", "no such file"])
        assert tree.read("a", 9) == b"1" and tree.read("b", 9) == b"2" and tree.read("c", 9) == b"3"
        assert [len(oids) for oids in asked] == [2]
        assert tree.read("d", 9) == b"4"
        assert [len(oids) for oids in asked] == [2, 1]


def test_an_object_that_is_not_there_reads_as_no_file(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    commit_tree(repo, b"100644 blob %s\tgone\0" % (b"1" * 40))
    with GitTree(git, Place.of(repo)) as tree:
        assert tree.read("gone", 10) is None


def test_the_process_ends_with_the_tree(git: Git, tmp_path: Path) -> None:
    with GitTree(git, Place.of(make_repo(tmp_path / "r"))) as tree:
        tree.read("Makefile", 10)
        assert len(git._live) == 1
    assert not git._live
