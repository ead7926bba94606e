"""Raku and Tcl (row 59)."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the raku and tcl components of a folder."""
    if "META6.json" in folder.names:
        yield from _raku(folder)
    if folder.has("pkgIndex.tcl", "pkgIndex.tcl.in") and (not folder.path or folder.has_file("tests/all.tcl")):
        yield _tcl(folder)


def _raku(folder: Folder) -> Iterator[Fact]:
    source = folder.evidence("META6.json", "raku.distribution", '"name"')
    make = Conventions("raku", folder, source)
    commands = [make.command("install", "zef", "install", "--deps-only", ".", confidence=0.9)]
    if "t" in folder.subfolders:
        commands.append(make.command("test", "zef", "test", ".", confidence=0.8))
    name = str(folder.json("META6.json").get("name") or "")
    yield Component(folder.path, "raku", "raku", 0.95, (source,), tuple(commands), name=name)
    yield PackageManager("raku", "zef", folder.path, "META6.json is here", source)


def _tcl(folder: Folder) -> Component:
    """Report a package's own folder; each module of a library has an index of its own, which is no project."""
    file = folder.first("pkgIndex.tcl", "pkgIndex.tcl.in") or ""
    source = folder.evidence(file, "tcl.package", line=1)
    make = Conventions("tcl", folder, source)
    tested = folder.has_file("tests/all.tcl")
    commands = (make.command("test", "tclsh", "tests/all.tcl", confidence=0.8),) if tested else ()
    return Component(folder.path, "tcl", "tcl", 0.8, (source,), commands)
