from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from phoenix_cli.kernel.errors import Conflict, NotFound, PhoenixError
from phoenix_cli.vcs.cloning import Clone, Wish, check_out, probe, put_in_place, tree_of
from phoenix_cli.vcs.runner import Git
from phoenix_cli.vcs.sources import parse_source
from tests.vcs.forge import Forge, publish
from tests.vcs.repos import commit, make_repo, plain_git


def wish(text: str | Path, revision: str = "", depth: int | None = None) -> Wish:
    return Wish(parse_source(str(text), is_folder=lambda _: False), revision, depth)


def bring(git: Git, wanted: Wish, target: Path) -> Path:
    clone = check_out(git, probe(git, wanted, target.with_name(f".{target.name}")))
    put_in_place(clone, target)
    return target


def works_for_its_owner(folder: Path) -> None:
    """Everything that one does with a checkout afterwards, with plain git."""
    assert plain_git(folder, "status", "--porcelain") == ""
    assert plain_git(folder, "fsck", "--connectivity-only") == ""
    assert "a commit" in plain_git(folder, "log", "-p", "-1")
    (folder / "mine").write_text("work")
    plain_git(folder, "add", "mine")
    plain_git(folder, "commit", "-q", "-m", "my own")
    (folder / ".git/info/exclude").write_text("*.o\n")
    plain_git(folder, "gc", "-q")
    assert plain_git(folder, "log", "-1", "--format=%s") == "my own"


def count_objects(folder: Path) -> str:
    return plain_git(folder, "rev-list", "--objects", "--all", "--missing=print")


def test_a_probe_knows_the_files_before_it_has_them(git: Git, forge: Forge, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "app", {"Makefile": "all:\n", "big.bin": b"\0" * 1_000_000})
    publish(forge.root, source)
    clone = probe(git, wish(f"{forge.url}/acme/app"), tmp_path / "aside")
    assert clone.lazy and not clone.checked_out
    asked = len(forge.requests)
    with tree_of(git, clone) as tree:
        assert sorted(tree.paths()) == ["Makefile", "big.bin"] and len(forge.requests) == asked
        tree.prefetch(["Makefile"])
        assert tree.read("Makefile", 10) == b"all:\n"
    assert "?" + plain_git(source, "rev-parse", "HEAD:big.bin") in count_objects(clone.folder)
    assert [path.name for path in clone.folder.iterdir()] == [".git"]


@pytest.mark.parametrize("depth", [None, 1, 0, 2])
def test_a_remote_becomes_an_ordinary_checkout(git: Git, forge: Forge, tmp_path: Path, depth: int | None) -> None:
    source = make_repo(tmp_path / "app", {"Makefile": "all:\n"})
    for number in range(3):
        commit(source, {f"f{number}": str(number)})
    publish(forge.root, source)
    target = bring(git, wish(f"{forge.url}/acme/app.git", depth=depth), tmp_path / "there/app")
    assert (target / "f2").read_text() == "2"
    assert plain_git(target, "rev-list", "--count", "HEAD") == {None: "1", 1: "1", 2: "2", 0: "4"}[depth]
    assert "?" not in count_objects(target)
    config = (target / ".git/config").read_text()
    assert "promisor" not in config and "partial" not in config and f"url = {forge.url}/acme/app.git" in config
    assert plain_git(target, "rev-parse", "--abbrev-ref", "HEAD@{upstream}") == "origin/main"
    publish_more = commit(source, {"later": "1"})
    plain_git(source, "push", "-q", str(forge.root / "acme/app.git"), "main")
    plain_git(target, "fetch", "-q")
    assert plain_git(target, "rev-parse", "origin/main") == publish_more
    works_for_its_owner(target)


def test_it_needs_nothing_of_its_source_later(git: Git, tmp_path: Path) -> None:
    elsewhere = make_repo(tmp_path / "elsewhere", {"Makefile": "all:\n"})
    plain_git(tmp_path, "clone", "-q", "--shared", str(elsewhere), "source")
    target = bring(git, wish(tmp_path / "source"), tmp_path / "there/app")
    shutil.rmtree(elsewhere)
    shutil.rmtree(tmp_path / "source")
    assert not (target / ".git/objects/info/alternates").exists()
    works_for_its_owner(target)


