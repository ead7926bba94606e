"""Every verdict on random histories is that of real merges in a clone; hostile repositories start nothing."""

from __future__ import annotations

import random
import subprocess
from itertools import combinations
from pathlib import Path

import pytest

from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.errors import Refused
from phoenix_cli.vcs.merging.integration import integrate, publish, trial_worktree
from phoenix_cli.vcs.merging.quarantine import quarantine
from phoenix_cli.vcs.merging.rescue import rescue
from phoenix_cli.vcs.merging.snapshot import take_snapshot
from phoenix_cli.vcs.merging.tips import find_tips
from phoenix_cli.vcs.runner import Git
from tests import gitting
from tests.vcs.merging.bytes_of import bytes_of
from tests.vcs.merging.conftest import Lab

PATHS = ["a.txt", "b.txt", "src/c.txt", "src/d.txt", "src/deep/e.txt", "docs/f.txt"]
NAMES = ["one", "two", "three", "four"]


def some_text(chance: random.Random) -> str:
    return "".join(f"{chance.randrange(10**6)}\n" for _ in range(12))


def change(chance: random.Random, folder: Path) -> None:
    """Change a checkout as people do: edit, add, remove, move a file or a folder, change a mode, set an attribute."""
    listed = gitting.git(folder, "ls-files").split("\n")
    files = [name for name in listed if name and (folder / name).is_file()]
    kind = chance.choice(["edit"] * 6 + ["add", "remove", "move", "move folder", "mode", "binary", "attribute", "swap"])
    target = folder / chance.choice(files)
    if kind == "edit":
        lines = target.read_text(errors="replace").split("\n")
        lines[chance.randrange(len(lines))] = f"edited {chance.randrange(4)}"
        target.write_text("\n".join(lines))
    elif kind == "add":
        gitting.write(
            folder, {f"{chance.choice(['', 'src/', 'docs/'])}new{chance.randrange(3)}.txt": some_text(chance)}
        )
    elif kind == "remove" and len(files) > 3:
        target.unlink()
    elif kind == "move":
        place = folder / chance.choice(["", "src", "moved"]) / f"m{chance.randrange(3)}.txt"
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            target.rename(place)
    elif kind == "move folder" and (folder / "src").is_dir() and not (folder / "lib").exists():
        (folder / "src").rename(folder / "lib")
    elif kind == "mode":
        target.chmod(0o755)
    elif kind == "binary":
        target.write_bytes(b"\0" + bytes([chance.randrange(256)]) * 20)
    elif kind == "attribute":
        gitting.write(
            folder, {".gitattributes": chance.choice(["*.txt merge=union\n", "a.txt binary\n", "*.txt merge=evil\n"])}
        )
    elif kind == "swap" and target.name != ".gitattributes":
        target.unlink()
        gitting.write(folder, {f"{target.relative_to(folder)}/inner.txt": some_text(chance)})


def history(chance: random.Random, lab: Lab) -> None:
    """Grow a trunk and four branches that start at several points of it, one upon another, some with trunk merged in."""
    folder = lab.folder
    gitting.commit(folder, {path: some_text(chance) for path in PATHS})
    starts = ["main"]
    for name in NAMES:
        gitting.git(folder, "checkout", "-q", "-f", "-b", name, chance.choice(starts))
        for _ in range(chance.randrange(1, 4)):
            change(chance, folder)
            gitting.commit(folder)
        starts.append(name)
        gitting.git(folder, "checkout", "-q", "-f", "main")
        if chance.random() < 0.5:
            change(chance, folder)
            gitting.commit(folder)
        if chance.random() < 0.3:
            gitting.git(folder, "checkout", "-q", "-f", name)
            if merges(folder, "main") is None:
                gitting.git(folder, "merge", "--abort")
            gitting.git(folder, "checkout", "-q", "-f", "main")


def merges(folder: Path, other: str) -> str | None:
    """Merge for real; return the tree, None for a conflict."""
    done = subprocess.run(
        ["git", "merge", "-q", "--no-edit", "-m", "merge", other],
        cwd=folder,
        env=gitting.ENVIRON,
        capture_output=True,
        check=False,
    )
    return gitting.git(folder, "rev-parse", "HEAD^{tree}") if done.returncode == 0 else None


def start_at(folder: Path, name: str) -> None:
    gitting.git(folder, "reset", "-q", "--hard", name)
    gitting.git(folder, "clean", "-q", "-f", "-d", "-x")


