"""What the built-in flows share: steps that call phoenix itself, steps that are skipped for a reason, the text in the end.

Flows are written as JSON, which is YAML: nothing that a repository is called can break out of a text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phoenix_cli.engine.running.sources import Source
from phoenix_cli.engine.texts import OPENING
from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.paths import Home

Step = dict[str, Any]
CHECK_TIMEOUT, COMMAND_TIMEOUT = "15m", "2h"
FOUND = "found"


def literal(text: str) -> str:
    """Return a text that an expression cannot begin in."""
    return text.replace(OPENING, "${{ '" + OPENING + "' }}")


@dataclass
class Draft:
    """One flow in the making."""

    name: str
    home: Home
    dir: Path
    about: str
    steps: dict[str, Step] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    phases: list[str] = field(default_factory=list)

    def add(self, name: str, phase: str, **keys: Any) -> None:
        """Add a step."""
        self.steps[name] = {"phase": phase, **keys}
        if phase not in self.phases:
            self.phases.append(phase)

    def check(self, repo: str, check: str, fail_on: str = "high") -> None:
        """Add one of phoenix's own checks; it fails at findings as bad as ``fail_on``."""
        argv = self.phoenix("ecosystem", "check", "--fail-on", fail_on, "--", repo, check)
        self.add(check, "checks", run=argv, timeout=CHECK_TIMEOUT)

    def skip(self, name: str, phase: str, thing: str, reason: str) -> None:
        """Add a step that does not run because something is not there; its condition says what, the summary says why."""
        self.missing[name] = reason
        self.add(name, phase, run=["false"], when=f"'{thing}' in inputs.{FOUND}")

    def summary(self, name: str = "summary", fail_on: str = "high") -> None:
        """Add the last step: a table of how the others ended, with the findings that they kept."""
        words = [word for one in self.steps for word in ("--step", f"{one}=${{{{ steps.{one}.status }}}}")]
        notes = {**self.notes, **self.missing}
        words += [literal(word) for one, why in notes.items() for word in ("--note", f"{one}={why}")]
        argv = [*self.phoenix("ecosystem", "findings", "--fail-on", fail_on), *words]
        self.add(name, "summary", run=argv, when="always()", timeout=CHECK_TIMEOUT)

    def phoenix(self, *words: str) -> list[str]:
        """Return a call of this phoenix on this home."""
        return [
            literal(sys.executable),
            "-m",
            "phoenix_cli",
            "--home",
            literal(str(self.home.root)),
            "--no-input",
            *words,
        ]

    def source(self) -> Source:
        """Return the text."""
        description = "\n".join(
            [
                self.about,
                *(f"{name} is skipped: {why}" for name, why in self.missing.items()),
                *(f"{name}: {why}" for name, why in self.notes.items()),
            ]
        )
        flow: dict[str, Any] = {"name": self.name, "description": description, "keep_going": True}
        if self.missing:
            flow["inputs"] = {FOUND: {"type": "list", "default": self.found, "help": "what its steps can be done with"}}
        if self.resources:
            flow["resources"] = self.resources
        text = json.dumps({**flow, "phases": self.phases, "steps": self.steps}, indent=2)
        return Source(text, self.dir, f"built-in flow {self.name}")


def chosen(asked: Mapping[str, str], name: str, words: Sequence[str]) -> str:
    """Return the value of an input that takes one of some words, the first when it is not given. Raises ``Usage``."""
    value = asked.get(name, words[0])
    if value not in words:
        hints = (f"--input {name}={' or '.join(words)}",)
        raise Usage(f"{name} cannot be {value[:60]!r}", code="flow.inputs", hints=hints)
    return value


def asked_repo(asked: Mapping[str, str], flow: str) -> str:
    """Return the repository that is asked about. Raises ``Usage`` where none is."""
    if not asked.get("repo"):
        hints = (f"phoenix flow run {flow} --input repo=NAME", "phoenix ecosystem list")
        raise Usage("which repository?", code="flow.inputs", hints=hints)
    return asked["repo"]
