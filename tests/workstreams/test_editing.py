"""Files on the disk: many writers lose nothing, a killed one leaves the old file or the new one."""

import os
import signal
import subprocess
import sys
import time

import pytest

from phoenix_cli.kernel.errors import Conflict, Failed, NotFound, Usage
from phoenix_cli.workstreams.files import editing
from phoenix_cli.workstreams.files.editing import create_file, edit_file
from phoenix_cli.workstreams.files.edits import Append, Set
from phoenix_cli.workstreams.files.folder import load
from phoenix_cli.workstreams.files.writing import written

START = "schema: phoenix/workstream@1\nid: a   # the id\ntitle: A\n# kept\npriority: 1\n"
WRITER = """
import sys
from pathlib import Path
from phoenix_cli.workstreams.files.editing import edit_file
from phoenix_cli.workstreams.files.edits import Append
for number in range(int(sys.argv[3])):
    edit_file(Path(sys.argv[1]), [Append(("links",), f"{sys.argv[2]}-{number}")])
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(START)
    return path


@pytest.mark.slow
def test_twenty_processes_keep_every_one_of_their_edits(file):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(file), str(number), "20"]) for number in range(20)]
    assert [one.wait(100) for one in writers] == [0] * 20
    found = load(file.parent)
    assert sorted(found.workstreams["a"].links) == sorted(
        f"{one}-{number}" for one in range(20) for number in range(20)
    )
    assert found.findings == () and file.read_text().startswith(START.rstrip("\n"))


@pytest.mark.slow
def test_a_killed_writer_leaves_the_old_file_or_the_new_one(file):
    seen = {file.read_bytes()}
    for number in range(30):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file), f"k{number}", "100000"])
        before = file.read_bytes()
        deadline = time.monotonic() + 60
        while file.read_bytes() == before:  # it has begun to write
            assert time.monotonic() < deadline and writer.poll() is None
        time.sleep(number * 0.0003)  # each time at another point of an edit
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        text = file.read_text()
        links = load(file.parent).workstreams["a"].links
        mine = [one for one in links if one.startswith(f"k{number}-")]
        assert mine == [f"k{number}-{one}" for one in range(len(mine))]
        assert text == START + "links:\n" + "".join(f"  - {one}\n" for one in links)
        seen.add(text.encode())
    assert len(seen) == 31
    edit_file(file, [Set(("priority",), 2)])
    assert [one.name for one in file.parent.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("point", ["fsync", "replace"])
def test_a_crash_at_any_call_of_the_disk_leaves_the_old_file(file, monkeypatch, point):
    def dies(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr(os, point, dies)
    with pytest.raises(OSError):
        edit_file(file, [Set(("priority",), 2)])
    monkeypatch.undo()
    assert file.read_text() == START and len(list(file.parent.iterdir())) == 1


def test_edits_are_carried_out_together_or_not_at_all(file):
    with pytest.raises(NotFound):
        edit_file(file, [Set(("priority",), 2), Set(("objectives", "x", "done"), True)])
    assert file.read_text() == START
    edit_file(file, [Set(("priority",), 2), Append(("links",), "x")])
    assert file.read_text() == START.replace("priority: 1", "priority: 2") + "links:\n  - x\n"


@pytest.mark.parametrize(
    "edit",
    [
        Set(("priority",), 12),
        Set(("owner",), True),
        Set(("id",), "Big"),
        Set(("merged",), "soon"),
        Append(("touches",), "../x"),
    ],
)
def test_an_edit_that_would_make_an_error_is_refused(file, edit):
    if edit.path == ("owner",):  # any text is an owner, also "true"
        edit_file(file, [edit])
        return
    with pytest.raises(Usage):
        edit_file(file, [edit])
    assert file.read_text() == START


def test_a_file_with_an_error_can_still_be_edited(file):
    file.write_text(START + "colour: red\n")
    edit_file(file, [Set(("priority",), 2)])
    assert "priority: 2" in file.read_text()


def test_an_unreadable_file_is_left_alone(file):
    file.write_text("id: [\n")
    with pytest.raises(Failed, match=r"a\.yaml:2:1"):
        edit_file(file, [Set(("priority",), 2)])


def test_what_an_editor_saves_meanwhile_is_not_lost(file):
    saved = []

    def decide(text):
        if not saved:
            saved.append(text)
            file.write_text(START + "owner: me\n")
        return [Set(("priority",), 2)]

    edit_file(file, decide)
    assert "owner: me" in file.read_text() and "priority: 2" in file.read_text()


def test_links_modes_and_a_second_creation(file, tmp_path):
    file.chmod(0o600)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    edit_file(link, [Set(("priority",), 2)])
    assert link.is_symlink() and file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict):
        create_file(file, START)
    with pytest.raises(Usage):
        create_file(tmp_path / "b.yaml", START)
    assert not (tmp_path / "b.yaml").exists() and editing.ATTEMPTS > 1


def test_a_new_file_is_in_block_style_and_in_the_order_of_the_schema(tmp_path):
    text = written({
        "objectives": [{"id": "one", "text": "First: it", "done": False}], "id": "new", "title": "no", "priority": 2,
        "dependencies": {"required": ["a"], "optional": []},
    })  # fmt: skip
    create_file(tmp_path / "new.yaml", text)
    assert text.splitlines() == [
        "# yaml-language-server: $schema=./workstream.schema.json", "schema: phoenix/workstream@1", "id: new", 'title: "no"',
        "priority: 2", "dependencies:", "  required:", "    - a", "  optional: []", "objectives:", "  - id: one",
        '    text: "First: it"', "    done: false",
    ]  # fmt: skip
    assert load(tmp_path).workstreams["new"].title == "no"