def expected(clone: Path) -> tuple[dict[str, str | None], dict[tuple[str, str], str | None]]:
    """Return the trees that real merges come to: each branch with trunk, and each pair of what is clean."""
    gitting.git(clone, "checkout", "-q", "--detach")
    alone: dict[str, str | None] = {}
    trials: dict[str, str] = {}
    for name in NAMES:
        start_at(clone, f"origin/{name}")
        alone[name] = merges(clone, "origin/main")
        if alone[name]:
            trials[name] = gitting.git(clone, "rev-parse", "HEAD")
    pairs: dict[tuple[str, str], str | None] = {}
    for one, two in combinations(trials, 2):
        start_at(clone, trials[one])
        pairs[one, two] = merges(clone, trials[two])
    return alone, pairs


def in_order(clone: Path, names: tuple[str, ...]) -> bool:
    start_at(clone, "origin/main")
    return all(merges(clone, f"origin/{name}") for name in names)


def check(lab: Lab, tmp_path: Path, seed: int) -> tuple[int, int]:
    history(random.Random(seed), lab)
    before = bytes_of(lab.folder)
    found = lab.analyse(*NAMES)
    assert bytes_of(lab.folder) == before
    gitting.git(tmp_path, "clone", "-q", str(lab.folder), "clone")
    alone, pairs = expected(tmp_path / "clone")
    assert {one.branch: one.tree for one in found.branches} == alone, seed
    assert {(one.a, one.b): one.status == "clean" for one in found.pairs} == {
        key: bool(tree) for key, tree in pairs.items()
    }, seed
    for one in found.pairs:
        assert one.tree is None or one.tree == pairs[one.a, one.b], seed
        assert (one.status == "conflict") == bool(one.files), seed
    assert in_order(tmp_path / "clone", found.order), seed
    return len(pairs), sum(tree is None for tree in pairs.values())


@pytest.mark.parametrize("seed", range(3))
def test_every_verdict_is_that_of_git(lab: Lab, tmp_path: Path, seed: int) -> None:
    check(lab, tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_every_verdict_is_that_of_git_at_length(lab: Lab, tmp_path: Path, seed: int) -> None:
    check(lab, tmp_path, seed)


def test_nothing_of_the_repository_is_run(git: Git, lab: Lab, tmp_path: Path) -> None:
    canary, trap = tmp_path / "canary", tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}\nexit 0\n')
    trap.chmod(0o755)
    gitting.commit(lab.folder, {".gitattributes": "* merge=evil filter=evil diff=evil text\n"})
    lab.branch("one", {"a.txt": "one\n"})
    lab.branch("two", {"a.txt": "two\n"})
    gitting.git(lab.folder, "branch", "target")
    gitting.repository(lab.folder / "sub", {"s": "x"})
    gitting.git(lab.folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    gitting.write(lab.folder, {"dirty.txt": "x", "a.txt": "dirty"})
    keys = ["core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.alternateRefsCommand", "diff.external",
            "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
            "diff.evil.command", "gpg.program", "gc.recentObjectsHook", "uploadpack.packObjectsHook", "merge.default"]  # fmt: skip
    lines = "".join(
        f"[{k.rpartition('.')[0].replace('.evil', chr(32) + chr(34) + 'evil' + chr(34))}]\n\t{k.rpartition('.')[2]} = {trap}\n"
        for k in keys
    )
    config = lab.folder / ".git/config"
    config.write_text(config.read_text() + lines + "[commit]\n\tgpgSign = true\n[merge]\n\tdefault = evil\n")
    for hook in "post-merge pre-merge-commit reference-transaction post-index-change post-checkout pre-commit post-commit".split():
        path = lab.folder / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(trap.read_bytes())
        path.chmod(0o755)
    before = bytes_of(lab.folder)
    (pair,) = lab.analyse("one", "two").pairs
    assert pair.status == "conflict"
    assert not canary.exists()
    assert bytes_of(lab.folder) == before
    with (lab.folder / "sub/.git/config").open("a") as file:
        file.write(f"[core]\n\tfsmonitor = {trap}\n")
    before = bytes_of(lab.folder)
    with quarantine(git, lab.place, lab.aside) as here:
        snapshot = take_snapshot(here, lab.place)
        assert git.run("cat-file", "blob", f"{snapshot.tree}:a.txt", at=here.place) == b"dirty"
        assert bytes_of(lab.folder) == before
        trunk, one = find_tips(git, lab.place, ["main", "one"])
        found = integrate(here, trunk, [one], SystemClock())
        with trial_worktree(here, found.commit, lab.aside) as tree:
            assert (tree / "a.txt").read_text() == "one\n"
        publish(here, found, "refs/heads/target")
    with pytest.raises(Refused):
        rescue(git, lab.place, "t", lab.aside, SystemClock())
    assert not canary.exists(), canary.read_text()
