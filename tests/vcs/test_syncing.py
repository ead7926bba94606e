from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_cli.kernel.errors import Conflict, PhoenixError, Refused
from phoenix_cli.vcs.cloning import Wish, check_out, probe, put_in_place
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import Source, parse_source
from phoenix_cli.vcs.syncing import sync
from tests.vcs.forge import Forge, publish
from tests.vcs.repos import commit, make_repo, plain_git


class Pair:
    """A repository at the forge, one where its author works, and our checkout of it."""

    def __init__(self, git: Git, forge: Forge, folder: Path) -> None:
        self.git = git
        self.author = make_repo(folder / "app", {"a": "1", "b": "1"})
        self.remote = publish(forge.root, self.author)
        self.source: Source = parse_source(f"{forge.url}/acme/app")
        self.here = folder / "here"
        put_in_place(check_out(git, probe(git, Wish(self.source), folder / "aside")), self.here)
        self.place = Place.of(self.here)

    def publish(self, files: dict[str, str], force: bool = False) -> str:
        made = commit(self.author, files)
        plain_git(self.author, "push", "-q", *(["--force"] if force else []), str(self.remote), "main")
        return made

    def sync(self):
        return sync(self.git, self.place, self.source)

    def status(self) -> str:
        return plain_git(self.here, "status", "--porcelain")


@pytest.fixture
def pair(git: Git, forge: Forge, tmp_path: Path) -> Pair:
    return Pair(git, forge, tmp_path)


def test_moves_to_what_is_new(pair: Pair) -> None:
    new = pair.publish({"a": "2", "c/d": "new"})
    synced = pair.sync()
    assert synced.moved and synced.after.commit == new and synced.after.branch == "main"
    assert (pair.here / "a").read_text() == "2" and (pair.here / "c/d").exists() and pair.status() == ""
    assert plain_git(pair.here, "rev-parse", "main", "origin/main").split() == [new, new]
    assert not pair.sync().moved


def test_follows_a_rewritten_history(pair: Pair) -> None:
    plain_git(pair.author, "commit", "-q", "--amend", "-m", "rewritten")
    new = pair.publish({"a": "3"}, force=True)
    assert pair.sync().after.commit == new and pair.status() == ""


def test_changed_files_are_kept(pair: Pair) -> None:
    pair.publish({"a": "2"})
    (pair.here / "b").write_text("mine")
    with pytest.raises(Conflict) as caught:
        pair.sync()
    assert caught.value.code == "ecosystem.uncommitted"
    assert (pair.here / "b").read_text() == "mine" and (pair.here / "a").read_text() == "1"


def test_an_untracked_file_in_the_way_is_kept(pair: Pair) -> None:
    pair.publish({"new": "theirs"})
    (pair.here / "new").write_text("mine")
    before = plain_git(pair.here, "rev-parse", "HEAD")
    with pytest.raises(PhoenixError, match="update of the files"):
        pair.sync()
    assert (pair.here / "new").read_text() == "mine" and plain_git(pair.here, "rev-parse", "HEAD") == before


def test_an_untracked_file_elsewhere_is_no_hindrance(pair: Pair) -> None:
    new = pair.publish({"a": "2"})
    (pair.here / "notes").write_text("mine")
    assert pair.sync().after.commit == new and (pair.here / "notes").read_text() == "mine"


def test_own_commits_are_kept(pair: Pair) -> None:
    mine = commit(pair.here, {"mine": "1"})
    pair.publish({"a": "2"})
    with pytest.raises(Conflict) as caught:
        pair.sync()
    assert caught.value.code == "ecosystem.diverged" and plain_git(pair.here, "rev-parse", "HEAD") == mine


def test_own_commits_on_top_of_the_newest_are_no_conflict(pair: Pair) -> None:
    mine = commit(pair.here, {"mine": "1"})
    assert not pair.sync().moved and plain_git(pair.here, "rev-parse", "HEAD") == mine


def test_without_a_branch_it_stays(pair: Pair) -> None:
    pair.publish({"a": "2"})
    plain_git(pair.here, "checkout", "-q", "--detach")
    assert not pair.sync().moved


def test_one_that_was_killed_between_files_and_branch_is_finished(pair: Pair) -> None:
    new = pair.publish({"a": "2", "c": "new"})
    plain_git(pair.here, "fetch", "-q", "origin", "main")
    plain_git(pair.here, "read-tree", "-m", "-u", "HEAD", "FETCH_HEAD")
    assert pair.status() != ""
    assert pair.sync().after.commit == new and pair.status() == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url.http://127.0.0.1:1/.insteadOf", "http://"),
        ("http.proxy", "http://127.0.0.1:1"),
        ("credential.helper", "!touch canary"),
        ("core.sshCommand", "touch canary"),
        ("remote.origin.vcs", "ext"),
    ],
)
def test_a_configuration_that_leads_elsewhere_is_refused(pair: Pair, key: str, value: str) -> None:
    plain_git(pair.here, "config", key, value)
    with pytest.raises(Refused) as caught:
        pair.sync()
    assert caught.value.code == "git.redirected" and key.lower() in caught.value.cause.lower()


def test_a_local_source(git: Git, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "app")
    found = parse_source(str(source))
    here = tmp_path / "here"
    put_in_place(check_out(git, probe(git, Wish(found), tmp_path / "aside")), here)
    new = commit(source, {"later": "1"})
    assert sync(git, Place.of(here), found).after.commit == new
