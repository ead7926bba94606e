from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_cli.vcs.runner import Git
from tests.vcs.forge import Forge, serving


@pytest.fixture
def git() -> Git:
    return Git(dict(os.environ), patience_s=20)


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    root = tmp_path / "forge"
    root.mkdir()
    with serving(root) as running:
        yield running
