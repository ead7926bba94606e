"""What is cached is what would be read, whatever happens to the files."""

import os
import shutil
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.kernel.errors import NotFound
from phoenix_cli.kernel.state import State
from phoenix_cli.workstreams.files import cache
from phoenix_cli.workstreams.files.cache import load_cached
from phoenix_cli.workstreams.files.folder import load


class At:
    """A clock that stands at a time."""

    def __init__(self, seconds):
        self.seconds = seconds

    def now(self):
        return datetime.fromtimestamp(self.seconds, UTC)


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path / "home" / "phoenix.db")
    yield state
    state.close()


def later(folder, seconds=10.0):
    return At(max(max(one.stat().st_mtime, one.stat().st_ctime) for one in folder.iterdir()) + seconds)


def test_a_warm_look_parses_nothing_and_is_the_same(example, state, monkeypatch):
    first = load_cached(example, state, later(example))
    assert first == load(example)
    monkeypatch.setattr(cache, "read_workstream", None)
    monkeypatch.setattr(cache, "read_bytes", None)
    assert load_cached(example, state, later(example)) == first


def test_a_change_an_addition_and_a_removal_are_seen(example, state):
    load_cached(example, state, later(example))
    path = example / "storage-advancement.yaml"
    path.write_text(path.read_text().replace("priority: 2", "priority: 4"))
    (example / "new.yaml").write_text("schema: phoenix/workstream@1\nid: new\ntitle: N\ncolour: red\n")
    (example / "security-extension.yaml").unlink()
    found = load_cached(example, state, later(example))
    assert found == load(example) and found == load_cached(example, state, later(example))
    assert found.workstreams["storage-advancement"].priority == 4
    assert [one.code for one in found.findings] == ["E-KEY"]
    assert len(state.read("SELECT 1 FROM workstream_files")) == 5


def test_a_second_write_within_one_tick_of_the_clock_is_seen(example, state):
    path = example / "storage-advancement.yaml"
    stat = path.stat()
    load_cached(example, state, later(example, 0.5))  # not at rest yet
    row = state.read_one("SELECT * FROM workstream_files WHERE name = ?", (path.name,))
    path.write_text(path.read_text().replace("priority: 2", "priority: 4"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with state.write() as connection:  # the tick: the same ctime
        sql = "UPDATE workstream_files SET ctime_ns = ? WHERE id = ?"
        connection.execute(sql, (path.stat().st_ctime_ns, row["id"]))
    assert load_cached(example, state, later(example)).workstreams["storage-advancement"].priority == 4


def test_a_file_put_in_anothers_place_with_its_times_is_seen(example, state):
    load_cached(example, state, later(example))
    path = example / "storage-advancement.yaml"
    other = example / "other"
    shutil.copy2(path, other)
    other.write_text(path.read_text().replace("priority: 2", "priority: 4"))
    stat = path.stat()
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.rename(path)
    assert load_cached(example, state, later(example)).workstreams["storage-advancement"].priority == 4


def test_two_folders_do_not_mix(example, state, tmp_path):
    second = tmp_path / "second"
    shutil.copytree(example, second)
    (second / "security-extension.yaml").unlink()
    load_cached(example, state, later(example))
    assert len(load_cached(second, state, later(second)).workstreams) == 4
    assert len(load_cached(example, state, later(example)).workstreams) == 5


def test_what_is_no_file_does_not_stop_the_others(example, state):
    (example / "nowhere.yaml").symlink_to(example / "gone")
    (example / "folder.yaml").mkdir()
    os.mkfifo(example / "pipe.yaml")
    for found in (
        load(example),
        load_cached(example, state, later(example.parent)),
        load_cached(example, state, later(example.parent)),
    ):
        assert len(found.workstreams) == 5 and found.refused == {"nowhere"}
        assert [(one.code, one.where) for one in found.findings] == [("E-READ", "nowhere.yaml")]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFound, match="no folder"):
        load(tmp_path / "nothing")


ACTS = st.lists(
    st.tuples(st.sampled_from(["write", "remove", "touch", "garbage"]), st.sampled_from("abc"), st.integers(0, 9)),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(acts=ACTS, rest=st.lists(st.sampled_from([0.0, 10.0]), min_size=8, max_size=8))
def test_the_cache_never_tells_otherwise_than_the_files(tmp_path_factory, acts, rest):
    folder = tmp_path_factory.mktemp("ws")
    home = State(tmp_path_factory.mktemp("home") / "phoenix.db")
    for (act, name, number), seconds in zip(acts, rest, strict=False):
        path = folder / f"{name}.yaml"
        if act == "write":
            path.write_text(f"schema: phoenix/workstream@1\nid: {name}\ntitle: T\npriority: {number}\n")
        elif act == "garbage":
            path.write_text("a: [" * number)
        elif act == "touch" and path.exists():
            os.utime(path)
        elif act == "remove":
            path.unlink(missing_ok=True)
        now = max([one.stat().st_ctime for one in folder.iterdir()], default=0.0) + seconds
        assert load_cached(folder, home, At(now)) == load(folder)
    home.close()
