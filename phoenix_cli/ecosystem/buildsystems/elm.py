"""Elm (row 55)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

FILE = "elm.json"
_SCRIPT = re.compile(r"<script\b[^>]{0,200}?\bsrc=[\"']/?([\w./-]*\b(?:elm|main|app)[\w.-]*\.js)")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the elm component of a folder; the rules of elm-review are a program of their own that serves the one above."""
    if FILE not in folder.names or (folder.name == "review" and folder.at("..").has(FILE)):
        return
    manifest = folder.json(FILE)
    source = folder.evidence(FILE, "elm.file", '"type"')
    make = Conventions("elm", folder, source)
    commands = tuple(_commands(make, manifest))
    yield Component(
        folder.path,
        "elm",
        "elm",
        0.95 if manifest else 0.5,
        (source,),
        commands,
        name=str(manifest.get("name") or ""),
    )
    yield PackageManager("elm", "elm", folder.path, "elm.json is here; elm make gets the packages", source)
    if isinstance(manifest.get("elm-version"), str):
        yield Version("elm", manifest["elm-version"], folder.evidence(FILE, "elm.version", '"elm-version"'))


def _commands(make: Conventions, manifest: dict[str, object]) -> Iterator[Command]:
    folder = make.folder
    if manifest.get("type") == "package":
        yield make.command("make", "elm", "make", role="build", confidence=0.85)
    elif main := _main(folder, manifest):
        yield make.command("make", "elm", "make", main, *_output(folder), role="build", confidence=0.85)
    tests = manifest.get("test-dependencies")
    direct = tests.get("direct", tests) if isinstance(tests, dict) else {}
    has_suite = any(name.endswith(".elm") for below in folder.at("tests").below(3) for name in below.names)
    if has_suite or (isinstance(direct, dict) and "elm-explorations/test" in direct and "tests" in folder.subfolders):
        yield make.command("test", *_through_npm(folder, "elm-test"), confidence=0.85)
    if folder.at("review").has(FILE):
        yield make.command("review", *_through_npm(folder, "elm-review"), role="lint", confidence=0.8)
    elif ci_runs(folder.files, r"elm-format\b.*--validate"):
        yield make.command(
            "format:check", *_through_npm(folder, "elm-format"), "--validate", ".", role="lint", confidence=0.7
        )


def _main(folder: Folder, manifest: dict[str, object]) -> str | None:
    """Return the main module in one of the source folders."""
    listed = manifest.get("source-directories")
    for source in listed if isinstance(listed, list) else []:
        path = f"{str(source).strip('/')}/Main.elm"
        if folder.has_file(path):
            return path
    return None


def _output(folder: Folder) -> tuple[str, ...]:
    """Return the option that makes what the page loads; without it ``elm make`` writes over index.html."""
    found = _SCRIPT.search(folder.head("index.html", 32_768))
    return (f"--output={found.group(1)}",) if found else ()


def _through_npm(folder: Folder, tool: str) -> tuple[str, ...]:
    return ("npx", tool) if f'"{tool}"' in folder.text("package.json") else (tool,)
