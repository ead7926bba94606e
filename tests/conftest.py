"""A home of its own for every test, and a way to call the command line as a person does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Answer:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        """The problem object: the last JSON line of stderr."""
        return json.loads(self.err.strip().splitlines()[-1])


class Phoenix:
    """Calls ``phoenix`` in a process of its own, with a home of its own."""

    def __init__(self, home: Path, cwd: Path) -> None:
        self.home = home
        self.cwd = cwd
        kept = (
            "PATH",
            "HOME",
            "LANG",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "RUSTUP_HOME",
            "CARGO_HOME",
            "PYTHONDONTWRITEBYTECODE",
        )
        self.environ = {name: os.environ[name] for name in kept if name in os.environ}
        self.environ |= {"PHOENIX_HOME": str(home), "USER": "tester", "PYTHONWARNINGS": "error"}

    def command(self, *words: object) -> list[str]:
        """Return the argument list of a call."""
        return [sys.executable, "-m", "phoenix_cli", *map(str, words)]

    def __call__(
        self, *words: object, stdin: str = "", env: dict[str, str] | None = None, timeout: float = 60
    ) -> Answer:
        """Carry out a command line."""
        done = subprocess.run(
            self.command(*words), input=stdin, capture_output=True, text=True, errors="surrogateescape", timeout=timeout,
            cwd=self.cwd, env={**self.environ, **(env or {})}, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *words: object, **options: Any) -> subprocess.Popen[str]:
        """Start a command line and go on."""
        return subprocess.Popen(
            self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.cwd,
            env=self.environ, **options,
        )  # fmt: skip


@pytest.fixture
def phoenix(tmp_path: Path) -> Phoenix:
    """The command line with a home of its own."""
    return Phoenix(tmp_path / "home", tmp_path)
