"""Imports that are killed, stopped or run at the same time: the next command shows the truth, and can go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_cli.ecosystem.imports.places import aside_of
from phoenix_cli.kernel.errors import Conflict
from tests.conftest import Phoenix
from tests.ecosystem.importing import World
from tests.vcs.forge import Forge, publish, serving
from tests.vcs.repos import make_repo, plain_git

REPOS = 5


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    (tmp_path / "forge").mkdir()
    with serving(tmp_path / "forge") as running:
        for number in range(REPOS):
            files = {"Makefile": "all:\n", "big": os.urandom(200_000), "n": str(number)}
            publish(running.root, make_repo(tmp_path / f"app{number}", files))
        yield running


def asked() -> list[str]:
    return [f"acme/app{number}" for number in range(REPOS)]


def check_truth(phoenix: Phoenix) -> set[str]:
    """Everything listed is whole; return the names."""
    listed = phoenix("ecosystem", "list", "--json").json["items"]
    for one in listed:
        assert plain_git(Path(one["path"]), "status", "--porcelain") == ""
        assert plain_git(Path(one["path"]), "fsck", "--connectivity-only") == ""
        assert one["build_systems"] == ["make"]
    return {one["name"] for one in listed}


def git_processes(home: Path) -> list[str]:
    """Command lines of git processes that work below a home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(home).encode() in words and b"git" in words.split(b"\0")[0]:
                found.append(words.replace(b"\0", b" ").decode())
    return found


def gone(home: Path) -> bool:
    """Wait until no git works below a home; the warden needs a moment."""
    import time

    deadline = time.monotonic() + 10
    while git_processes(home) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not git_processes(home)


@pytest.mark.slow
@pytest.mark.parametrize("lines", range(12))
def test_kill_nine_anywhere(phoenix: Phoenix, forge: Forge, lines: int) -> None:
    phoenix.environ["PHOENIX_GITHUB_URL"] = forge.url
    with phoenix.start("ecosystem", "import", *asked(), "--jobs", "2", "--yes") as running:
        assert running.stderr is not None
        for _ in range(lines):
            running.stderr.readline()
        running.kill()
    assert gone(phoenix.home)
    before = check_truth(phoenix)
    again = phoenix("ecosystem", "import", *asked(), "--json", "--yes")
    assert (again.code, again.json["failed"]) == (0, [])
    assert [(one["name"], one["status"]) for one in again.json["items"]] == [
        (f"app{n}", "imported") for n in range(REPOS)
    ]
    assert before <= check_truth(phoenix) == {f"app{n}" for n in range(REPOS)}
    repos = phoenix.home / "repos"
    assert len(list(repos.rglob(".git"))) == REPOS and not list((repos / ".aside").glob("*"))
    third = phoenix("ecosystem", "import", *asked(), "--json", "--yes")
    assert third.code == 5 and {one["code"] for one in third.json["failed"]} == {"ecosystem.already_imported"}


KILLED = """
import os, signal, sys
from pathlib import Path
from phoenix_cli.ecosystem.imports import importer, journal
from tests.ecosystem.importing import World

def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
def after(function):
    def both(*words, **options):
        function(*words, **options)
        die()
    return both

point = sys.argv[3]
if point == "before rename": importer.put_in_place = die
if point == "after rename": importer.put_in_place = after(importer.put_in_place)
if point == "after claim": importer.Importer._list = die
if point == "after commit": importer.Importer._list = after(importer.Importer._list)
World(Path(sys.argv[1])).bring(*sys.argv[4:], jobs=1)
"""


