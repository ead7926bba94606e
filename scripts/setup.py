"""Make .venv and install Phoenix with its tools into it: standard library only, safe to interrupt, quick the second time."""

from __future__ import annotations

import fcntl
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
    """Do nothing when .venv is as it should be; else check what is needed before anything is made, then make it."""
    with open(__file__, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ``make -j test check`` comes here twice
        if stamp() == wanted():
            return 0
        missing = problems()
        for line in missing:
            print(line, file=sys.stderr)
        if missing:
            return 1
        return set_up()


def set_up() -> int:
    """Make .venv, or renew what is in it when it is complete and of this python; what fails leaves nothing half-made."""
    renew = bool(stamp()) and stamp()[0] == wanted()[0]
    print(f"Setting up .venv ({'again: its inputs changed' if renew else 'once; about a minute'}) ...", file=sys.stderr)
    STAMP.unlink(missing_ok=True)
    try:
        if not renew:
            shutil.rmtree(VENV, ignore_errors=True)
            make()
        install()
    except KeyboardInterrupt:
        shutil.rmtree(VENV, ignore_errors=True)
        print("\nstopped; nothing half-made is left", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        print(f"{error.output or ''}error: {' '.join(map(str, error.cmd[:6]))} ... failed", file=sys.stderr)
        print("  hint: its own words are above; nothing half-made is left", file=sys.stderr)
        return 1
    STAMP.write_text("\n".join(wanted()), encoding="ascii")
    return 0


def stamp() -> list[str]:
    """Return what the last complete set-up noted, nothing when there is none."""
    return STAMP.read_text(encoding="ascii").splitlines() if STAMP.exists() else []


def wanted() -> list[str]:
    """Return two digests: of what .venv is made from, and of what is installed into it."""
    place = f"{sys.version}\0{ROOT}".encode()  # its scripts carry its path
    inputs = b"\0".join(
        (ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "scripts/setup.py")
    )
    return [hashlib.sha256(part).hexdigest() for part in (place, inputs)]


def problems() -> list[str]:
    """Name what is missing and the package that has it."""
    found = []
    if sys.version_info < NEEDED:
        found.append(
            f"error: python {NEEDED[0]}.{NEEDED[1]} or newer is needed, this is {sys.version.split()[0]}\n"
            f"  hint: make PYTHON={newer() or 'python3.12'} test"
        )
    elif not has_venv() and shutil.which("uv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        found.append(f"error: this python has no venv module\n  hint: apt install python{version}-venv")
    if shutil.which("git") is None:
        found.append("error: git is not installed\n  hint: apt install git")
    return found


def newer() -> str | None:
    """Return a python on PATH that is new enough."""
    names = (f"python3.{minor}" for minor in range(NEEDED[1], NEEDED[1] + 5))
    return next((name for name in names if shutil.which(name)), None)


def has_venv() -> bool:
    """Tell whether this python can make an environment with pip in it; Debian has both halves in a package of its own."""
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def make() -> None:
    """Make the empty environment where it stays; only the stamp, written last, makes it valid."""
    if has_venv():
        run([sys.executable, "-m", "venv", VENV])
        run([*PIP, "-c", ROOT / "constraints.txt", "pip>=25.1"])  # older ones do not know dependency groups
    else:
        run(["uv", "venv", "--python", sys.executable, VENV])


PIP = (VENV / "bin" / "python", "-m", "pip", "install", "-q")


def install() -> None:
    """Install Phoenix, editable, and the development tools, at the pinned versions.

    By pip, which knows the settings that the user made for package indexes; by uv only where this python has no pip.
    """
    tool = PIP if has_venv() else ("uv", "pip", "install", "--python", VENV)
    run([*tool, "-c", ROOT / "constraints.txt", "-e", ROOT, "--group", f"{ROOT / 'pyproject.toml'}:dev"])


def run(words: list[str | Path]) -> None:
    """Run a step; what it says is shown only when it fails."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    subprocess.run(
        words, cwd=ROOT, env=environment, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


if __name__ == "__main__":
    sys.exit(main())
