"""LuaRocks (row 59): a rockspec, and the tools that Lua projects test and lint with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder

_PACKAGE = re.compile(r"^[ \t]*package\s*=\s*[\"']([\w.-]+)", re.MULTILINE)
_TEST_TYPE = re.compile(r"^[ \t]*test\s*=\s*\{[^}]{0,400}?\btype\s*=\s*[\"'](\w+)", re.MULTILINE)
_ARCHIVES = frozenset(("rockspec", "rockspecs", "rocks"))
_DEVELOPMENT = re.compile(r"-(?:dev|scm|git|master|cvs)-\d+\.rockspec$")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the luarocks component of a folder; rockspecs in an archive folder are those of the project above."""
    if folder.name in _ARCHIVES:
        above = folder.at("..")
        if not _rockspecs(above):
            yield from _facts(above, f"{folder.name}/")
    else:
        yield from _facts(folder, "")


def _rockspecs(folder: Folder) -> list[str]:
    """Return the rockspecs beside which there is Lua code, the one of the moving head first; a lone one is a template."""
    names = sorted((name for name in folder.names if name.endswith(".rockspec")), reverse=True)
    has_code = not folder.subfolders.isdisjoint(("lua", "src", "lib", "spec", "test", "tests")) or any(
        name.endswith((".lua", ".c")) for name in folder.names
    )
    known = has_code or bool(names and folder.has("CMakeLists.txt", "Makefile"))
    return sorted(names, key=lambda name: not _DEVELOPMENT.search(name)) if known or not folder.path else []


def _facts(folder: Folder, prefix: str) -> Iterator[Fact]:
    names = (
        _rockspecs(folder.at(prefix))
        if not prefix
        else sorted(folder.at(prefix).names, key=lambda name: not _DEVELOPMENT.search(name))
    )
    names = [name for name in names if name.endswith(".rockspec")]
    if not names:
        return
    file = f"{prefix}{names[0]}"
    text = folder.files.text(folder.join(file))
    found = _PACKAGE.search(text)
    name = found.group(1) if found else re.sub(r"-[^-]+-\d+\.rockspec$", "", names[0])
    source = folder.at(prefix).evidence(names[0], "luarocks.rockspec", "package")
    make = Conventions("luarocks", folder, source)
    yield Component(
        folder.path,
        "luarocks",
        "lua",
        0.95 if found else 0.85,
        (source,),
        tuple(_commands(make, file, len(names), text)),
        name=name,
    )
    yield PackageManager("lua", "luarocks", folder.path, f"{names[0]} is here", source)


def _commands(make: Conventions, file: str, count: int, text: str) -> Iterator[Command]:
    folder = make.folder
    named = () if count == 1 and "/" not in file else (file,)
    yield make.command("install", "luarocks", "install", "--only-deps", file, confidence=0.85)
    yield make.command("build", "luarocks", "make", *named, role="build", confidence=0.75)
    yield from _tests(make, text)
    if ".luacheckrc" in folder.names:
        source = folder.evidence(".luacheckrc", "luacheck.settings", line=1)
        yield make.command("luacheck", "luacheck", ".", role="lint", confidence=0.85, source=source)
    style = folder.first("stylua.toml", ".stylua.toml")
    if style:
        source = folder.evidence(style, "stylua.settings", line=1)
        yield make.command("stylua", "stylua", ".", role="format", confidence=0.7, source=source)


def _tests(make: Conventions, text: str) -> Iterator[Command]:
    folder = make.folder
    suite = any(name.endswith("_spec.lua") for below in folder.at("spec").below(3) for name in below.names)
    if ".busted" in folder.names or suite:
        source = folder.evidence(".busted", "busted.settings", line=1) if ".busted" in folder.names else make.source
        yield make.command("busted", "busted", role="test", confidence=0.9, source=source)
    elif _TEST_TYPE.search(text):
        yield make.command("test", "luarocks", "test", confidence=0.85)
