"""``phoenix doctor``: it shows what is broken and never breaks on it."""

import os
import sqlite3

import pytest

from phoenix_cli.app import build
from phoenix_cli.health import tools
from phoenix_cli.kernel.state.database import marker
from phoenix_cli.kernel.state.version import APPLICATION_ID, SCHEMA_VERSION
from tests.screens import screen


@pytest.fixture
def machine(phoenix, tmp_path):
    """A PATH with a few tools that answer at once."""
    folder = tmp_path / "bin"
    folder.mkdir()
    tool(folder, "git", "echo git version 2.39.5")
    tool(folder, "make", "echo GNU Make 4.3")
    phoenix.environ["PATH"] = str(folder)
    return phoenix


def tool(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def checks(phoenix, code):
    answer = phoenix("doctor", "--json")
    assert answer.code == code, answer
    assert "Traceback" not in answer.err and answer.json["next"] is None
    return {check["id"]: check for check in answer.json["items"]}


def made(phoenix):
    app = build(phoenix.home)
    app.state.read("SELECT 1")
    app.state.close()
    return app.state.path


def test_a_healthy_machine(machine):
    found = checks(machine, 0)
    assert found["git.found"] == {
        "id": "git.found", "status": "ok", "found": "installed", "version": "2.39.5", "costs": "", "hint": "",
    }  # fmt: skip
    assert found["make.found"]["version"] == "4.3"
    assert found["state.database"]["found"] == "none yet" and not machine.home.exists()
    made(machine)
    assert checks(machine, 0)["state.database"]["found"] == f"healthy, schema {SCHEMA_VERSION}"


def test_a_missing_tool_costs_something_and_a_hint_says_how_to_get_it(machine):
    found = checks(machine, 0)
    for name in ("cargo", "docker", "bwrap"):
        check = found[f"{name}.found"]
        assert check["status"] == "note" and check["costs"] and check["hint"] and check["version"] is None


def test_without_git_nothing_works(machine, tmp_path):
    (tmp_path / "bin" / "git").unlink()
    assert checks(machine, 1)["git.found"]["status"] == "broken"
    answer = machine("doctor")
    assert answer.err.splitlines() == ["error: not ready: git.found", "  hint: apt install git"]


def test_a_git_that_hostile_repositories_could_use_is_broken(machine, tmp_path):
    tool(tmp_path / "bin", "git", "echo git version 2.30.2")
    found = checks(machine, 1)["git.found"]
    assert (found["status"], found["version"]) == ("broken", "2.30.2") and "2.38" in found["hint"]


def test_a_tool_that_fails_or_talks_nonsense_is_told(machine, tmp_path):
    tool(tmp_path / "bin", "cargo", "exit 3")
    tool(tmp_path / "bin", "npm", "printf '\\033[31mhello\\377'")
    found = checks(machine, 0)
    assert found["cargo.found"]["found"] == found["npm.found"]["found"] == "installed, but does not answer"


def test_a_tool_that_hangs_is_given_up(tmp_path, monkeypatch):
    tool(tmp_path, "go", "exec /bin/sleep 60")
    monkeypatch.setattr(tools, "TIMEOUT_S", 0.1)
    assert tools.versions({"PATH": str(tmp_path)})["go"] == ""


def test_the_sandbox_is_tried_not_assumed(machine, tmp_path):
    assert checks(machine, 0)["sandbox.works"]["found"] == "bubblewrap is not installed"
    tool(tmp_path / "bin", "bwrap", "[ $1 = --version ] && echo bubblewrap 0.8 && exit\necho no permission >&2\nexit 1")
    found = checks(machine, 0)
    assert found["bwrap.found"]["status"] == "ok"
    assert (found["sandbox.works"]["status"], found["sandbox.works"]["found"]) == ("note", "no permission")


def damaged(path):
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)


def foreign(path):
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 7")
    connection.close()


def newer(path):
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()


def lost(path):
    for file in path.parent.glob("phoenix.db*"):
        file.unlink()


def torn(path):
    """Break a page in the middle, as a bad disk does."""
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\x00" * 4096
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (damaged, "damaged:"),
        (foreign, "not a phoenix database"),
        (newer, "schema 999"),
        (lost, "lost"),
        (torn, "damaged:"),
    ],
)
def test_a_broken_state_is_shown_with_a_way_out_and_not_touched(machine, harm, says):
    path = made(machine)
    harm(path)
    before = {file.name: file.read_bytes() for file in machine.home.iterdir() if file.is_file()}
    found = checks(machine, 1)["state.database"]
    assert found["status"] == "broken" and says in found["found"] and found["hint"] and found["costs"]
    after = {
        file.name: file.read_bytes() for file in machine.home.iterdir() if not file.name.endswith(("-wal", "-shm"))
    }
    assert after == {name: data for name, data in before.items() if not name.endswith(("-wal", "-shm"))}
    if harm is torn:
        return  # only who reads the whole file sees this one
    for words in (["status"], ["ecosystem", "list"], ["events"]):  # the rest of phoenix agrees, in one sentence
        answer = machine(*words)
        assert answer.code in (1, 5) and answer.err.startswith("error: ") and "Traceback" not in answer.err


def test_the_way_out_of_a_damaged_state_works(machine):
    path = made(machine)
    damaged(path)
    hint = checks(machine, 1)["state.database"]["hint"]
    assert f"mv {path} {path}.damaged; rm {marker(path)}" in hint
    path.rename(f"{path}.damaged")
    marker(path).unlink()
    assert checks(machine, 0)["state.database"]["found"] == "none yet"


def test_an_older_schema_is_fine(machine):
    path = made(machine)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
        assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    connection.close()
    assert "upgraded at the next use" in checks(machine, 0)["state.database"]["found"]


def test_a_home_that_is_a_file(machine):
    machine.home.write_text("")
    found = checks(machine, 1)["state.writable"]
    assert found["status"] == "broken" and "--home" in found["hint"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written(machine, tmp_path):
    machine.home.mkdir(mode=0o500)
    assert checks(machine, 1)["state.writable"]["status"] == "broken"
    machine.home.chmod(0)
    assert checks(machine, 1)["state.writable"]["status"] == "broken"


def test_a_home_with_odd_characters_in_its_name(machine, tmp_path):
    machine.environ["PHOENIX_HOME"] = str(tmp_path / "a ?#%41 ü")
    machine.home = tmp_path / "a ?#%41 ü"
    made(machine)
    assert checks(machine, 0)["state.database"]["found"].startswith("healthy")


@pytest.mark.parametrize("columns", [50, 80])
def test_the_screen_fits(machine, columns):
    shown = screen(machine, "doctor", columns=columns, env={"NO_COLOR": "1"})
    # A path is never cut.
    assert max(len(line) for line in shown.splitlines() if str(machine.home) not in line) <= columns
    assert "– cargo" in shown and "Rust projects" in shown and "see rustup.rs" in shown
    assert shown.splitlines()[-1].startswith("Ready; 1 of ")


def test_a_pipe_gets_a_line_a_check(machine):
    rows = [line.split("\t") for line in machine("doctor").out.splitlines()]
    assert {len(row) for row in rows} == {6}
    assert rows[0] == ["git.found", "ok", "installed", "2.39.5", "", ""]
