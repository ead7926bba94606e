"""Homes with imported fixture repositories, and the flows that are written for them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem.flows.builtins import builtin_flows
from phoenix_cli.ecosystem.flows.facts import Ground
from phoenix_cli.ecosystem.flows.repo_step import step_kinds
from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.validation import validate
from phoenix_cli.engine.writing_flows import checked
from tests.ecosystem.importing import World
from tests.gitting import repository

PYTHON = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]\n[tool.ruff]\n[tool.mypy]\nstrict = true\n[tool.pytest.ini_options]\n',
    "shop.py": "def f(x):\n    return x\n",
    "tests/test_shop.py": "import pytest\n",
}
NODE = {
    "package.json": json.dumps(
        {
            "name": "web",
            "scripts": {"lint": "eslint .", "typecheck": "tsc", "format:check": "prettier -c .", "test": "vitest"},
        }
    ),
    "package-lock.json": "{}",
    "index.js": "",
}
RUST = {
    "Cargo.toml": '[package]\nname = "core"\nversion = "0.1.0"\n',
    "src/main.rs": "fn main() {}\n",
    "Cargo.lock": "",
}
GO = {
    "go.mod": "module example.org/api\n\ngo 1.22\n",
    "main.go": "package main\nfunc main() {}\n",
    "main_test.go": "package main\n",
}
NONE = {"README.md": "# nothing\n"}
#: A Makefile that tells in the repository what was run.
MAKE = {
    "Makefile": "build:\n\tcc -c shop.c\n\techo build >> ran\ntest:\n\techo test >> ran\nlint:\n\techo lint >> ran\n"
}


class Grounds:
    """A home, a folder of programs that are on the machine, and what is written for it."""

    def __init__(self, root: Path, tools: tuple[str, ...] = ()) -> None:
        self.root, self.world, self.bin = root, World(root), root / "bin"
        self.bin.mkdir()
        for tool in tools:
            self.tool(tool)

    @property
    def ground(self) -> Ground:
        app = self.world.app
        return Ground(app.state, app.home, app.git, app.clock, {"PATH": str(self.bin)}, cores=2)

    def tool(self, name: str) -> Path:
        """Put a program on the machine."""
        path = self.bin / name
        path.write_text("#!/bin/sh\nexit 0\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def bring(self, name: str, files: Mapping[str, str | bytes]) -> str:
        """Import a repository of these files and return its id."""
        return self.world.one(repository(self.root / "src" / name, files)).id

    def text(self, builtin: str, **asked: str) -> str:
        """Write a built-in flow."""
        words = {name.replace("_", "-"): value for name, value in asked.items()}
        return builtin_flows(lambda: self.ground)[builtin].write(words).text

    def body(self, builtin: str, **asked: str) -> dict[str, Any]:
        """Return a built-in flow as values, after the engine's own reader found nothing wrong with it, not even a warning."""
        text = self.text(builtin, **asked)
        assert validate(self.read(text)) == []
        body: dict[str, Any] = json.loads(text)
        return body

    def read(self, text: str) -> Flow:
        """Read a text as the engine does; raise ``Usage`` for one that may not run."""
        return checked(read_flow(text, step_kinds(self.world.app.home.root)))

    def close(self) -> None:
        self.world.close()


def kinds(body: Mapping[str, Any]) -> dict[str, str]:
    """Return how each step of a flow is done: a command of the repository, a program, a check, or not at all."""
    told = {}
    for name, step in body["steps"].items():
        if "repo" in step:
            told[name] = step["repo"]["run"]
        elif step["run"] == ["false"]:
            told[name] = "skipped"
        elif "ecosystem" in step["run"]:
            told[name] = step["run"][step["run"].index("ecosystem") + 1]
        else:
            told[name] = os.path.basename(step["run"][0])
    return told
