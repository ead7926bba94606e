"""The built-in review-all beside the same commands one after the other: steps that wait, and steps that compute."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import PHOENIX, report, temporary_home

ROUNDS = 4
WAIT_BAR = 0.5  # 50 % less time
COMPUTE_BAR = 1 / 1.7  # on two cores, if two at once are twice as fast here; else as much less as a bare pool of two is
QUIET = {
    **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.invalid",
}  # fmt: skip
TARGETS = ("lint", "typecheck", "format-check", "test")
#: What each target does: wait so many seconds as for a service, or add up so many numbers.
WAITS = {"lint": "sleep 2", "typecheck": "sleep 3", "format-check": "sleep 2", "test": "sleep 5"}
LOOP = "sum(i*i%7 for i in range({}))"
COMPUTES = {
    name: f"{sys.executable} -c '{LOOP.format(count)}'"
    for name, count in zip(TARGETS, (24_000_000, 32_000_000, 24_000_000, 40_000_000), strict=True)
}


def main() -> int:
    """Take the least of several rounds of each, in turn: noise only ever adds."""
    with temporary_home() as folder:
        root = Path(folder)
        environ = {**os.environ, "PHOENIX_HOME": str(root / "home")}
        told = [waiting(root, environ), computing(root, environ)]
    return 0 if all(told) else 1


def waiting(root: Path, environ: Mapping[str, str]) -> bool:
    """Measure a repository whose commands wait."""
    commands = prepared(root, environ, "waits", WAITS)
    flow, sequence = rounds(ROUNDS, lambda: by_flow("waits", environ), lambda: timed(commands, environ))
    return report("review-all of a repository that waits", flow / sequence, WAIT_BAR, "x", told_of(flow, sequence))


def computing(root: Path, environ: Mapping[str, str]) -> bool:
    """Measure a repository whose commands compute, beside a bare pool of two that starts the longest first."""
    commands = prepared(root, environ, "computes", COMPUTES)
    flow, sequence, pool = rounds(
        ROUNDS,
        lambda: by_flow("computes", environ),
        lambda: timed(commands, environ),
        lambda: pooled(commands, environ),
    )
    most = max(COMPUTE_BAR, COMPUTE_BAR * 2 * pool / sequence)
    detail = f"{told_of(flow, sequence)}; a bare pool of two {pool:.1f} s, {sequence / pool:.2f}x"
    return report("review-all of a repository that computes", flow / sequence, round(most, 3), "x", detail)


def rounds(count: int, *measures: Callable[[], float]) -> list[float]:
    """Measure each in turn, so many times, and return the least of each."""
    found = [[measure() for measure in measures] for _ in range(count)]
    return [min(column) for column in zip(*found, strict=True)]


def told_of(flow: float, sequence: float) -> str:
    """Write the figures."""
    return f"{flow:.1f} s, in sequence {sequence:.1f} s: {100 * (1 - flow / sequence):.0f} % less, {sequence / flow:.2f}x faster"


def prepared(root: Path, environ: Mapping[str, str], name: str, targets: Mapping[str, str]) -> list[list[str]]:
    """Import and trust a repository; return the commands that its review runs."""
    make(root / "sources" / name, targets)
    call(environ, "ecosystem", "import", str(root / "sources" / name), "--yes")
    call(environ, "ecosystem", "trust", name, "--yes")
    return commands_of(environ, name)


def by_flow(name: str, environ: Mapping[str, str]) -> float:
    """Run the flow and return the seconds that it took."""
    return timed([[*PHOENIX, "flow", "run", "review-all", "--input", f"repo={name}", "-q"]], environ)


def pooled(commands: list[list[str]], environ: Mapping[str, str]) -> float:
    """Run commands two at a time, tests first, and return the seconds that it took."""
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: timed([one], environ), sorted(commands, key=lambda one: "make:test" not in one)))
    return time.monotonic() - began


def make(folder: Path, targets: Mapping[str, str]) -> None:
    """Make a repository whose Makefile has the targets."""
    files = {
        "Makefile": "".join(f"{name}:\n\t@{command} # ruff mypy pytest\n" for name, command in targets.items()),
        "LICENSE": "Permission is hereby granted, free of charge, to any person obtaining a copy of this software",
        "shop.py": "def total(prices):\n    return sum(prices)\n",
    }
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *words], cwd=folder, env=QUIET, check=True)


def call(environ: Mapping[str, str], *words: str) -> None:
    """Call phoenix."""
    subprocess.run([*PHOENIX, *words], env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def commands_of(environ: Mapping[str, str], name: str) -> list[list[str]]:
    """Return the commands of the flow's steps, as a person would type them one after the other."""
    from phoenix_cli.app import build
    from phoenix_cli.ecosystem.flows.repo_step import command_of

    app = build(Path(environ["PHOENIX_HOME"]), environ)
    steps = json.loads(app.builtins["review-all"].write({"repo": name}).text)["steps"]
    app.state.close()
    steps.pop("summary")  # it tells how the others ended, which is what a person sees anyway
    if any(step["run"] == ["false"] for step in steps.values() if "run" in step):
        raise SystemExit(f"a step is skipped: {steps}")
    return [
        list(command_of(step["repo"], app.home.root).argv) if "repo" in step else step["run"] for step in steps.values()
    ]


def timed(commands: list[list[str]], environ: Mapping[str, str]) -> float:
    """Run commands one after the other and return the seconds that it took."""
    began = time.monotonic()
    for command in commands:
        subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
