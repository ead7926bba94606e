"""The database: made once, never altered by an older program, honest about damage."""

import sqlite3
import subprocess
import sys

import pytest

from phoenix_cli.kernel.errors import Conflict, Failed, Unavailable
from phoenix_cli.kernel.state import State
from phoenix_cli.kernel.state.database import marker
from phoenix_cli.kernel.state.version import APPLICATION_ID, SCHEMA_VERSION


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path / "home" / "phoenix.db")
    yield state
    state.close()


def test_nothing_is_made_before_the_first_use(state):
    assert not state.exists()
    assert not state.path.parent.exists()


def test_a_new_database_is_ours_and_up_to_date(state):
    assert state.read_one("PRAGMA user_version")[0] == SCHEMA_VERSION
    assert state.read_one("PRAGMA application_id")[0] == APPLICATION_ID
    assert state.read_one("PRAGMA journal_mode")[0] == "wal"
    assert marker(state.path).exists()


def test_a_write_that_raises_leaves_nothing(state):
    with pytest.raises(RuntimeError), state.write() as connection:
        connection.execute("INSERT INTO detections VALUES ('t', 1, '{}', '[]', 'now')")
        raise RuntimeError
    assert state.read("SELECT * FROM detections") == []


def test_a_newer_database_is_refused_and_not_touched(state):
    state.read("SELECT 1")
    state.close()
    with sqlite3.connect(state.path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = state.path.read_bytes()
    with pytest.raises(Conflict) as caught:
        state.read("SELECT 1")
    assert caught.value.code == "state.too_new"
    assert state.path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(state):
    state.path.parent.mkdir()
    with sqlite3.connect(state.path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    before = state.path.read_bytes()
    with pytest.raises(Failed) as caught:
        state.read("SELECT 1")
    assert caught.value.code == "state.foreign"
    assert state.path.read_bytes() == before


@pytest.mark.parametrize("damage", ["gone", "empty"])
def test_lost_state_is_not_taken_for_a_fresh_home(state, damage):
    state.read("SELECT 1")
    state.close()
    for path in state.path.parent.glob("phoenix.db*"):
        path.unlink()
    if damage == "empty":
        state.path.touch()
    with pytest.raises(Failed) as caught:
        state.read("SELECT 1")
    assert caught.value.code == "state.lost"


def test_garbage_is_named_as_damage(state):
    state.path.parent.mkdir()
    state.path.write_bytes(b"this is no database, whatever its name says. " * 100)
    with pytest.raises(Failed) as caught:
        state.read("SELECT 1")
    assert caught.value.code == "state.damaged"


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        State(tmp_path / "file" / "phoenix.db").read("SELECT 1")


def test_a_wrong_statement_of_ours_stays_a_bug(state):
    with pytest.raises(sqlite3.OperationalError):
        state.read("SELECT * FROM nothing")


@pytest.mark.slow
def test_fifty_processes_write_at_once_and_nothing_is_lost(tmp_path):
    program = (
        "import sys, pathlib\n"
        "from phoenix_cli.app import build\n"
        "app = build(pathlib.Path(sys.argv[1]))\n"
        "for n in range(10):\n"
        "    with app.state.write() as connection:\n"
        "        count = connection.execute('SELECT count(*) FROM events').fetchone()[0]\n"
        "        app.events.append(connection, 'test.count', after=count + 1)\n"
    )
    home = tmp_path / "home"
    running = [subprocess.Popen([sys.executable, "-c", program, home], stderr=subprocess.PIPE) for _ in range(50)]
    errors = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0] * 50, b"".join(errors).decode()[-2000:]
    state = State(home / "phoenix.db")
    rows = state.read("SELECT after FROM events ORDER BY seq")
    state.close()
    assert [int(row["after"]) for row in rows] == list(range(1, 501))
