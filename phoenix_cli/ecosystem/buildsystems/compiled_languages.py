"""Package managers of single languages (row 40): D, Nim, Crystal, V, Fortran, Ada."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

Argv = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """One manager: its markers, what its commands are, and the text or folders that give ground for each."""

    system: str
    language: str
    markers: tuple[str, ...]
    install: Argv
    build: Argv
    test: Argv
    start: Argv
    name: str
    is_program: str
    test_folders: tuple[str, ...]
    locked: tuple[str, Argv] | None = None
    demanded: tuple[str, str] | None = None


_LANGUAGES = (
    Language(
        "dub", "d", ("dub.json", "dub.sdl"), ("dub", "fetch"), ("dub", "build"), ("dub", "test"), ("dub", "run"),
        r"\"?name\"?\s*:?\s*\"([^\"]+)\"", r"targetType\"?\s*:?\s*\"executable\"", ("source", "src", "tests"),
    ),
    Language(
        "nimble", "nim", (".nimble",), ("nimble", "install", "-d"), ("nimble", "build"), ("nimble", "test"), ("nimble", "run"),
        r"(?!)", r"^[ \t]*(?:bin|namedBin)\s*=", ("tests",), demanded=("nim", r"requires\s*\(?\s*\"nim\s*([^\",]+)"),
    ),
    Language(
        "shards", "crystal", ("shard.yml",), ("shards", "install"), ("shards", "build"), ("crystal", "spec"), ("shards", "run"),
        r"^name:\s*(\S+)", r"^targets:", ("spec",), locked=("shard.lock", ("shards", "install", "--frozen")),
        demanded=("crystal", r"^crystal:\s*[\"']?([^\"'\n]+)"),
    ),
    Language(
        "v", "v", ("v.mod",), ("v", "install"), ("v", "."), ("v", "test", "."), ("v", "run", "."),
        r"name:\s*['\"]([^'\"]+)", r"(?!)", ("tests", "src"),
    ),
    Language(
        "fpm", "fortran", ("fpm.toml",), (), ("fpm", "build"), ("fpm", "test"), ("fpm", "run"),
        r"^name\s*=\s*\"([^\"]+)\"", r"^\[\[executable\]\]", ("test", "tests"),
    ),
    Language(
        "alire", "ada", ("alire.toml",), ("alr", "update"), ("alr", "build"), ("alr", "test"), ("alr", "run"),
        r"^name\s*=\s*\"([^\"]+)\"", r"^executables\s*=", ("tests", "test"),
    ),
)  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of each manager whose manifest is here."""
    for language in _LANGUAGES:
        marker = _marker(folder, language)
        if marker:
            yield from _facts(folder, language, marker)


def _marker(folder: Folder, language: Language) -> str | None:
    if language.system == "nimble":
        return next((name for name in sorted(folder.names) if name.endswith(".nimble") and name != ".nimble"), None)
    return folder.first(*language.markers)


def _facts(folder: Folder, language: Language, marker: str) -> Iterator[Fact]:
    text = folder.text(marker)
    found = re.search(language.name, text, re.MULTILINE)
    name = found.group(1) if found else marker.removesuffix(".nimble") if language.system == "nimble" else ""
    source = folder.evidence(marker, f"{language.system}.manifest", line=1)
    commands = tuple(_commands(folder, language, source, name, text))
    yield Component(folder.path, language.system, language.language, 0.95, (source,), commands, name=name)
    yield PackageManager(language.language, language.system, folder.path, f"{marker} is here", source)
    tool, pattern = language.demanded or ("", r"(?!)")
    demanded = re.search(pattern, text, re.MULTILINE)
    if demanded:
        where = folder.evidence(marker, f"{language.system}.{tool}", demanded.group(0))
        yield Version(tool, demanded.group(1).replace(" ", ""), where)


def _commands(folder: Folder, language: Language, source: Evidence, name: str, text: str) -> Iterator[Command]:
    make = Conventions(language.system, folder, source, name)
    if language.install:
        lock, frozen = language.locked or ("", ())
        locked = frozen if lock in folder.names else None
        yield make.command("install", *language.install, role="install", confidence=0.8, locked=locked)
    program = re.search(language.is_program, text, re.MULTILINE) is not None or _has_main(folder, language)
    if program or language.system not in ("nimble", "shards"):
        yield make.command("build", *language.build, confidence=0.8)
    if any(folder.at(path).exists for path in language.test_folders):
        yield make.command("test", *language.test, role="test", confidence=0.8)
    if program:
        yield make.command("run", *language.start, role="start", confidence=0.65)
    if language.system == "shards" and re.search(r"^[ \t]+ameba:", text, re.MULTILINE):
        linter = folder.evidence("shard.yml", "shards.ameba", "ameba:")
        yield make.command("ameba", "bin/ameba", role="lint", confidence=0.75, source=linter)
    if language.system == "nimble":
        yield from _nimble_tasks(folder, make, source, text)


def _has_main(folder: Folder, language: Language) -> bool:
    """Tell whether a program lies where the language looks for one."""
    places = {"dub": ("source/app.d", "src/app.d"), "v": ("main.v", "src/main.v"), "fpm": ("app/main.f90",)}
    return any(folder.has_file(path) for path in places.get(language.system, ()))


def _nimble_tasks(folder: Folder, make: Conventions, source: Evidence, text: str) -> Iterator[Command]:
    for found in re.finditer(r"^task\s+(\w+)\s*,\s*\"([^\"]*)\"", text, re.MULTILINE):
        task = found.group(1)
        role, sure = judge(task)
        line = text.count("\n", 0, found.start()) + 1
        evidence = Evidence(source.file, line, "nimble.task")
        yield make.command(task, "nimble", task, role=role, confidence=min(sure, 0.9), origin="script", source=evidence)