@pytest.mark.parametrize("kind", ["plain", "bare", "shallow", "worktree", "inner .git"])
def test_every_kind_of_local_source(git: Git, tmp_path: Path, kind: str) -> None:
    source = make_repo(tmp_path / "app", {"Makefile": "all:\n"})
    commit(source, {"x": "y"})
    if kind == "bare":
        plain_git(tmp_path, "clone", "-q", "--bare", "app", "bare.git")
        source = tmp_path / "bare.git"
    elif kind == "shallow":
        plain_git(tmp_path, "clone", "-q", "--depth=1", source.as_uri(), "shallow")
        source = tmp_path / "shallow"
    elif kind == "worktree":
        plain_git(source, "worktree", "add", "-q", "../second")
        source = tmp_path / "second"
    elif kind == "inner .git":
        source = source / ".git"
    target = bring(git, wish(source), tmp_path / "there/app")
    assert (target / "x").read_text() == "y"
    works_for_its_owner(target)


def test_a_depth_also_holds_for_a_local_source(git: Git, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "app with space")
    commit(source, {"x": "y"})
    target = bring(git, wish(source, depth=1), tmp_path / "there")
    assert plain_git(target, "rev-list", "--count", "HEAD") == "1"
    works_for_its_owner(target)


@pytest.mark.parametrize("remote", [True, False])
def test_a_branch_a_tag_or_a_commit(git: Git, forge: Forge, tmp_path: Path, remote: bool) -> None:
    source = make_repo(tmp_path / "app", {"v": "1"})
    first = plain_git(source, "rev-parse", "HEAD")
    plain_git(source, "tag", "v1")
    plain_git(source, "checkout", "-q", "-b", "topic/x")
    commit(source, {"v": "2"})
    plain_git(source, "checkout", "-q", "main")
    commit(source, {"v": "3"})
    publish(forge.root, source)
    url = f"{forge.url}/acme/app" if remote else str(source)
    for number, (revision, expected) in enumerate([("topic/x", "2"), ("v1", "1"), (first, "1"), ("", "3")]):
        target = bring(git, wish(url, revision), tmp_path / f"there{number}")
        assert (target / "v").read_text() == expected
        works_for_its_owner(target)
    with pytest.raises(NotFound) as caught:
        probe(git, wish(url, "no-such"), tmp_path / "no")
    assert caught.value.code == "git.branch_not_found" and not (tmp_path / "no").exists()


