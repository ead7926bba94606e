"""Make .venv and install Phoenix with its tools into it: standard library only, safe to interrupt, quick the second time."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "phoenix.stamp"
NEEDED = (3, 11)


def main() -> int:
    """Check what is needed before anything is made, then make it aside and rename it into place."""
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted():
        return 0
    missing = problems()
    for line in missing:
        print(line, file=sys.stderr)
    if missing:
        return 1
    print("Setting up .venv (once; about a minute) ...", file=sys.stderr)
    shutil.rmtree(VENV, ignore_errors=True)
    make()
    STAMP.write_text(wanted(), encoding="ascii")
    return 0


def wanted() -> str:
    """Return a digest of everything that decides what is in .venv."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "scripts/setup.py")]
    return hashlib.sha256(b"\0".join([sys.version.encode(), str(ROOT).encode(), *parts])).hexdigest()


def problems() -> list[str]:
    """Name what is missing and the package that has it."""
    found = []
    if sys.version_info < NEEDED:
        found.append(
            f"error: python {NEEDED[0]}.{NEEDED[1]} or newer is needed, this is {sys.version.split()[0]}\n"
            "  hint: make PYTHON=python3.12 test"
        )
    if shutil.which("git") is None:
        found.append("error: git is not installed\n  hint: apt install git")
    if shutil.which("uv") is None and (missing_module("venv") or missing_module("ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        found.append(f"error: this python has no venv module\n  hint: apt install python{version}-venv")
    return found


def missing_module(name: str) -> bool:
    """Tell whether a module is absent, without importing it."""
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True


def make() -> None:
    """Build the environment where it stays (its scripts carry its path); only the stamp, written last, makes it valid."""
    constraints = ["-c", str(ROOT / "constraints.txt")]
    wanted_packages = ["-e", str(ROOT), "--group", str(ROOT / "pyproject.toml") + ":dev"]
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "-q", "--python", sys.executable, str(VENV)])
        run([uv, "pip", "install", "-q", "--python", str(VENV), *constraints, *wanted_packages])
        return
    run([sys.executable, "-m", "venv", str(VENV)])
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    run([*pip, *constraints, "pip>=25.1"])  # older ones do not know dependency groups
    run([*pip, *constraints, *wanted_packages])


def run(words: list[str]) -> None:
    """Run a step, and end with its status when it fails."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(words, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        print(f"error: {' '.join(words[:6])} ... failed\n  hint: make clean, then the same again", file=sys.stderr)
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
