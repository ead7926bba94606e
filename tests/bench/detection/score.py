"""Hold the detector against labelled repositories: ``python tests/bench/detection/score.py [--repos DIR] [NAME...]``.

The labels are beside this file, the repositories are not: DIR (or PHOENIX_BENCH_REPOS) holds them as ``owner+name/repo`` (bare),
``owner+name`` or ``owner/name`` (checkouts). ``--split held`` prints totals only: those labels are not for tuning.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from git_tree import CommitTree, has_commit
from truth import Tally, judge

from phoenix_cli.ecosystem.detect import detect
from phoenix_cli.ecosystem.facts import PRIMARY_ROLES, Detection
from phoenix_cli.ecosystem.trees import FolderTree

LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True, slots=True)
class Scored:
    """One repository's tallies, and the CPU seconds that it took to know it."""

    repo: str
    family: str
    tallies: dict[str, Tally]
    cpu_s: float


def main(arguments: list[str]) -> int:
    """Score and print; 1 when a bar is missed. Without repositories there is nothing to say, which is no miss."""
    asked = _parser().parse_args(arguments)
    labels = [
        label for label in _labels(asked.split) if not asked.names or any(name in label["repo"] for name in asked.names)
    ]
    scored: list[Scored] = []
    for label in labels:
        found = _detected(label, Path(asked.repos)) if asked.repos else None
        if found is None:
            continue
        one = Scored(label["repo"], _family(label["family"]), judge(label, found[0]), found[1])
        scored.append(one)
        if asked.split != "held":
            _show(one, asked.verbose)
    if not scored:
        print(
            f"none of {len(labels)} labelled repositories found; give --repos DIR or PHOENIX_BENCH_REPOS",
            file=sys.stderr,
        )
        return 0
    _totals(scored, len(labels))
    return _missed_bars(scored)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only repositories whose owner/name contains one of these")
    parser.add_argument(
        "--repos", default=os.environ.get("PHOENIX_BENCH_REPOS"), help="folder that holds the repositories"
    )
    parser.add_argument("--split", choices=("dev", "held", "fresh", "all"), default="dev")
    parser.add_argument("--verbose", action="store_true", help="say what was missed and what was wrong")
    return parser


def _labels(split: str) -> Iterator[dict[str, Any]]:
    for folder in ("dev", "held", "fresh") if split == "all" else (split,):
        for path in sorted((LABELS / folder).glob("*.json")):
            yield json.loads(path.read_text(encoding="utf-8"))


def _detected(label: dict[str, Any], repos: Path) -> tuple[Detection, float] | None:
    """Return the detection and its CPU seconds, None when the repository isn't there."""
    owner, _, name = label["repo"].partition("/")
    bare = next(
        (path for path in (repos / f"{owner}+{name}" / "repo", repos / owner / f"{name}.git") if path.is_dir()), None
    )
    if bare is not None:
        commit = label["commit"] if has_commit(bare, label["commit"]) else "HEAD"
        with closing(CommitTree(bare, commit)) as tree:
            return _timed(tree, label)
    folder = next((path for path in (repos / f"{owner}+{name}", repos / owner / name) if path.is_dir()), None)
    return None if folder is None else _timed(FolderTree(folder), label)


def _timed(tree: Any, label: dict[str, Any]) -> tuple[Detection, float]:
    began = time.process_time()
    found = detect(tree, label["repo"])
    return found, time.process_time() - began


def _family(text: str) -> str:
    return text if text in ("javascript", "python", "polyglot") else "other"


def _show(one: Scored, verbose: bool) -> None:
    pairs, roles = one.tallies["components"], _sum([one.tallies[role] for role in PRIMARY_ROLES])
    print(
        f"{one.repo:44} components {_f1(pairs):5.2f}  primary {roles.right} right {len(roles.wrong)} wrong"
        f" {len(roles.missed)} missed  {one.cpu_s:.2f} s"
    )
    for name, tally in one.tallies.items() if verbose else ():
        for text in tally.missed:
            print(f"    {name} missed  {text}")
        for text in tally.wrong:
            print(f"    {name} WRONG   {text}")


def _totals(scored: list[Scored], labelled: int) -> None:
    median = statistics.median(one.cpu_s for one in scored)
    print(f"\n{len(scored)} of {labelled} labelled repositories, median {median:.3f} s CPU")
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        groups[one.family].append(one)
    for name, members in [*sorted(groups.items()), ("all", scored)]:
        _total(name, members)
    for role in PRIMARY_ROLES:
        print(f"  {role:8} {_shares(_sum([one.tallies[role] for one in scored]))}")


def _total(name: str, scored: list[Scored]) -> None:
    pairs = _sum([one.tallies["components"] for one in scored])
    print(f"{name} ({len(scored)})")
    print(f"  components P {_precision(pairs):.3f} R {_recall(pairs):.3f} F1 {_f1(pairs):.3f}")
    print(f"  primary    {_shares(_sum([one.tallies[role] for one in scored for role in PRIMARY_ROLES]))}")
    for what in ("managers", "ports", "services"):
        print(f"  {what:10} {_shares(_sum([one.tallies[what] for one in scored]))}")


def _missed_bars(scored: list[Scored]) -> int:
    """Print the bars that all repositories together miss; 1 when there is one."""
    pairs, roles = _of(scored, "components"), _sum([one.tallies[role] for one in scored for role in PRIMARY_ROLES])
    reached = {
        "component F1 >= 0.95": _f1(pairs) >= 0.95,
        "primary right >= 85 %": _right(roles) >= 0.85,
        "primary wrong <= 5 %": len(roles.wrong) <= 0.05 * _judged(roles),
        "package managers >= 95 %": _right(_of(scored, "managers")) >= 0.95,
        "ports >= 80 %": _right(_of(scored, "ports")) >= 0.8,
        "services >= 95 %": _right(_of(scored, "services")) >= 0.95,
        "median <= 0.3 s CPU": statistics.median(one.cpu_s for one in scored) <= 0.3,
    }
    missed = [bar for bar, is_reached in reached.items() if not is_reached]
    print(f"missed: {', '.join(missed)}" if missed else "every bar is met")
    return 1 if missed else 0


def _of(scored: list[Scored], what: str) -> Tally:
    return _sum([one.tallies[what] for one in scored])


def _right(tally: Tally) -> float:
    return tally.right / _judged(tally)


def _judged(tally: Tally) -> int:
    return max(1, tally.right + len(tally.wrong) + len(tally.missed))


def _sum(tallies: list[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def _shares(tally: Tally) -> str:
    judged = _judged(tally)
    return (
        f"right {tally.right / judged:6.1%}  wrong {len(tally.wrong) / judged:6.1%}  missed {len(tally.missed) / judged:6.1%}"
        f"  ({tally.right}/{len(tally.wrong)}/{len(tally.missed)})"
    )


def _precision(tally: Tally) -> float:
    return tally.right / max(1, tally.right + len(tally.wrong))


def _recall(tally: Tally) -> float:
    return tally.right / max(1, tally.right + len(tally.missed))


def _f1(tally: Tally) -> float:
    return 2 * tally.right / max(1, 2 * tally.right + len(tally.wrong) + len(tally.missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
