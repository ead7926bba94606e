"""Checkouts as trees, rescues, integration: what is kept, and that the user's own files, index and refs stay."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.errors import Conflict, PhoenixError, Refused
from phoenix_cli.vcs.merging.aside import fleeting_root, folder_aside, sweep
from phoenix_cli.vcs.merging.authors import with_authors
from phoenix_cli.vcs.merging.conflicts import analyse
from phoenix_cli.vcs.merging.integration import Integration, integrate, publish, swap, trial_worktree
from phoenix_cli.vcs.merging.quarantine import quarantine
from phoenix_cli.vcs.merging.rescue import PREFIX, remove_worktree, rescue
from phoenix_cli.vcs.merging.snapshot import take_snapshot
from phoenix_cli.vcs.merging.tips import find_tips
from phoenix_cli.vcs.runner import Git, Place
from tests import gitting
from tests.vcs.merging.bytes_of import bytes_of
from tests.vcs.merging.conftest import Lab

CLOCK = SystemClock()


def dirty(folder: Path) -> None:
    """Stage one thing, change another on top of it, delete one, add some, make a link."""
    gitting.write(folder, {"a.txt": "staged\n", "only-staged.txt": "s\n"})
    gitting.git(folder, "add", "-A")
    gitting.write(
        folder, {"a.txt": "changed after\n", "new/file.txt": "untracked\n", ".gitignore": "*.log\n", "x.log": "log\n"}
    )
    (folder / "src/lib.py").unlink()
    (folder / "link").symlink_to("a.txt")
    (folder / "odd\nname").write_text("odd")


def test_a_dirty_checkout_is_analysed_and_stays_as_it_is(lab: Lab) -> None:
    lab.branch("one", {"a.txt": "theirs\n"})
    dirty(lab.folder)
    before = bytes_of(lab.folder)
    with quarantine(lab.git, lab.place, lab.aside) as here:
        snapshot = take_snapshot(here, lab.place)
        assert bytes_of(lab.folder) == before
        trunk, one = find_tips(lab.git, lab.place, ["main", "one"])
        (pair,) = analyse(here, trunk, [one, snapshot.as_tip("checkout")]).pairs
    assert [(file.path, file.kind) for file in pair.files] == [("a.txt", "content")]
    assert bytes_of(lab.folder) == before
    gitting.git(lab.folder, "add", "-A")
    assert gitting.git(lab.folder, "write-tree") == snapshot.tree


def test_a_file_changed_within_the_index_s_own_tick_is_seen(lab: Lab) -> None:
    for number in range(10):
        gitting.write(lab.folder, {"a.txt": f"{number}\n"})
        gitting.git(lab.folder, "add", "-A")
        gitting.write(lab.folder, {"a.txt": f"{9 - number}\n"})
        with quarantine(lab.git, lab.place, lab.aside) as here:
            tree = take_snapshot(here, lab.place).tree
            seen = lab.git.run("cat-file", "blob", f"{tree}:a.txt", at=here.place)
        assert seen == f"{9 - number}\n".encode()


def test_large_untracked_files_and_repositories_inside_are_named(lab: Lab) -> None:
    gitting.write(lab.folder, {"large.bin": b"x" * 2_000})
    gitting.repository(lab.folder / "inside", {"f": "x"})
    with quarantine(lab.git, lab.place, lab.aside) as here:
        assert set(take_snapshot(here, lab.place, largest=1_000).left_out) == {"large.bin", "inside/"}


def worktree(lab: Lab, tmp_path: Path) -> Place:
    gitting.git(lab.folder, "worktree", "add", "-q", "-b", "work", str(tmp_path / "wt"))
    return Place.of(tmp_path / "wt")


def test_a_rescue_has_everything(lab: Lab, tmp_path: Path) -> None:
    place = worktree(lab, tmp_path)
    folder = tmp_path / "wt"
    gitting.git(folder, "checkout", "-q", "--detach")
    lost = gitting.commit(folder, {"lost.txt": "amended away"})
    gitting.git(folder, "reset", "-q", "--hard", "HEAD~1")
    detached = gitting.commit(folder, {"d.txt": "detached"})
    dirty(folder)
    kept = remove_worktree(lab.git, lab.place, place, "task-1", lab.aside, CLOCK)
    assert not folder.exists()
    show = lambda path: gitting.git(lab.folder, "show", f"{kept.ref}:{path}")  # noqa: E731
    assert (show("a.txt"), show("new/file.txt"), show("odd\nname")) == ("changed after", "untracked", "odd")
    assert gitting.git(lab.folder, "show", f"{kept.ref}^2:a.txt") == "staged"
    ancestors = gitting.git(lab.folder, "rev-list", kept.ref).split()
    assert {lost, detached} <= set(ancestors)
    assert kept.ref.startswith(f"{PREFIX}/task-1/")
    assert kept.ignored == ("x.log",)
    gitting.git(lab.folder, "fsck", "--strict", "--no-dangling")


def test_a_rescue_of_a_merge_under_way(lab: Lab, tmp_path: Path) -> None:
    place = worktree(lab, tmp_path)
    gitting.commit(tmp_path / "wt", {"a.txt": "mine\n"})
    gitting.commit(lab.folder, {"a.txt": "yours\n"})
    subprocess.run(
        ["git", "merge", "-q", "main"], cwd=tmp_path / "wt", env=gitting.ENVIRON, capture_output=True, check=False
    )
    kept = rescue(lab.git, place, "m", lab.aside, CLOCK)
    assert gitting.git(lab.folder, "show", f"{kept.ref}^2:stage-3/a.txt") == "yours"
    assert "<<<<<<<" in gitting.git(lab.folder, "show", f"{kept.ref}:a.txt")


def test_without_a_rescue_nothing_is_removed(lab: Lab, tmp_path: Path) -> None:
    place = worktree(lab, tmp_path)
    gitting.repository(tmp_path / "wt/inside", {"f": "x"})
    before = bytes_of(tmp_path / "wt")
    with pytest.raises(Refused):
        remove_worktree(lab.git, lab.place, place, "t", lab.aside, CLOCK)
    assert bytes_of(tmp_path / "wt") == before
    gitting.git(lab.folder, "update-ref", f"{PREFIX}/t", "HEAD")  # a ref in the way of a folder
    gitting.git(tmp_path / "wt", "clean", "-q", "-ffdx")
    with pytest.raises(PhoenixError):
        remove_worktree(lab.git, lab.place, place, "t", lab.aside, CLOCK)
    assert (tmp_path / "wt/a.txt").exists()
    with pytest.raises(Refused):
        remove_worktree(lab.git, lab.place, lab.place, "t", lab.aside, CLOCK)


def chain(lab: Lab, here: object, *names: str) -> Integration:
    trunk, *tips = find_tips(lab.git, lab.place, ["main", *names])
    return integrate(here, trunk, tips, CLOCK)  # type: ignore[arg-type]


def three(lab: Lab) -> None:
    lab.branch("one", {"one.txt": "1\n"})
    lab.branch("two", {"two.txt": "2\n", "a.txt": "two\n"})
    lab.branch("bad", {"a.txt": "bad\n"})
    gitting.git(lab.folder, "branch", "target")


def test_the_first_branch_that_conflicts_is_named(lab: Lab) -> None:
    three(lab)
    before = bytes_of(lab.folder)
    with quarantine(lab.git, lab.place, lab.aside) as here:
        found = chain(lab, here, "one", "two", "bad", "one")
        assert [step.branch for step in found.steps] == ["one", "two"]
        assert found.culprit and (found.culprit.branch, found.culprit.files[0].path) == ("bad", "a.txt")
    assert bytes_of(lab.folder) == before


def test_the_tested_tree_is_the_published_one(lab: Lab, tmp_path: Path) -> None:
    three(lab)
    files = {key: value for key, value in bytes_of(lab.folder).items() if not key.startswith(".git/")}
    index = (lab.folder / ".git/index").read_bytes()
    with quarantine(lab.git, lab.place, lab.aside) as here:
        found = chain(lab, here, "one", "two")
        with pytest.raises(Conflict, match="checked out"):
            publish(here, found, "refs/heads/main")
        with trial_worktree(here, found.commit, lab.aside) as tree:
            assert (tree / "two.txt").read_text() == "2\n"
            assert gitting.git(tree, "rev-parse", "HEAD^{tree}") == found.tree
            gitting.git(tree, "status", "--porcelain")
        assert not tree.exists()
        publish(here, found, "refs/heads/target")
        with pytest.raises(Conflict, match="moved"):
            publish(here, found, "refs/heads/target")
        with pytest.raises(Conflict, match="moved"):
            swap(here, "refs/heads/none", found.commit, found.base.commit)
    assert gitting.git(lab.folder, "rev-parse", "target^{tree}") == found.tree
    assert gitting.git(lab.folder, "log", "-1", "--format=%s", "target") == "Merge branch 'two'"
    gitting.git(lab.folder, "fsck", "--strict", "--no-dangling")
    assert {key: value for key, value in bytes_of(lab.folder).items() if not key.startswith(".git/")} == files
    assert (lab.folder / ".git/index").read_bytes() == index


def test_a_trial_worktree_goes_also_when_the_body_fails(lab: Lab) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        quarantine(lab.git, lab.place, lab.aside) as here,
        trial_worktree(here, find_tips(lab.git, lab.place, ["main"])[0].commit, lab.aside) as tree,
    ):
        (tree / "src").chmod(0o500)
        1 / 0  # noqa: B018
    assert list(lab.aside.iterdir()) == []


def test_a_folder_in_memory_is_ours_alone_or_not_used(tmp_path: Path) -> None:
    found = fleeting_root(tmp_path / "root", tmp_path)
    assert found in (tmp_path / f"phoenix-{os.getuid()}", tmp_path / "root")
    (tmp_path / f"phoenix-{os.getuid()}").chmod(0o777)
    assert fleeting_root(tmp_path / "root", tmp_path) == tmp_path / "root"
    assert fleeting_root(tmp_path / "root", tmp_path / "none") == tmp_path / "root"


def test_what_is_in_use_is_not_swept(tmp_path: Path) -> None:
    with folder_aside(tmp_path) as one:
        assert sweep(tmp_path) == 0
        assert one.exists()


def test_who_wrote_the_lines_in_conflict(lab: Lab) -> None:
    lab.branch("one", {"a.txt": "mine\n"})
    lab.branch("two", {"a.txt": "yours\n"})
    with quarantine(lab.git, lab.place, lab.aside) as here:
        trunk, *tips = find_tips(lab.git, lab.place, ["main", "one", "two"])
        (pair,) = analyse(here, trunk, tips).pairs
        (file,) = with_authors(here, pair.files, tips[0].commit, tips[1].commit)
    assert (file.authors_a, file.authors_b) == (("Ann <ann@example.org>",), ("Ann <ann@example.org>",))


PROGRAM = """
import os, sys
from pathlib import Path
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.vcs.merging.authors import with_authors
from phoenix_cli.vcs.merging.conflicts import analyse
from phoenix_cli.vcs.merging.integration import integrate, publish, trial_worktree
from phoenix_cli.vcs.merging.quarantine import quarantine
from phoenix_cli.vcs.merging.rescue import remove_worktree
from phoenix_cli.vcs.merging.snapshot import take_snapshot
from phoenix_cli.vcs.merging.tips import find_tips
from phoenix_cli.vcs.runner import Git, Place
git, place, aside = Git(os.environ), Place.of(Path(sys.argv[1])), Path(sys.argv[2])
print("go", flush=True)
with quarantine(git, place, aside) as here:
    trunk, *tips = find_tips(git, place, ["main", "one", "two"])
    analyse(here, trunk, [*tips, take_snapshot(here, place).as_tip("checkout")])
    found = integrate(here, trunk, tips, SystemClock())
    with trial_worktree(here, found.commit, aside):
        pass
    publish(here, found, "refs/heads/target")
