"""CPU seconds and memory of whole commands, always beside a baseline of the same minute: these machines are noisy."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BARE = (sys.executable, "-c", "pass")
PHOENIX = (sys.executable, "-m", "phoenix_cli")


@dataclass(frozen=True)
class Cost:
    """What a process and its children used."""

    cpu_s: float
    wall_s: float
    rss_mb: float


def cost(
    words: Sequence[str], *, times: int = 7, environ: dict[str, str] | None = None, cwd: Path | None = None
) -> Cost:
    """Run a command several times and return the least of each figure: noise only ever adds."""
    found = [_once(words, environ, cwd) for _ in range(times)]
    return Cost(min(one.cpu_s for one in found), min(one.wall_s for one in found), min(one.rss_mb for one in found))


def _once(words: Sequence[str], environ: dict[str, str] | None, cwd: Path | None) -> Cost:
    program = (
        "import json,resource,subprocess,sys,time\n"
        "t=time.monotonic()\n"
        "r=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stdin=subprocess.DEVNULL)\n"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([u.ru_utime+u.ru_stime,time.monotonic()-t,u.ru_maxrss/1024,r.returncode]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, cwd=cwd,
        env={**os.environ, **(environ or {})},
    )  # fmt: skip
    import json

    cpu, wall, rss, code = json.loads(done.stdout.strip().splitlines()[-1])
    if code != 0:
        raise SystemExit(f"{' '.join(words)} ended with {code}: {done.stderr}")
    return Cost(cpu, wall, rss)


def in_children(words: Sequence[str], **options: object) -> float:
    """Run a command once and return the CPU seconds that it and its children used."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(what: str, measured: float, bar: float, unit: str = "x", detail: str = "") -> bool:
    """Print one bar and return whether it is met."""
    met = measured <= bar
    print(f"{'ok  ' if met else 'MISS'}  {what:<58} {measured:8.2f}{unit} of {bar:g}{unit}  {detail}", flush=True)
    return met


def temporary_home() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for a home that goes away."""
    return tempfile.TemporaryDirectory(prefix="phoenix-bench-")
