"""Write docs/commands.md from the command line's own help, or with --check fail when it has drifted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "commands.md"
HEAD = "# Commands\n\nMade by `make docs` from the help of each command; `make check` fails when it has drifted.\n"


def main(argv: list[str]) -> int:
    """Write or check the file."""
    text = HEAD + "".join(section(words) for words in every_command())
    if "--check" not in argv:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print("error: docs/commands.md is not what the commands say\n  hint: make docs", file=sys.stderr)
    return 1


def every_command() -> list[list[str]]:
    """Return every command as its words, groups before their verbs."""
    import importlib

    import typer.main

    from phoenix_cli.cli.table import COMMANDS

    found: list[list[str]] = [[]]
    for name, entry in COMMANDS.items():
        command: Any = typer.main.get_command(importlib.import_module(entry.module).app)
        found.append([name])
        found += [[name, verb] for verb in getattr(command, "commands", {})]
    return found


def section(words: list[str]) -> str:
    """Return one command's heading and help, at a fixed width."""
    environ = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "phoenix_cli", *words, "--help"], cwd=ROOT, env=environ, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return f"\n## phoenix {' '.join(words)}".rstrip() + f"\n\n```\n{done.stdout.strip()}\n```\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
