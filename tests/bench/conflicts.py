"""Conflict matrix of the branches of a repository: wall and CPU seconds, best of several; verdicts held against real merges.

    python tests/bench/conflicts.py REPOSITORY [--trunk main] [--recreate 20] [--branch NAME]... [--bar 0.8] [--verify]

``--recreate N`` makes N branches from the newest commits on trunk that change Python files, as if they had been begun at one point.
Without a repository it says that it is skipped.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import report, temporary_home

from phoenix_cli.vcs.merging.aside import fleeting_root
from phoenix_cli.vcs.merging.attributes import Attributes
from phoenix_cli.vcs.merging.batch import Merge, merge_all
from phoenix_cli.vcs.merging.conflicts import Examination, analyse
from phoenix_cli.vcs.merging.quarantine import Quarantine, quarantine
from phoenix_cli.vcs.merging.records import Record
from phoenix_cli.vcs.merging.semantic import check_pairs
from phoenix_cli.vcs.merging.tips import branches, find_tips
from phoenix_cli.vcs.runner import Git, Place

ROUNDS = 5
PLAIN = {
    "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": os.devnull,
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.invalid", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.invalid",
}  # fmt: skip


def main() -> int:
    """Measure, report, and verify when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", nargs="?")
    parser.add_argument("--trunk", default="main")
    parser.add_argument("--recreate", type=int, default=0)
    parser.add_argument("--branch", action="append", default=[])
    parser.add_argument("--bar", type=float, default=0.8)
    parser.add_argument("--verify", action="store_true")
    asked = parser.parse_args()
    if not asked.repository:
        print("SKIP  conflict matrix: name a repository")
        return 0
    git = Git(dict(os.environ))
    with temporary_home() as home:
        place = Place.of(Path(asked.repository).absolute())
        if asked.recreate:
            place = recreated(git, place, Path(home), asked.trunk, asked.recreate)
        names = asked.branch or [name for name in branches(git, place) if name != asked.trunk]
        return measure(git, place, Path(home), asked.trunk, names, asked.bar, asked.verify)


def measure(git: Git, place: Place, home: Path, trunk: str, names: list[str], bar: float, verify: bool) -> int:
    """Take the best of several rounds: noise only ever adds."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        began, used = time.monotonic(), cpu()
        with quarantine(git, place, fleeting_root(home / "aside")) as here:
            first, *tips = find_tips(git, place, [trunk, *names])
            found = analyse(here, first, tips)
        walls.append(time.monotonic() - began)
        cpus.append(cpu() - used)
    with quarantine(git, place, home / "aside") as here:
        examination = Examination(here, first, tips)
        began = time.monotonic() if examination.pairs else 0.0
        semantic = [one for one in check_pairs(examination) if one.kind == "semantic"]
        took = time.monotonic() - began
    said = Counter(one.status for one in found.branches), Counter(one.status for one in found.pairs)
    print(
        f"      branches {dict(said[0])}, pairs {dict(said[1])}, order {len(found.order)}, semantic {len(semantic)} in {took:.2f} s"
    )
    met = report(f"matrix of {len(names)} branches", min(walls), bar, "s", f"CPU {min(cpus):.2f} s")
    return 0 if met and (not verify or held(place, home, trunk, found)) else 1


def cpu() -> float:
    """Return the CPU seconds of this process and its children."""
    return sum(os.times()[:4])


def recreated(git: Git, place: Place, home: Path, trunk: str, count: int) -> Place:
    """Make branches in a repository of our own that borrows the objects: each is one commit of trunk, put on an older one."""
    fresh = home / "recreated"
    subprocess.run(["git", "clone", "-q", "--bare", "--shared", str(place.git_dir), str(fresh)], env=PLAIN, check=True)
    target = Place(fresh)
    log = ("rev-list", "--first-parent", "--no-merges", f"--max-count={6 * count}", trunk, "--", "*.py")
    picked = git.run(*log, at=target).decode().split()
    base = git.run("rev-parse", f"{picked[2 * count]}^", at=target).decode().strip()
    with quarantine(git, target, home / "aside", direct=True) as here:
        fit = (branch for commit in picked if (branch := carried(here, commit, base)))
        for number, branch in enumerate(itertools.islice(fit, count)):
            git.run("update-ref", f"refs/heads/recreated/{number}", branch, at=target)
    git.run("update-ref", f"refs/heads/{trunk}", base, at=target)
    for name in branches(git, target):
        if name != trunk and not name.startswith("recreated/"):
            git.run("update-ref", "-d", f"refs/heads/{name}", at=target)
    return target


def carried(here: Quarantine, commit: str, base: str) -> str | None:
    """Put what one commit changes upon another commit; None when it does not fit."""
    git = here.git
    old, new, under = (
        git.run("rev-parse", f"{one}^{{tree}}", at=here.place).decode().strip() for one in (f"{commit}^", commit, base)
    )
    root = here.write_commit(old, (), "root")
    ours, theirs = here.write_commit(under, (root,), "base"), here.write_commit(new, (root,), "change")
    (outcome,) = merge_all(here, Attributes(here, under), [Merge(ours, theirs, under)])
    fits = isinstance(outcome, Record) and outcome.clean
    return here.write_commit(outcome.tree, (base,), "recreated") if isinstance(outcome, Record) and fits else None


def held(place: Place, home: Path, trunk: str, found: object) -> bool:
    """Hold every verdict against real merges in a clone."""
    clone = home / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(
        ["git", "clone", "-q", "--shared", "--no-checkout", str(place.git_dir), str(clone)], env=PLAIN, check=True
    )

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words], cwd=clone, env=PLAIN, capture_output=True, text=True, errors="replace", check=False
        )

    def merged(start: str, other: str) -> str | None:
        git("checkout", "-q", "-f", "--detach", start)
        git("clean", "-qfdx")
        fits = git("merge", "-q", "--no-edit", other).returncode == 0
        head = git("rev-parse", "HEAD").stdout.strip()
        git("merge", "--abort")
        return head if fits else None

    trials = {one.branch: merged(f"origin/{one.branch}", f"origin/{trunk}") for one in found.branches}  # type: ignore[attr-defined]
    wrong = [one.branch for one in found.branches if (one.status == "clean") != bool(trials[one.branch])]  # type: ignore[attr-defined]
    status = {(one.a, one.b): one.status for one in found.pairs}  # type: ignore[attr-defined]
    for a, b in itertools.combinations([name for name, head in trials.items() if head], 2):
        if (status.get((a, b)) == "clean") != bool(merged(str(trials[a]), str(trials[b]))):
            wrong.append(f"{a} + {b}")
    print(
        f"      {len(trials)} branches and {len(status)} pairs held against git merge, {len(wrong)} differ {wrong[:5]}"
    )
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