remove_worktree(git, place, Place.of(Path(sys.argv[3])), "w", aside, SystemClock())
print("done", flush=True)
"""


def head_and_files(folder: Path) -> dict[str, object]:
    """Return the user's files, index, head and branches (without the target)."""
    own = {key: value for key, value in bytes_of(folder).items() if not key.startswith(".git/")}
    refs = gitting.git(folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags").split(
        "\n"
    )
    return {
        **own, "index": (folder / ".git/index").read_bytes(), "head": (folder / ".git/HEAD").read_bytes(),
        "refs": [ref for ref in refs if not ref.startswith("refs/heads/target ")],
    }  # fmt: skip


@pytest.mark.slow
def test_killed_at_thirty_points(lab: Lab, tmp_path: Path, git: Git) -> None:
    three(lab)
    base = gitting.git(lab.folder, "rev-parse", "main")
    gitting.git(lab.folder, "checkout", "-q", "--detach")
    dirty(lab.folder)
    before = head_and_files(lab.folder)
    chance = random.Random(1)
    ended = 0
    for number in range(30):
        spot = tmp_path / f"wt{number}"
        gitting.git(lab.folder, "worktree", "add", "-q", "--detach", str(spot), "main")
        own = gitting.commit(spot, {"own.txt": f"{number}"})
        gitting.write(spot, {"own.txt": f"dirty {number}"})
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(lab.folder), str(lab.aside), str(spot)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout and child.stdout.readline() == "go\n"
        time.sleep(number * chance.uniform(0.01, 0.03))
        child.send_signal(signal.SIGKILL)
        ended += "done" in child.stdout.read()
        child.wait()
        child.stdout.close()
        settle(lab.folder)
        assert head_and_files(lab.folder) == before, number
        assert gitting.git(lab.folder, "cat-file", "-t", "target^{tree}") == "tree"
        kept = gitting.git(lab.folder, "for-each-ref", "--format=%(refname)", f"{PREFIX}/w").split()
        texts = {gitting.git(lab.folder, "show", f"{ref}:own.txt") for ref in kept}
        assert f"dirty {number}" in texts or (spot / "own.txt").read_text() == f"dirty {number}"
        assert gitting.git(lab.folder, "cat-file", "-t", own) == "commit"
        gitting.git(lab.folder, "update-ref", "refs/heads/target", base)
    gitting.git(lab.folder, "fsck", "--strict", "--no-dangling")
    sweep(lab.aside)
    assert list(lab.aside.iterdir()) == []
    assert ended < 30
    assert git is not None


def settle(folder: Path) -> None:
    """Wait for git processes that the warden is ending to let go of their locks."""
    deadline = time.monotonic() + 15
    while list((folder / ".git").rglob("*.lock")) and time.monotonic() < deadline:
        os.sched_yield()
    assert not list((folder / ".git").rglob("*.lock"))
