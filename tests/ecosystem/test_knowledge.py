"""What is told of a folder is what is there now, however often it is asked."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from phoenix_cli.app import build
from phoenix_cli.ecosystem import knowledge
from phoenix_cli.ecosystem.freshness import settled
from tests.gitting import commit, git, repository, write


@pytest.fixture
def app(tmp_path):
    app = build(tmp_path / "home", dict(os.environ))
    yield app
    app.state.close()


def known(app, path):
    return knowledge.known(path, state=app.state, git=app.git, clock=app.clock)


def kept(app):
    return list((app.home.cache / "looks").glob("*.json"))


@pytest.fixture
def at_once(monkeypatch):
    """Take every stamp for settled, so that a test need not wait for the clock of the file system."""
    monkeypatch.setattr(knowledge, "settled", lambda newest, began: True)


def test_an_answer_is_kept_and_told_again(app, tmp_path, at_once):
    root = repository(tmp_path / "x", {"Makefile": "test:\n\ttrue\n", ".gitignore": "out/\n"})
    first = known(app, root)
    assert len(kept(app)) == 1 and not app.state.exists() and first["commit"] == git(root, "rev-parse", "HEAD")
    (note,) = kept(app)
    note.write_text(note.read_text().replace('"make:test"', '"told again"'))  # a second answer can only come from here
    assert known(app, root)["components"][0]["commands"][0]["name"] == "told again"


@pytest.mark.parametrize(
    "change",
    [
        lambda root: write(root, {"Makefile": "build:\n\ttrue\n"}),
        lambda root: write(root, {"deep/new/package.json": '{"scripts": {"test": "x"}}'}),
        lambda root: write(root, {"empty/Cargo.toml": '[package]\nname = "x"\n'}),
        lambda root: (root / "Makefile").unlink(),
        lambda root: (root / "Makefile").rename(root / "Makefile.old"),
        lambda root: write(root, {".gitignore": "Makefile\n"}),
        lambda root: commit(root, {"later": ""}),
        lambda root: git(root, "checkout", "-q", "-b", "other"),
        lambda root: ((root / "Makefile").unlink(), (root / "Makefile").symlink_to("/etc/passwd")),
    ],
)
def test_any_change_that_could_matter_is_seen(app, tmp_path, at_once, change):
    root = repository(tmp_path / "x", {"Makefile": "test:\n\ttrue\n", ".gitignore": "out/\n"})
    (root / "empty").mkdir()
    known(app, root)
    change(root)
    told = known(app, root)
    fresh = build(tmp_path / "other", dict(os.environ))
    assert told == knowledge.known(root, state=fresh.state, git=fresh.git, clock=fresh.clock)
    fresh.state.close()


def test_what_changed_just_now_proves_nothing():
    assert settled(newest=1_000_000_001, began=3_000_000_000)
    assert not settled(newest=2_999_999_999, began=3_000_000_000)
    assert not settled(newest=1_000_000_000, began=3_000_000_000), "a whole second may be a coarse clock's"


def test_a_home_that_cannot_be_written_keeps_nobody_from_looking(app, tmp_path, at_once):
    root = repository(tmp_path / "x", {"Makefile": "test:\n\ttrue\n"})
    app.home.root.parent.mkdir(exist_ok=True)
    app.home.root.write_text("a file where the folder should be")
    assert [one["system"] for one in known(app, root)["components"]] == ["make"]


def test_names_that_are_no_text_are_kept_too(app, tmp_path, at_once):
    root = repository(tmp_path / "x", {"Makefile": "test:\n\ttrue\n"})
    write(root, {os.fsdecode(b"bad\xff/Makefile"): "build:\n\ttrue\n"})
    assert len(known(app, root)["components"]) == 2 and len(kept(app)) == 1
    assert known(app, root) == known(app, root)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"path": 1}'])
def test_a_damaged_note_is_looked_past(app, tmp_path, at_once, damage):
    root = repository(tmp_path / "x", {"Makefile": "test:\n\ttrue\n"})
    told = known(app, root)
    (note,) = kept(app)
    note.write_text(damage)
    assert known(app, root) == told


class Edits(RuleBasedStateMachine):
    """A folder that is edited and asked about in any order: the kept answer is always the fresh one."""

    @initialize()
    def start(self):
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        base = Path(self.folder.name)
        self.root = base / "x"
        self.root.mkdir()
        self.app = build(base / "home", dict(os.environ))
        self.before = knowledge.settled
        knowledge.settled = lambda newest, began: True

    @rule(
        dir=st.sampled_from(["", "a", "a/b"]),
        name=st.sampled_from(["Makefile", "package.json", "note.txt"]),
        text=st.sampled_from(["test:\n\ttrue\n", '{"scripts": {"build": "x"}}', ""]),
    )
    def put(self, dir, name, text):
        write(self.root, {f"{dir}/{name}" if dir else name: text})

    @rule(name=st.sampled_from(["Makefile", "a/package.json", "a/b/Makefile"]))
    def drop(self, name):
        (self.root / name).unlink(missing_ok=True)

    @rule()
    def ask(self):
        known(self.app, self.root)

    @invariant()
    def the_answer_is_true(self):
        told = known(self.app, self.root)
        from phoenix_cli.ecosystem.detect import detect
        from phoenix_cli.ecosystem.detection_json import detection_to_json
        from phoenix_cli.ecosystem.trees import FolderTree

        fresh = detection_to_json(detect(FolderTree(self.root), str(self.root)))
        assert told["components"] == fresh["components"]

    def teardown(self):
        knowledge.settled = self.before
        self.app.state.close()
        self.folder.cleanup()


Edits.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestEdits = Edits.TestCase
