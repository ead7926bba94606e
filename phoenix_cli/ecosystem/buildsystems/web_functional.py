"""PureScript, ReScript and Haxe (row 55)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the spago, rescript and haxelib components of a folder."""
    if folder.has("spago.yaml", "spago.dhall"):
        yield from _spago(folder)
    if folder.has("rescript.json", "bsconfig.json"):
        yield _rescript(folder)
    if "haxelib.json" in folder.names:
        yield from _haxelib(folder)


def _spago(folder: Folder) -> Iterator[Fact]:
    file = folder.first("spago.yaml", "spago.dhall") or ""
    source = folder.evidence(file, "spago.file", "name")
    make = Conventions("spago", folder, source)
    member = any(above.has("spago.yaml") for above in folder.up() if above.path != folder.path)
    found = re.search(r"^[ \t,{]{0,40}name[ \t]*[=:][ \t]*[\"']?([\w.-]+)", folder.text(file), re.MULTILINE)
    yield Component(
        folder.path,
        "spago",
        "purescript",
        0.95,
        (source,),
        tuple(_spago_commands(make, file, member)),
        name=found.group(1) if found else "",
        member=member,
    )
    if not member:
        yield PackageManager("purescript", "spago", folder.path, f"{file} is here", source)


def _spago_commands(make: Conventions, file: str, member: bool) -> Iterator[Command]:
    folder, sure = make.folder, 0.6 if member else 0.9
    if not member:
        yield make.command("install", "spago", "install", confidence=sure)
    yield make.command("build", "spago", "build", confidence=sure)
    if "test" in folder.subfolders or re.search(r"^[ \t]*test:", folder.text(file), re.MULTILINE):
        yield make.command("test", "spago", "test", confidence=sure)
    main = next((name for name in ("Main.purs",) if name in folder.at("src").names), None)
    if main and "package:" not in folder.text(file).partition("publish:")[2]:
        yield make.command(
            "run",
            "spago",
            "run",
            role="start",
            confidence=0.5,
            source=folder.at("src").evidence(main, "spago.main", "main"),
        )


def _rescript(folder: Folder) -> Component:
    """Offer the compiler as a guess only: its package.json nearly always has scripts for it."""
    file = folder.first("rescript.json", "bsconfig.json") or ""
    source = folder.evidence(file, "rescript.file", '"name"')
    make = Conventions("rescript", folder, source)
    command = make.command("build", "npx", "rescript", "build", confidence=0.5)
    return Component(
        folder.path, "rescript", "rescript", 0.9, (source,), (command,), name=str(folder.json(file).get("name") or "")
    )


def _haxelib(folder: Folder) -> Iterator[Fact]:
    source = folder.evidence("haxelib.json", "haxelib.file", '"name"')
    make = Conventions("haxelib", folder, source)
    builds = sorted(name for name in folder.names if name.endswith(".hxml"))
    build = next((name for name in ("build.hxml", "all.hxml") if name in builds), None)
    tests = next((name for name in builds if re.match(r"tests?\b|run-?tests?\b", name)), None)
    commands = [make.command("install", "haxelib", "install", build or "all", confidence=0.5)]
    if build:
        commands.append(
            make.command("build", "haxe", build, confidence=0.85, source=folder.evidence(build, "haxe.build", line=1))
        )
    if tests:
        commands.append(
            make.command("test", "haxe", tests, confidence=0.8, source=folder.evidence(tests, "haxe.build", line=1))
        )
    yield Component(
        folder.path,
        "haxelib",
        "haxe",
        0.9,
        (source,),
        tuple(commands),
        name=str(folder.json("haxelib.json").get("name") or ""),
    )
    yield PackageManager("haxe", "haxelib", folder.path, "haxelib.json is here", source)
