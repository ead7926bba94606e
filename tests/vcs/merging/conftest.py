from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from phoenix_cli.vcs.merging.conflicts import Examination, analyse
from phoenix_cli.vcs.merging.quarantine import quarantine
from phoenix_cli.vcs.merging.tips import find_tips
from phoenix_cli.vcs.merging.verdicts import Analysis
from phoenix_cli.vcs.runner import Git, Place
from tests import gitting


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit on main: a.txt with twenty lines, and src/lib.py."""
    lines = "".join(f"line {number}\n" for number in range(1, 21))
    return gitting.repository(tmp_path / "repo", {"a.txt": lines, "src/lib.py": "def add(a, b):\n    return a + b\n"})


class Lab:
    """Make branches in a repository, and analyse them."""

    def __init__(self, git: Git, folder: Path, aside: Path) -> None:
        self.git, self.folder, self.aside, self.place = git, folder, aside, Place.of(folder)

    def branch(
        self, name: str, files: dict[str, str | bytes], *, start: str = "main", remove: Sequence[str] = ()
    ) -> str:
        gitting.git(self.folder, "checkout", "-q", "-B", name, start)
        if remove:
            gitting.git(self.folder, "rm", "-q", "-r", *remove)
        commit = gitting.commit(self.folder, files, f"work of {name}")
        gitting.git(self.folder, "checkout", "-q", "main")
        return commit

    def analyse(self, *names: str, trunk: str = "main") -> Analysis:
        with quarantine(self.git, self.place, self.aside) as here:
            first, *tips = find_tips(self.git, self.place, [trunk, *names])
            return analyse(here, first, tips)

    def examine(self, here: object, *names: str) -> Examination:
        first, *tips = find_tips(self.git, self.place, ["main", *names])
        return Examination(here, first, tips)  # type: ignore[arg-type]


@pytest.fixture
def lab(git: Git, repo: Path, tmp_path: Path) -> Lab:
    return Lab(git, repo, tmp_path / "aside")
