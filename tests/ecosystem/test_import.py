from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_cli.ecosystem.imports.model import import_json
from phoenix_cli.ecosystem.knowledge import known
from phoenix_cli.ecosystem.repositories import find
from phoenix_cli.kernel.errors import Auth, Conflict, Failed, NotFound, Unavailable, Usage
from tests.ecosystem.importing import World
from tests.vcs.forge import Forge, publish, serving
from tests.vcs.repos import commit, make_repo, plain_git

NODE = {"package.json": json.dumps({"name": "app", "scripts": {"test": "vitest"}}), "Makefile": "all:\n\techo all\n"}


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    (tmp_path / "forge").mkdir()
    with serving(tmp_path / "forge") as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, forge: Forge) -> Iterator[World]:
    made = World(tmp_path, forge.url)
    yield made
    made.close()


def test_owner_and_name_from_the_forge(world: World, forge: Forge, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "app", NODE)
    publish(forge.root, source)
    one = world.one("acme/app")
    host = f"127.0.0.1-{forge.port}"
    assert (one.name, one.status, one.components) == ("app", "imported", 2)
    assert one.url == f"{forge.url}/acme/app" and one.path == str(world.app.home.repos / host / "acme/app")
    assert one.commit == plain_git(source, "rev-parse", "HEAD")
    here = find(world.app.state, "acme/app")
    assert (here.id, here.branch, here.owner) == (one.id, "main", "acme")
    assert world.folders() == [f"{host}/acme/app"]
    phases = [(step.phase, step.detail) for step in world.told if step.percent is None]
    assert phases == [("cloning", ""), ("detected", "npm, make"), ("done", "app")]
    assert world.events() == [("ecosystem.import", "ok")]


def test_the_result_has_the_promised_shape(world: World, tmp_path: Path) -> None:
    made = import_json(world.bring(make_repo(tmp_path / "app", NODE), "ext::x"))
    (item,) = made["items"]
    assert list(item) == ["id", "name", "url", "path", "commit", "status", "components"]
    assert made["failed"] == [
        {"source": "ext::x", "code": "source.protocol", "message": "ext::x names a program, not a place"}
    ]
    assert json.loads(json.dumps(made)) == made


def test_what_was_detected_on_the_way_is_kept(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", NODE))
    for source in ("acme/app", make_repo(tmp_path / "local", {**NODE, "x": "y"})):
        one = world.one(source)
        (stored,) = world.app.state.read(
            "SELECT body FROM detections JOIN repos USING (tree_id) WHERE repos.id = ?", (one.id,)
        )
        again = known(Path(one.path), state=world.app.state, git=world.app.git, clock=world.app.clock)
        assert {component["system"] for component in again["components"]} == {"make", "npm"}
        assert json.loads(stored["body"])["components"] == again["components"]
    assert world.app.state.read_one("SELECT count(*) FROM detections")[0] == 2  # looking again made no new one


def test_the_second_time_is_a_conflict(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", NODE))
    one = world.one("acme/app")
    for other in ("acme/app", f"{forge.url}/acme/app.git/"):
        error = world.failure(other)
        assert isinstance(error, Conflict) and error.code == "ecosystem.already_imported"
        assert error.details["id"] == one.id and "phoenix ecosystem sync app" in error.hints
    assert world.names() == ["app"] and world.events()[1:] == [("ecosystem.import", "ecosystem.already_imported")] * 2


def test_update_syncs_what_is_here(world: World, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "app", NODE)
    one = world.one(source)
    assert world.one(source, update=True).status == "unchanged"
    new = commit(source, {"go.mod": "module m\n", "main.go": "package main\nfunc main() {}\n"})
    again = world.one(source, update=True)
    assert (again.id, again.status, again.commit, again.components) == (one.id, "updated", new, 3)
    assert isinstance(world.failure(source, update=True, branch="other"), Conflict)


def test_many_and_one_bad_one(world: World, forge: Forge, tmp_path: Path) -> None:
    for number in range(6):
        publish(forge.root, make_repo(tmp_path / f"app{number}", {**NODE, "n": str(number)}))
    asked = [f"acme/app{number}" for number in range(6)]
    result = world.bring(*asked[:3], "acme/none", "-x", tmp_path / "nothing", *asked[3:], asked[0], jobs=4)
    assert [one.name for one in result.items] == [f"app{number}" for number in range(6)]
    assert [(one.source, one.error.code) for one in result.failed] == [
        ("acme/none", "git.remote_not_found"),
        ("-x", "source.option"),
        (str(tmp_path / "nothing"), "git.remote_not_found"),
    ]
    assert isinstance(result.error, Failed) and "3 of 9" in result.error.message
    assert world.names() == sorted(f"app{number}" for number in range(6))
    assert [step.done for step in world.told if step.phase in ("done", "failed")] == list(range(1, 9))


def test_failures_of_one_kind_are_of_that_kind(world: World) -> None:
    assert isinstance(world.bring("acme/a", "acme/b").error, NotFound)
    assert isinstance(world.bring("acme/a").error, NotFound)
    assert world.names() == [] and world.folders() == []


def test_a_list_and_a_repos_file(world: World, tmp_path: Path) -> None:
    for name in ("a", "b"):
        source = make_repo(tmp_path / name, {"v": "1"})
        plain_git(source, "tag", "v1")
        commit(source, {"v": "2"})
    assert [one.name for one in world.bring(listing="# mine\n./a\n", listing_name="list").items] == ["a"]
    repos = f"repositories:\n  x/b: {{type: git, url: 'file://{tmp_path}/b', version: v1}}\n"
    (one,) = world.bring(listing=repos).items
    assert (Path(one.path) / "v").read_text() == "1" and find(world.app.state, "b").branch is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"depth": 0}, "at least 1"),
        ({"depth": 1, "full": True}, "exclude"),
        ({"jobs": 0}, "at least 1"),
        ({"listing": "# nothing"}, "names no repository"),
    ],
)
def test_a_request_that_makes_no_sense(world: World, options: dict[str, object], says: str) -> None:
    with pytest.raises(Usage, match=says):
        world.bring("acme/app", **options)
    assert not world.app.home.root.exists()


