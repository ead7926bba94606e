"""The main job on real input: import a repository, know it, list its commands, run one, show where things stand.

``make demo`` takes this very checkout; ``make demo REPO=owner/name`` any repository on GitHub. Everything happens in a
temporary home, so the user's own state is not touched.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PHOENIX = Path(sys.executable).parent / "phoenix"
QUICK = ("version", "help", "list")
ROLES = ("test", "build", "check", "lint")


def main(argv: list[str]) -> int:
    """Play the session; a step that fails ends it with its exit status, but for the run of a stranger's command."""
    source = argv[0] if argv else str(ROOT)
    with tempfile.TemporaryDirectory(prefix="phoenix-demo-") as home:
        os.environ["PHOENIX_HOME"] = home
        must(["ecosystem", "import", source])
        (repository,) = ask(["ecosystem", "list"])
        name = repository["name"]
        must(["ecosystem", "detect", name])
        must(["ecosystem", "commands", name])
        status = run_one(name, Path(repository["path"]), own=not argv)
        must(["ecosystem", "show", name])
        must(["status"])
    return 0 if argv else status


def run_one(name: str, checkout: Path, *, own: bool) -> int:
    """Run one quick command in the sandbox; without a sandbox only our own code is run."""
    command = runnable(name, checkout)
    boxed = {check["id"]: check["status"] for check in ask(["doctor"])}["sandbox.works"] == "ok"
    if not command:
        print("\n(none of its commands has its tool on this machine, so none is run)", flush=True)
        return 0
    if not boxed and not own:
        print("\n(the sandbox does not work here, so nothing of it is run: phoenix doctor)", flush=True)
        return 0
    return step(["ecosystem", "run", name, command, "--sandbox" if boxed else "--trust"])


def runnable(name: str, checkout: Path) -> str:
    """Return a command whose tool is here: a quick one by its name, else the main one of a role."""
    commands = [one for one in ask(["ecosystem", "commands", name]) if has_tool(one, checkout)]
    for word in QUICK:
        for command in commands:
            if command["name"].rpartition(":")[2] == word:
                return str(command["name"])
    primary = set(filter(None, json.loads(output(["ecosystem", "detect", name]))["primary"].values()))
    for role in ROLES:
        for command in commands:
            if command["role"] == role and command["name"] in primary:
                return str(command["name"])
    return ""


def has_tool(command: dict[str, Any], checkout: Path) -> bool:
    """Tell whether a command's program is on PATH or in the checkout."""
    program = command["argv"][0]
    return (checkout / command["dir"] / program).exists() if "/" in program else shutil.which(program) is not None


def ask(words: list[str]) -> list[dict[str, Any]]:
    """Return the items of a JSON answer."""
    items: list[dict[str, Any]] = json.loads(output(words))["items"]
    return items


def output(words: list[str]) -> str:
    """Return what a command answers under ``--json``; doctor's exit status says that a tool is missing, which is fine."""
    return subprocess.run([PHOENIX, *words, "--json"], capture_output=True, text=True, check=False).stdout


def must(words: list[str]) -> None:
    """Carry out a step; end when it fails."""
    status = step(words)
    if status:
        sys.exit(status)


def step(words: list[str]) -> int:
    """Show a command as one would type it, carry it out, and return its exit status."""
    print(f"\n$ phoenix {shlex.join(words)}", flush=True)
    return subprocess.run([PHOENIX, *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