def test_a_server_without_filters_gives_everything(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app"), filters=False)
    clone = probe(git, wish(f"{forge.url}/acme/app"), tmp_path / "aside")
    assert not clone.lazy
    with tree_of(git, clone) as tree:
        assert tree.read("Makefile", 100) == b"all:\n\techo hello\n"
    works_for_its_owner(check_out(git, clone).folder)


def test_a_server_that_filters_but_gives_no_single_objects(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", {"big": b"x" * 100_000 + bytes(range(256)), "small": "1"}))
    clone = probe(git, wish(f"{forge.url}/acme/app"), tmp_path / "aside")
    with tree_of(_Refusing(git), clone) as tree:
        assert tree.read("big", 10) == b"x" * 11
    assert "?" not in count_objects(clone.folder)
    works_for_its_owner(check_out(_Refusing(git), clone).folder)
    again = probe(git, wish(f"{forge.url}/acme/app"), tmp_path / "again")
    works_for_its_owner(check_out(_Refusing(git), again).folder)


class _Refusing(Git):
    """Answers a fetch of single objects as servers of protocol version 0 do."""

    def __init__(self, git: Git) -> None:
        self.__dict__.update(git.__dict__)

    def run(self, *words, **options):  # type: ignore[no-untyped-def]
        if "--stdin" in words:
            from phoenix_cli.vcs.failures import explain

            raise explain("fetch", "error: Server does not allow request for unadvertised object 123")
        return super().run(*words, **options)


def test_a_web_folder_without_git_on_the_server(git: Git, tmp_path: Path) -> None:
    bare = publish(tmp_path, make_repo(tmp_path / "app"))
    plain_git(bare, "update-server-info")
    with plain_files(tmp_path) as url:
        target = bring(git, wish(f"{url}/acme/app.git"), tmp_path / "there")
    works_for_its_owner(target)


@contextmanager
def plain_files(root: Path) -> Iterator[str]:
    import functools
    import http.server
    import threading

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_empty_repository_is_a_repository(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "empty", {}))
    for number, text in enumerate((f"{forge.url}/acme/empty", str(tmp_path / "empty"))):
        target = bring(git, wish(text), tmp_path / f"there{number}")
        assert (target / ".git").is_dir()


@pytest.mark.parametrize("text", ["no-such", "plain-folder"])
def test_what_is_no_repository(git: Git, tmp_path: Path, text: str) -> None:
    (tmp_path / "plain-folder").mkdir()
    with pytest.raises(NotFound) as caught:
        probe(git, wish(tmp_path / text), tmp_path / "aside")
    assert caught.value.hints and not (tmp_path / "aside").exists()


def test_a_connection_that_breaks_leaves_nothing(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", {"big": bytes(range(256)) * 4_000}))
    forge.faults["app"] = "cut"
    with pytest.raises(PhoenixError) as caught:
        bring(git, wish(f"{forge.url}/acme/app"), tmp_path / "there")
    assert caught.value.code == "git.broken_off"
    assert not (tmp_path / "there").exists() and not (tmp_path / ".there").exists()


def test_what_stands_at_the_target_is_kept(git: Git, tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.mkdir()
    (target / "precious").touch()
    with pytest.raises(Conflict) as caught:
        bring(git, wish(make_repo(tmp_path / "app")), target)
    assert caught.value.code == "ecosystem.folder_exists" and (target / "precious").exists()


def test_progress_is_told_line_by_line(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", {"big": bytes(range(256)) * 1_000}))
    heard: list[str] = []
    clone = probe(git, wish(f"{forge.url}/acme/app"), tmp_path / "aside", heard.append)
    assert any("Receiving objects: 100%" in line for line in heard)
    heard.clear()
    check_out(git, clone, heard.append)
    assert any("Receiving objects: 100%" in line for line in heard)
    assert not list(clone.folder.glob(".git/objects/??"))  # all in packs, nothing compressed anew


def test_a_login_is_not_written_down(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app"))
    forge.login = "ann:s3cret"
    target = bring(git, wish(f"http://ann:s3cret@127.0.0.1:{forge.port}/acme/app"), tmp_path / "there")
    held = [path.read_bytes() for path in target.rglob("*") if path.is_file()]
    assert not [content for content in held if b"s3cret" in content or b"YW5uOnMzY3JldA" in content]


SCRIPT = """
import os, sys
from pathlib import Path
from phoenix_cli.vcs.cloning import Wish, check_out, probe, put_in_place
from phoenix_cli.vcs.runner import Git
from phoenix_cli.vcs.sources import parse_source
git, target = Git(dict(os.environ)), Path(sys.argv[2])
with git.guarded():
    print("=".join(next(iter(git._guard.mark.items()))), flush=True)
    clone = probe(git, Wish(parse_source(sys.argv[1])), target.with_name("aside"), lambda line: print(line, flush=True))
    put_in_place(check_out(git, clone, lambda line: print(line, flush=True)), target)
"""


@pytest.mark.parametrize("after", range(12))
def test_kill_nine_in_a_clone_shows_all_or_nothing(forge: Forge, tmp_path: Path, after: int) -> None:
    from phoenix_cli.vcs.warden import marked
    from tests.vcs.test_runner import wait_for

    publish(forge.root, make_repo(tmp_path / "app", {f"f{n}": bytes([n]) * 40_000 for n in range(60)}))
    target = tmp_path / "there/app"
    words = [sys.executable, "-c", SCRIPT, f"{forge.url}/acme/app", str(target)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as phoenix:
        assert phoenix.stdout is not None
        mark = phoenix.stdout.readline().strip()
        for _ in range(after):
            phoenix.stdout.readline()
        phoenix.kill()
    wait_for(lambda: not marked(mark))
    if target.exists():
        works_for_its_owner(target)


def test_a_clone_says_where_it_is(tmp_path: Path) -> None:
    clone = Clone(wish("a/b"), tmp_path)
    assert clone.place.git_dir == tmp_path / ".git"