def test_nothing_asked_for(world: World) -> None:
    with pytest.raises(Usage, match="nothing to import"):
        world.bring()


def test_names_and_places_are_never_shared(world: World, forge: Forge, tmp_path: Path) -> None:
    for owner in ("ann", "bob"):
        publish(forge.root, make_repo(tmp_path / f"of-{owner}/app", {"x": owner}), owner)
    sources = ["ann/app", "bob/app", make_repo(tmp_path / "one/app"), make_repo(tmp_path / "two/app")]
    result = world.bring(*sources, jobs=1)
    names = [one.name for one in result.items]
    assert names[:2] == ["app", "bob-app"] and len(set(names)) == 4
    assert len({one.path for one in result.items}) == 4
    assert find(world.app.state, "ann/app").name == "app" and find(world.app.state, "bob/app").name == "bob-app"


def test_one_repository_is_never_put_inside_another(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "group", {"x": "1"}), "top")
    deep = forge.root / "top/group/app.git"
    publish(forge.root, make_repo(tmp_path / "app", {"x": "2"}), "top").rename(forge.root / "app.git")
    (forge.root / "top/group").mkdir()
    (forge.root / "app.git").rename(deep)
    outer, inner = world.bring(f"{forge.url}/top/group.git", f"{forge.url}/top/group/app.git", jobs=1).items
    assert Path(outer.path) not in Path(inner.path).parents


def test_an_unknown_folder_in_the_way_is_left_alone(world: World, tmp_path: Path) -> None:
    mine = world.app.home.repos / "local/app"
    mine.mkdir(parents=True)
    (mine / "precious").touch()
    one = world.one(make_repo(tmp_path / "app"))
    assert one.path != str(mine) and (mine / "precious").exists()


def test_an_empty_repository_and_one_with_odd_names(world: World, tmp_path: Path) -> None:
    empty = world.one(make_repo(tmp_path / "empty", {}))
    assert (empty.commit, empty.components) == (None, 0)
    odd = make_repo(tmp_path / "odd", {"--help": "x", "a\nb": "x", "\x1b[31mred/Makefile": "all:\n"})
    assert world.one(odd).status == "imported"


