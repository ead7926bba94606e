"""The one table of build-system families: which file names wake which module.

A new family is one module here, one row, one test. The rows are literals so that nothing is imported before a marker of
its family was seen.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from phoenix_cli.ecosystem.buildsystems import BuildSystem
from phoenix_cli.ecosystem.files import Files, Folder


@dataclass(frozen=True, slots=True)
class Family:
    """One row: the module's name in this package, the system ids that it may report, and its markers.

    ``names`` are exact file names, ``suffixes`` ends of file names, ``prefixes`` beginnings of file names, ``folders``
    ends of folder paths (``.github/workflows``), which wake the module for that folder whatever is in it.
    """

    module: str
    systems: tuple[str, ...]
    names: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def load(self) -> BuildSystem:
        """Import the module."""
        return importlib.import_module(f"phoenix_cli.ecosystem.buildsystems.{self.module}")  # type: ignore[return-value]


FAMILIES: tuple[Family, ...] = (
    # JavaScript and TypeScript (rows 1-12)
    # Python (rows 13-27)
    # Systems languages (rows 28-40)
    Family("make", ("make",), names=("GNUmakefile", "makefile", "Makefile")),
    # JVM (rows 41-46)
    # .NET, PHP, Ruby, BEAM, functional, mobile, data (rows 47-63)
    # Task runners and environment managers (rows 64-73)
    # Containers, infrastructure, CI (rows 74-84)
)


def awake(files: Files) -> Iterator[tuple[Family, Folder]]:
    """Yield each family with each folder that holds one of its markers, folders nearest to the root first."""
    ordered = sorted(files.folders.values(), key=lambda folder: (folder.depth, folder.path))
    by_name, others = _by_name(), _without_plain_names()
    for folder in ordered:
        woken = {id(family): family for name in folder.names if name in by_name for family in by_name[name]}
        for family in others:
            if id(family) not in woken and _marked(family, folder):
                woken[id(family)] = family
        for family in FAMILIES if woken else ():
            if id(family) in woken:
                yield family, folder


def _marked(family: Family, folder: Folder) -> bool:
    if any(f"/{folder.path}".endswith(f"/{end}") for end in family.folders):
        return True
    return bool(family.suffixes or family.prefixes) and any(
        name.endswith(family.suffixes) or (family.prefixes and name.startswith(family.prefixes)) for name in folder.names
    )


@cache
def _by_name() -> dict[str, list[Family]]:
    table: dict[str, list[Family]] = {}
    for family in FAMILIES:
        for name in family.names:
            table.setdefault(name, []).append(family)
    return table


@cache
def _without_plain_names() -> tuple[Family, ...]:
    return tuple(family for family in FAMILIES if family.suffixes or family.prefixes or family.folders)
