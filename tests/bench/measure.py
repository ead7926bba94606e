"""CPU seconds and memory of whole commands, always beside a baseline of the same minute: these machines are noisy."""

from __future__ import annotations

import atexit
import functools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
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


def as_installed(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a command whose modules are compiled already, from its second start on.

    An installed package is. Where bytecode may not be written beside the sources (``PYTHONDONTWRITEBYTECODE``) every start
    would compile 120 modules, 100 ms of CPU that no user pays.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": _bytecode(), **(environ or {})}


@functools.cache
def _bytecode() -> str:
    folder = tempfile.mkdtemp(prefix="phoenix-bench-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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
        env=as_installed(environ),
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
