"""A program that serves is a service of its own, unless a Procfile or compose file already tells of it."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.own_services import HINT, SURE, sureness
from phoenix_cli.ecosystem.files import Files
from tests.ecosystem.memory_tree import MemoryTree

DATABASE = "services:\n  db:\n    image: postgres:16\n"


@pytest.mark.parametrize(
    ("files", "name", "expected"),
    [
        ({}, "shop", SURE),
        ({"compose.yaml": DATABASE}, "shop", SURE),
        ({"compose.yaml": DATABASE}, "", SURE),  # without a name only what is built counts
        ({"compose.yaml": "services:\n  x:\n    build: .\n"}, "", HINT),
        ({"docker/compose.yml": "services:\n  x:\n    image: acme/shop:1\n"}, "shop", HINT),
        ({"Procfile": "web: run\n"}, "shop", HINT),
    ],
)
def test_sureness(files: dict[str, str], name: str, expected: float) -> None:
    assert sureness(Files(MemoryTree({"app/main.x": "", **files})).folder("app"), name) == expected
