"""Check the files of a small real repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from phoenix_cli.ecosystem.checks.findings import Finding, Result, Seen, gathered
from phoenix_cli.ecosystem.checks.sources import Sources
from phoenix_cli.vcs.runner import Git
from tests.gitting import repository


def git() -> Git:
    """Git as phoenix runs it."""
    return Git(environ=dict(os.environ))


def looked(folder: Path, check: Callable[[Sources], Seen]) -> Result:
    """Check a repository that is there."""
    return gathered("check", "shop", None, check(Sources(folder, git())))


def seen(tmp_path: Path, files: Mapping[str, str | bytes], check: Callable[[Sources], Seen]) -> list[Finding]:
    """Make a repository of these files, check it, return the findings."""
    return list(looked(repository(tmp_path / "shop", files), check).findings)


def rules(found: list[Finding]) -> list[tuple[str, str, str]]:
    """Return (severity, rule, file) of each, in order."""
    return [(one.severity, one.rule, one.file) for one in found]
