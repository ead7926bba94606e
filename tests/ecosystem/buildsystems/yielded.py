"""What one module yields for one folder, for tests of facts that a detection does not keep: usages and hints."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_cli.ecosystem.buildsystems import BuildSystem
from phoenix_cli.ecosystem.facts import Fact, Service, Usage, Version
from phoenix_cli.ecosystem.files import Files
from tests.ecosystem.memory_tree import MemoryTree


def facts_from(module: BuildSystem, files: Mapping[str, str | bytes], dir: str = "") -> list[Fact]:
    """Return everything that a module yields for a folder."""
    return list(module.detect(Files(MemoryTree(files)).folder(dir)))


def usages_from(module: BuildSystem, files: Mapping[str, str | bytes], dir: str = "") -> list[tuple[str, str]]:
    """Return (folder, command line) of every usage."""
    return [(one.dir, " ".join(one.argv)) for one in facts_from(module, files, dir) if isinstance(one, Usage)]


def versions_from(module: BuildSystem, files: Mapping[str, str | bytes], dir: str = "") -> set[tuple[str, str]]:
    """Return (tool, version) of every pinned version."""
    return {(one.tool, one.version) for one in facts_from(module, files, dir) if isinstance(one, Version)}


def services_from(module: BuildSystem, files: Mapping[str, str | bytes], dir: str = "") -> dict[str, Service]:
    """Return the services by name."""
    return {one.name: one for one in facts_from(module, files, dir) if isinstance(one, Service)}
