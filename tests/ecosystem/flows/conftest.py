"""Grounds for flows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ecosystem.flows.grounds import Grounds


@pytest.fixture
def grounds(tmp_path: Path) -> Iterator[Grounds]:
    """A home with nothing in it on a machine with no programs."""
    found = Grounds(tmp_path)
    yield found
    found.close()
