"""A repository in memory, for tests of detection that need no disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phoenix_cli.ecosystem.detect import detect
from phoenix_cli.ecosystem.facts import Command, Component, Detection


class MemoryTree:
    """A tree whose files are a dictionary: path to text or bytes."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.commit: str | None = None
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.reads: list[str] = []

    def paths(self) -> Iterable[str]:
        return iter(self.files)

    def prefetch(self, paths: Iterable[str]) -> None:
        for _ in paths:
            pass

    def read(self, path: str, limit: int) -> bytes | None:
        self.reads.append(path)
        data = self.files.get(path)
        return None if data is None else data[: limit + 1]


def facts_of(files: Mapping[str, str | bytes]) -> Detection:
    """Detect a repository that is given as path -> text."""
    return detect(MemoryTree(files), "memory")


def component_of(found: Detection, system: str, dir: str = "") -> Component:
    """Return the one component of a system in a folder; fails the test when it is missing."""
    matches = [one for one in found.components if (one.dir, one.system) == (dir, system)]
    assert len(matches) == 1, f"{dir or '.'} {system} not in {pairs_of(found)}"
    return matches[0]


def pairs_of(found: Detection, *systems: str) -> set[tuple[str, str]]:
    """Return the (folder, system) pairs, of these systems only when some are given."""
    return {(one.dir, one.system) for one in found.components if not systems or one.system in systems}


def command_of(component: Component, name: str) -> Command:
    """Return a component's command by its full name; fails the test when it is missing."""
    matches = [one for one in component.commands if one.name == name]
    assert matches, f"{name} not in {[one.name for one in component.commands]}"
    return matches[0]
