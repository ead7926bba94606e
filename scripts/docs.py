"""Write docs/commands.md from the command line's own help and docs/systems.md from the registry; --check: fail on drift."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMANDS_HEAD = (
    "# Commands\n\nMade by `make docs` from the help of each command; `make check` fails when it has drifted.\n"
)
SYSTEMS_HEAD = """\
# Build systems

Every id that detection may report, and the files or folders that make it look. Made by `make docs` from the registry;
`make check` fails when it has drifted. What the words mean: [detection.md](detection.md).

| systems | looked for |
|---|---|
"""


def main(argv: list[str]) -> int:
    """Write or check the files."""
    texts = {
        DOCS / "commands.md": COMMANDS_HEAD + "".join(section(words) for words in every_command()),
        DOCS / "systems.md": SYSTEMS_HEAD + "".join(systems()),
    }
    drifted = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" not in argv:
        for path in drifted:
            path.write_text(texts[path], encoding="utf-8")
        return 0
    for path in drifted:
        print(f"error: {path.relative_to(ROOT)} is not what the code says\n  hint: make docs", file=sys.stderr)
    return 1 if drifted else 0


def systems() -> Iterator[str]:
    """Yield a row for each family of build systems."""
    from phoenix_cli.ecosystem.buildsystems.registry import FAMILIES

    for family in sorted(FAMILIES, key=lambda family: (family.systems, family.module)):
        markers = [*family.names, *(f"*{end}" for end in family.suffixes), *(f"{start}*" for start in family.prefixes)]
        markers += [f"{folder}/" for folder in family.folders]
        if family.systems:
            yield f"| {', '.join(family.systems)} | {', '.join(f'`{marker}`' for marker in markers)} |\n"


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
