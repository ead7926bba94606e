"""Repositories that try to have something executed, or to reach outside. Each trap would leave a canary."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from phoenix_cli.kernel.errors import NotFound, PhoenixError
from phoenix_cli.vcs.cloning import Wish, check_out, probe, put_in_place, tree_of
from phoenix_cli.vcs.repository import find_place, head_of
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import parse_source
from phoenix_cli.vcs.syncing import sync
from phoenix_cli.vcs.trees import GitTree
from phoenix_cli.vcs.working_copy import remote_url, working_state
from tests.vcs.forge import Forge, publish
from tests.vcs.repos import blob, commit, commit_tree, make_repo, plain_git, write

HOOKS = "post-checkout pre-commit post-commit post-index-change post-merge reference-transaction post-rewrite update".split()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


def poison(git_dir: Path, canary: Path) -> None:
    """Put a program into every place of a repository's configuration that may name one."""
    trap = git_dir / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}\ncat 2>/dev/null\n')
    trap.chmod(0o755)
    for name in HOOKS:
        hook = git_dir / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_bytes(trap.read_bytes())
        hook.chmod(0o755)
    text = f"""
[core]
    fsmonitor = {trap}
    sshCommand = {trap}
    gitProxy = {trap}
    askPass = {trap}
    pager = {trap}
    editor = {trap}
    alternateRefsCommand = {trap}
    hooksPath = {git_dir}/hooks
    attributesFile = {git_dir}/attributes
    untrackedCache = true
[uploadpack]
    packObjectsHook = {trap}
    allowFilter = true
[filter "evil"]
    clean = {trap}
    smudge = {trap}
    required = true
[filter "E.vil"]
    process = {trap}
[diff]
    external = {trap}
[diff "evil"]
    textconv = {trap}
[merge "evil"]
    driver = {trap}
[gpg]
    program = {trap}
[log]
    showSignature = true
[credential]
    helper = !{trap}
[alias]
    status = !{trap}
[include]
    path = {git_dir}/more
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[submodule]
    recurse = true
[gc]
    auto = 1
"""
    (git_dir / "more").write_text(f'[filter "Inclu Ded"]\n\tclean = {trap}\n\tsmudge = {trap}\n')
    (git_dir / "attributes").write_text("* filter=evil diff=evil\n")
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info/attributes").write_text('a filter="Inclu Ded"\n')
    with (git_dir / "config").open("a") as file:
        file.write(text)


ATTRIBUTES = "* filter=evil diff=evil merge=evil\nb filter=E.vil\n"


def hostile(folder: Path, canary: Path) -> Path:
    repo = make_repo(folder, {"a": "1", "b": "2", "d/c": "3"})
    commit(repo, {".gitattributes": ATTRIBUTES})
    poison(repo / ".git", canary)
    os.utime(repo / "a", (1, 1))  # stale in the index, so that a status reads it again, through its filter
    return repo


def test_the_traps_work(tmp_path: Path, canary: Path) -> None:
    repo = hostile(tmp_path / "app", canary)
    plain_git(repo, "status", check=False)
    assert "trap" in canary.read_text()


def test_looking_at_a_hostile_folder(git: Git, tmp_path: Path, canary: Path) -> None:
    repo = hostile(tmp_path / "app", canary)
    place = find_place(repo / "d")
    assert place is not None
    assert working_state(git, place).changed == 0
    with GitTree(git, place) as tree:
        assert tree.read("a", 9) == b"1"
    assert head_of(git, place).commit and remote_url(git, place) is None
    assert not canary.exists()


@pytest.mark.parametrize("depth", [None, 1, 0])
def test_importing_a_hostile_folder(git: Git, tmp_path: Path, canary: Path, depth: int | None) -> None:
    repo = hostile(tmp_path / "app", canary)
    source = parse_source(str(repo))
    clone = probe(git, Wish(source, depth=depth), tmp_path / "aside")
    with tree_of(git, clone) as tree:
        assert tree.read("a", 9) == b"1"
    here = tmp_path / "here"
    put_in_place(check_out(git, clone), here)
    assert (here / "a").read_text() == "1" and working_state(git, Place.of(here)).clean
    new = plain_git(repo, "commit-tree", "-m", "x", "-p", "HEAD", "HEAD^{tree}")
    (repo / ".git/refs/heads/main").write_text(f"{new}\n")
    assert sync(git, Place.of(here), source).after.commit == new
    assert not canary.exists()


