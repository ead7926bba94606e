"""Managers of C and C++ libraries (row 37): vcpkg and Conan."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the components of vcpkg.json and of a conanfile."""
    if "vcpkg.json" in folder.names and "portfile.cmake" not in folder.names:
        yield from _vcpkg(folder)
    conan = folder.first("conanfile.py", "conanfile.txt")
    if conan and "conandata.yml" not in folder.at("..").names:
        yield from _conan(folder, conan)


def _vcpkg(folder: Folder) -> Iterator[Fact]:
    source = folder.evidence("vcpkg.json", "vcpkg.manifest", line=1)
    name = str(folder.json("vcpkg.json").get("name", ""))
    make = Conventions("vcpkg", folder, source, name)
    install = make.command("install", "vcpkg", "install", role="install", confidence=0.8)
    yield Component(folder.path, "vcpkg", "cpp", 0.9, (source,), (install,), name=name)
    yield PackageManager("cpp", "vcpkg", folder.path, "vcpkg.json is here", source)


def _conan(folder: Folder, marker: str) -> Iterator[Fact]:
    source = folder.evidence(marker, "conan.file", line=1)
    make = Conventions("conan", folder, source)
    install = ("conan", "install", ".")
    locked = (*install, "--lockfile=conan.lock") if "conan.lock" in folder.names else None
    offline = (*install, "--no-remote")
    argv = (*install, "--build=missing")
    commands = [make.command("install", *argv, role="install", confidence=0.8, locked=locked, offline=offline)]
    if marker == "conanfile.py":
        commands.append(make.command("create", "conan", "create", ".", role="other", confidence=0.7))
    yield Component(folder.path, "conan", "cpp", 0.9, (source,), tuple(commands))
    yield PackageManager("cpp", "conan", folder.path, f"{marker} is here", source)