def test_a_hundred_megabyte_manifest(world: World, tmp_path: Path) -> None:
    huge = b'{"scripts": {' + b" " * 100_000_000 + b"}}"
    one = world.one(make_repo(tmp_path / "app", {"package.json": huge, "Makefile": "all:\n"}))
    assert one.components >= 1


def test_a_server_that_is_busy_is_asked_again(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", NODE))
    world.app.clock = Quick()
    forge.faults["app"] = [503, 429]
    assert world.one("acme/app").status == "imported"
    assert [step.phase for step in world.told].count("retrying") == 2
    assert world.app.clock.slept == pytest.approx(5, abs=2)
    forge.faults["none"] = [404]
    assert isinstance(world.failure("acme/none"), NotFound)
    forge.faults["app2"] = [500, 500, 500]
    assert isinstance(world.failure("acme/app2"), Unavailable)


class Quick:
    """A clock that does not wait."""

    def __init__(self) -> None:
        from phoenix_cli.kernel.clock import SystemClock

        self._real = SystemClock()
        self.slept = 0.0

    def now(self):  # type: ignore[no-untyped-def]
        return self._real.now()

    def monotonic(self) -> float:
        return self._real.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def test_a_connection_that_breaks_leaves_nothing(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", NODE))
    world.app.clock = Quick()
    forge.faults["app"] = "cut"
    assert world.failure("acme/app").code == "git.broken_off"
    assert world.names() == [] and world.folders() == []
    del forge.faults["app"]
    assert world.one("acme/app").status == "imported"


def test_a_login_is_stored_nowhere(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "app", NODE))
    forge.login = "ann:s3cret"
    assert isinstance(world.failure("acme/app"), Auth)
    one = world.one(f"http://ann:s3cret@127.0.0.1:{forge.port}/acme/app")
    assert one.url == f"{forge.url}/acme/app"
    world.failure(f"http://ann:s3cret@127.0.0.1:{forge.port}/acme/app")
    world.failure(f"http://ann:wr0ng@127.0.0.1:{forge.port}/acme/other")
    world.close()
    held = [path for path in world.app.home.root.rglob("*") if path.is_file()]
    assert not [path for path in held if b"s3cret" in path.read_bytes() or b"wr0ng" in path.read_bytes()]
    assert "s3cret" not in str(world.told)


def test_the_whole_history_or_some_of_it(world: World, forge: Forge, tmp_path: Path) -> None:
    for name, options, count in (("one", {}, "1"), ("two", {"depth": 2}, "2"), ("all", {"full": True}, "4")):
        source = make_repo(tmp_path / name)
        for number in range(3):
            commit(source, {"n": str(number)})
        publish(forge.root, source)
        path = Path(world.one(f"acme/{name}", **options).path)
        assert plain_git(path, "rev-list", "--count", "HEAD") == count


def test_a_hostile_local_repository_cannot_speak_for_another(world: World, tmp_path: Path) -> None:
    """Objects in a folder are not checked against their names; what is known is kept for the place, not the tree."""
    import zlib

    honest = make_repo(tmp_path / "honest", {"Makefile": "all:\n\techo honest\n", "x": "1"})
    evil = make_repo(tmp_path / "evil", {"Makefile": "evil:\n\techo evil\n", "x": "1"})
    tree = plain_git(honest, "rev-parse", "HEAD^{tree}")
    body = b"tree %s\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nx\n" % tree.encode()
    plain_git(
        evil,
        "update-ref",
        "HEAD",
        plain_git(evil, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", input=body),
    )
    own = plain_git(evil, "rev-parse", "main~0^{commit}")
    assert own
    fake = evil / ".git/objects" / tree[:2] / tree[2:]
    listing = b"".join(
        b"100644 %s\0%s" % (name, bytes.fromhex(plain_git(evil, "hash-object", str(evil / name.decode()))))
        for name in (b"Makefile", b"x")
    )
    fake.parent.mkdir(exist_ok=True)
    fake.write_bytes(zlib.compress(b"tree %d\0%s" % (len(listing), listing)))
    world.bring(evil)
    one = world.one(honest)
    found = known(Path(one.path), state=world.app.state, git=world.app.git, clock=world.app.clock)
    commands = [command["name"] for component in found["components"] for command in component["commands"]]
    assert "make:all" in commands and "make:evil" not in commands