def test_a_checkout_that_turned_hostile(git: Git, forge: Forge, tmp_path: Path, canary: Path) -> None:
    """What ran inside, even in the sandbox, may have written its .git/config; we run outside of the sandbox."""
    author = make_repo(tmp_path / "app", {"a": "1", "b": "2", ".gitattributes": ATTRIBUTES})
    remote = publish(forge.root, author)
    source = parse_source(f"{forge.url}/acme/app")
    here = tmp_path / "here"
    put_in_place(check_out(git, probe(git, Wish(source), tmp_path / "aside")), here)
    commit(author, {"a": "changed"})
    plain_git(author, "push", "-q", str(remote), "main")
    poison(here / ".git", canary)
    os.utime(here / "b", (1, 1))
    assert working_state(git, Place.of(here)).changed == 0
    with pytest.raises(PhoenixError, match="changes where git goes"):
        sync(git, Place.of(here), source)
    config = here / ".git/config"
    kept = [line for line in config.read_text().split("[credential]") if "allow = always" not in line]
    config.write_text("".join(kept).replace("sshCommand", "x").replace("gitProxy", "y"))
    assert b"fsmonitor" in config.read_bytes() and b"smudge" in config.read_bytes()
    assert sync(git, Place.of(here), source).moved
    assert (here / "a").read_text() == "changed"
    assert not canary.exists()


def test_a_work_tree_elsewhere_is_not_written(git: Git, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "app", {"a": "1"})
    here = tmp_path / "here"
    found = parse_source(str(source))
    put_in_place(check_out(git, probe(git, Wish(found), tmp_path / "aside")), here)
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "a").write_text("1")
    commit(source, {"a": "2", "b": "new"})
    plain_git(here, "config", "core.worktree", str(victim))
    assert sync(git, Place.of(here), found).moved
    assert (victim / "a").read_text() == "1" and not (victim / "b").exists()


def test_missing_objects_are_not_fetched_by_looking(git: Git, tmp_path: Path, canary: Path) -> None:
    repo = make_repo(tmp_path / "app", {"a": "1"})
    (repo / ".git/objects" / plain_git(repo, "rev-parse", "HEAD:a")[:2]).rename(tmp_path / "taken")
    with (repo / ".git/config").open("a") as file:
        file.write(
            f'[remote "evil"]\n\turl = ext::sh -c touch% {canary}\n\tpromisor = true\n\tuploadpack = touch {canary}\n'
        )
        file.write(
            "[protocol]\n\tallow = always\n[extensions]\n\tpartialClone = evil\n[core]\n\trepositoryformatversion = 1\n"
        )
    with GitTree(git, Place.of(repo)) as tree, suppress(PhoenixError):  # older gits end at once, newer say: missing
        assert tree.read("a", 9) is None
    with pytest.raises(PhoenixError):
        check_out(git, probe(git, Wish(parse_source(str(repo))), tmp_path / "aside"))
    assert not canary.exists()


def test_a_bare_repository_that_lies_in_the_tree(git: Git, tmp_path: Path, canary: Path) -> None:
    repo = make_repo(tmp_path / "app", {"a": "1"})
    inner = repo / "docs"
    plain_git(tmp_path, "init", "-q", "--bare", str(inner))
    with (inner / "config").open("a") as file:
        file.write(f"[core]\n\tbare = false\n\tworktree = {inner}\n\tfsmonitor = touch {canary}\n")
    write(inner, {"refs/heads/keep": "", "objects/keep": ""})
    commit(repo, {})
    assert "docs/config" in plain_git(repo, "ls-files")
    plain_git(inner, "status", check=False)
    assert canary.exists()  # so the trap works
    canary.unlink()
    here = tmp_path / "here"
    put_in_place(check_out(git, probe(git, Wish(parse_source(str(repo))), tmp_path / "aside")), here)
    place = find_place(here / "docs")
    assert place == Place.of(here)
    assert working_state(git, place).clean
    with GitTree(git, place) as tree:
        assert tree.read("docs/config", 9_999)
    assert not canary.exists()


