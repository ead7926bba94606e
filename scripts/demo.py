"""The main job on real input: import a repository, know it, list its commands, run one, show where things stand.

``make demo`` takes this very checkout; ``make demo REPO=owner/name`` any repository on GitHub. Everything happens in a
temporary home, so the user's own state is not touched.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PHOENIX = Path(sys.executable).parent / "phoenix"
QUICK = ("version", "help", "list")


def main(argv: list[str]) -> int:
    """Play the session; the first failing step ends it with its exit status."""
    source = argv[0] if argv else str(ROOT)
    with tempfile.TemporaryDirectory(prefix="phoenix-demo-") as home:
        environ = {**os.environ, "PHOENIX_HOME": home}
        step(["import", source], environ)
        name = ask(["list"], environ)["items"][0]["name"]
        step(["detect", name], environ)
        step(["commands", name], environ)
        command = runnable(name, environ)
        if command:
            step(["run", name, command, "--sandbox" if sandbox(environ) else "--trust"], environ)
        else:
            print("(none of its commands has its tool on this machine, so none is run)")
        step(["show", name], environ)
        say(["status"])
        run([str(PHOENIX), "status"], environ)
    return 0


def runnable(name: str, environ: dict[str, str]) -> str:
    """Return a command of the repository that needs no network: its own quick one, else a build or a test."""
    commands = ask(["commands", name], environ)["items"]
    last_words = {command["name"].rpartition(":")[2]: command["name"] for command in reversed(commands)}
    for word in (*QUICK, "build", "test"):
        if word in last_words:
            return str(last_words[word])
    return ""


def sandbox(environ: dict[str, str]) -> bool:
    """Tell whether the sandbox works here."""
    done = subprocess.run([PHOENIX, "doctor", "--json"], env=environ, capture_output=True, text=True, check=False)
    checks = {check["id"]: check["status"] for check in json.loads(done.stdout)["items"]}
    return checks["sandbox.works"] == "ok"


def ask(words: list[str], environ: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return the JSON answer of an ecosystem verb."""
    done = subprocess.run(
        [PHOENIX, "ecosystem", *words, "--json"], env=environ, capture_output=True, text=True, check=True
    )
    answer: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    return answer


def step(words: list[str], environ: dict[str, str]) -> None:
    """Show an ecosystem command as one would type it, and carry it out."""
    say(["ecosystem", *words])
    run([str(PHOENIX), "ecosystem", *words], environ)


def say(words: list[str]) -> None:
    """Print the line that is carried out next."""
    print(f"\n$ phoenix {shlex.join(words)}", flush=True)


def run(words: list[str], environ: dict[str, str]) -> None:
    """Carry out a step; end with its status when it fails."""
    done = subprocess.run(words, env=environ, check=False)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