def killed_at(point: str, root: Path, *sources: object) -> None:
    words = [sys.executable, "-c", KILLED, str(root), "-", point, *map(str, sources)]
    assert subprocess.run(words, cwd=Path(__file__).parents[2], check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", ["after claim", "before rename", "after rename", "after commit"])
def test_kill_nine_around_the_rename(tmp_path: Path, point: str) -> None:
    source = make_repo(tmp_path / "app")
    killed_at(point, tmp_path, source)
    world = World(tmp_path)
    listed = world.names()
    assert listed == (["app"] if point == "after commit" else [])
    other = world.one(make_repo(tmp_path / "other"))  # any import clears away what is left
    assert world.folders() == (["local/app", "local/other"] if listed else ["local/other"])
    one = world.one(source)
    assert (one.status, one.path) == ("imported", str(world.app.home.repos / "local/app"))
    assert world.names() == ["app", "other"] and other.name == "other"
    assert isinstance(world.failure(source), Conflict)
    assert world.app.state.read("SELECT * FROM import_journal") == []
    world.close()


def test_an_interrupted_batch_goes_on(tmp_path: Path) -> None:
    sources = [make_repo(tmp_path / f"app{number}", {"n": str(number)}) for number in range(4)]
    world = World(tmp_path)
    world.one(sources[0])
    world.close()
    killed_at("after commit", tmp_path, *sources[1:])
    world = World(tmp_path)
    assert world.names() == ["app0", "app1"]
    again = world.bring(*reversed(sources[1:]))  # in any order
    assert [(one.name, one.status) for one in again.items] == [(f"app{n}", "imported") for n in (3, 2, 1)]
    assert world.bring(*sources[1:]).items == ()
    world.close()


def test_a_batch_with_failures_can_be_asked_for_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    good, later = make_repo(tmp_path / "good"), tmp_path / "later"
    first = world.bring(good, later)
    assert len(first.items) == len(first.failed) == 1
    make_repo(later)
    again = world.bring(good, later)
    assert [(one.name, one.status) for one in again.items] == [("good", "imported"), ("later", "imported")]
    assert [one.error.code for one in world.bring(good, later).failed] == ["ecosystem.already_imported"] * 2
    world.close()


def test_an_unlisted_folder_that_is_not_ours_is_never_cleared(tmp_path: Path) -> None:
    killed_at("after rename", tmp_path, make_repo(tmp_path / "app"))
    world = World(tmp_path)
    world.bring(make_repo(tmp_path / "other"))
    mine = make_repo(world.app.home.repos / "local/app", {"precious": "x"})
    world.bring(make_repo(tmp_path / "third"))
    assert (mine / "precious").exists()
    world.close()


def test_what_is_aside_is_cleared_unless_somebody_works_on_it(tmp_path: Path) -> None:
    from phoenix_cli.ecosystem.imports.places import its_turn

    world = World(tmp_path)
    held, left = aside_of(world.app.home, "held"), aside_of(world.app.home, "left")
    for folder in (held, left):
        (folder / "deep").mkdir(parents=True)
        (folder / "deep").chmod(0o500)
    with its_turn(world.app.home, "held"):
        world.one(make_repo(tmp_path / "app"))
        assert held.exists() and not left.exists()
    world.one(make_repo(tmp_path / "other"))
    assert not held.exists()
    world.close()


@pytest.mark.parametrize("where", ["cloning", "waiting for the server"])
def test_control_c_leaves_nothing_half_done(phoenix: Phoenix, forge: Forge, where: str) -> None:
    phoenix.environ["PHOENIX_GITHUB_URL"] = forge.url
    if where == "waiting for the server":
        forge.faults = {f"app{number}": "hang" for number in range(REPOS)}
    with phoenix.start("ecosystem", "import", *asked(), "--yes") as running:
        assert running.stderr is not None
        running.stderr.readline()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=8)
    assert running.returncode == 130
    assert gone(phoenix.home)
    check_truth(phoenix)
    assert not list((phoenix.home / "repos/.aside").glob("*"))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_fifty_at_once(phoenix: Phoenix, tmp_path: Path) -> None:
    shared = make_repo(tmp_path / "shared", {"Makefile": "all:\n"})
    own = [make_repo(tmp_path / f"own{number}/app", {"Makefile": "all:\n", "n": str(number)}) for number in range(40)]
    calls = [[source] for source in own] + [[shared]] * 10
    running = [phoenix.start("ecosystem", "import", *call, "--yes", "--json") for call in calls]
    answers = [(process.communicate(timeout=300), process.returncode) for process in running]
    assert [code for _, code in answers[:40]] == [0] * 40, answers
    assert sorted(code for _, code in answers[40:]) == [0] + [5] * 9
    items = [json.loads(out)["items"] for (out, _), _ in answers]
    listed = phoenix("ecosystem", "list", "--json").json["items"]
    assert {one["id"] for one in listed} == {one["id"] for found in items for one in found} and len(listed) == 41
    assert len({one["path"] for one in listed}) == len({one["name"] for one in listed}) == 41
    assert all((Path(one["path"]) / "Makefile").exists() for one in listed)