def test_links_to_outside_are_made_as_links_and_never_followed(git: Git, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"secret": "s3cret"})
    repo = make_repo(tmp_path / "app", {"a": "1"})
    (repo / "absolute").symlink_to(outside)
    (repo / "relative").symlink_to("../outside/secret")
    commit(repo, {})
    clone = check_out(git, probe(git, Wish(parse_source(str(repo))), tmp_path / "aside"))
    assert (clone.folder / "absolute").is_symlink()
    with tree_of(git, clone) as tree:
        assert list(tree.paths()) == ["a"]
        assert tree.read("absolute/secret", 99) is None and tree.read("relative", 99) is None
    assert (outside / "secret").read_text() == "s3cret"


def test_an_object_store_of_links_is_refused(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "app", {"a": "1"})
    (repo / ".git/objects/leak").symlink_to("/etc/passwd")
    with pytest.raises(PhoenixError) as caught:
        probe(git, Wish(parse_source(str(repo))), tmp_path / "aside")
    assert caught.value.code == "git.symlink"
    assert not (tmp_path / "aside").exists()


def test_submodules_are_not_followed(git: Git, tmp_path: Path, canary: Path) -> None:
    repo = make_repo(tmp_path / "app", {"a": "1"})
    head = plain_git(repo, "rev-parse", "HEAD")
    write(
        repo,
        {
            ".gitmodules": f'[submodule "m"]\n\tpath = m\n\turl = ext::sh -c touch% {canary}\n\tupdate = !touch {canary}\n'
        },
    )
    plain_git(repo, "add", ".gitmodules")
    plain_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{head},m")
    plain_git(repo, "commit", "-q", "-m", "module")
    clone = check_out(git, probe(git, Wish(parse_source(str(repo))), tmp_path / "aside"))
    assert list((clone.folder / "m").iterdir()) == [] and working_state(git, clone.place).clean
    assert not canary.exists()


def test_odd_names_come_through_as_they_are(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "app", {"a": "1"})
    oid = blob(repo, b"odd").encode()
    names = [b"--upload-pack=touch x", b"-rf", b"a\nb", b"\x1b[31mred", b"latin-\xe9"]
    commit_tree(repo, b"".join(b"100644 blob %s\t%s\0" % (oid, name) for name in sorted(names)))
    clone = check_out(git, probe(git, Wish(parse_source(str(repo))), tmp_path / "aside"))
    assert sorted(os.listdir(os.fsencode(clone.folder))) == sorted([b".git", *names])
    assert working_state(git, clone.place).clean


@pytest.mark.parametrize("name", [b".git", b"..", b".GIT", b"a/../../b"])
def test_names_that_lead_out_are_not_checked_out(git: Git, tmp_path: Path, name: bytes) -> None:
    import hashlib
    import zlib

    repo = make_repo(tmp_path / "app", {"a": "1"})
    content = b"100644 %s\0%s" % (name, bytes.fromhex(blob(repo, b"odd")))
    data = b"tree %d\0%s" % (len(content), content)
    oid = hashlib.sha1(data).hexdigest()
    path = repo / ".git/objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    plain_git(repo, "update-ref", "HEAD", plain_git(repo, "commit-tree", "-m", "x", oid))
    with pytest.raises(PhoenixError):
        check_out(git, probe(git, Wish(parse_source(str(repo))), tmp_path / "aside"))
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("revision", ["--upload-pack=touch canary", "-x", "a..b", "$(touch canary)"])
def test_a_revision_is_never_an_option(git: Git, tmp_path: Path, revision: str) -> None:
    with pytest.raises(NotFound):
        probe(git, Wish(parse_source(str(make_repo(tmp_path / "app"))), revision), tmp_path / "aside")


def test_replaced_objects_do_not_lie(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "app", {"a": "1"})
    good, evil = plain_git(repo, "rev-parse", "HEAD:a"), blob(repo, b"evil")
    plain_git(repo, "replace", good, evil)
    with GitTree(git, Place.of(repo)) as tree:
        assert tree.read("a", 9) == b"1"


def test_a_template_of_the_outside_is_not_used(tmp_path: Path, canary: Path) -> None:
    template = tmp_path / "template"
    write(template, {"hooks/post-checkout": f"#!/bin/sh\ntouch {canary}\n"})
    (template / "hooks/post-checkout").chmod(0o755)
    git = Git({**os.environ, "GIT_TEMPLATE_DIR": str(template)})
    clone = check_out(git, probe(git, Wish(parse_source(str(make_repo(tmp_path / "app")))), tmp_path / "aside"))
    assert list((clone.folder / ".git/hooks").iterdir()) == [] and not canary.exists()
