"""Build systems, one small module a family. A module is a plug-in: it satisfies ``BuildSystem`` and has a row in ``registry``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from phoenix_cli.ecosystem.facts import Fact
from phoenix_cli.ecosystem.files import Folder


class BuildSystem(Protocol):
    """What a module in this package offers."""

    def detect(self, folder: Folder) -> Iterator[Fact]:
        """Yield what this folder's marker files tell. Called once for every folder that holds a marker."""
