"""The original programme, written in the schema."""

from pathlib import Path

import pytest

from phoenix_cli.workstreams.files.folder import load

EXAMPLE = Path(__file__).parent / "example"


@pytest.fixture
def example(tmp_path):
    """Return a copy of the example's folder."""
    folder = tmp_path / "workstreams"
    folder.mkdir()
    for path in EXAMPLE.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture
def loaded():
    """Return the example as it is read."""
    return load(EXAMPLE)
