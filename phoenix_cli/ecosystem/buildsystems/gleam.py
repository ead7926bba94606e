"""Gleam (row 52)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.toml_keys import key_evidence
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

FILE = "gleam.toml"
#: Web servers: a package that has one and a main function is a service rather than a program.
_SERVERS = ("mist", "wisp", "elli", "gleam_cowboy", "lustre_dev_tools")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the gleam component of a folder, its manager and the compiler that it demands."""
    if FILE not in folder.names:
        return
    manifest = folder.toml(FILE)
    name = str(manifest.get("name") or "")
    source = folder.evidence(FILE, "gleam.file", "name")
    make = Conventions("gleam", folder, source)
    yield Component(
        folder.path, "gleam", "gleam", 0.95 if name else 0.5, (source,), tuple(_commands(make, name)), name=name
    )
    locked = "manifest.toml" in folder.names
    shown = folder.evidence("manifest.toml", "gleam.lock", line=1) if locked else source
    yield PackageManager("gleam", "gleam", folder.path, f"{'manifest.toml' if locked else FILE} is here", shown)
    if isinstance(manifest.get("gleam"), str):
        yield Version("gleam", manifest["gleam"], key_evidence(folder, FILE, "gleam.version", "gleam"))


def _commands(make: Conventions, name: str) -> Iterator[Command]:
    folder = make.folder
    yield make.command("install", "gleam", "deps", "download", confidence=0.9)
    yield make.command("build", "gleam", "build", confidence=0.9)
    if "test" in folder.subfolders:
        yield make.command("test", "gleam", "test", confidence=0.95)
    main = re.search(r"^pub fn main\(", folder.at("src").text(f"{name}.gleam"), re.MULTILINE) if name else None
    if main:
        source = folder.at("src").evidence(f"{name}.gleam", "gleam.main", "pub fn main(")
        serves = any(re.search(rf"^{package}\s*=", folder.text(FILE), re.MULTILINE) for package in _SERVERS)
        yield make.command("run", "gleam", "run", role="start", confidence=0.85 if serves else 0.6, source=source)
    if ci_runs(folder.files, r"gleam format\b.*--check"):
        yield make.command("format:check", "gleam", "format", "--check", "src", "test", role="lint", confidence=0.7)
    yield make.command("format", "gleam", "format", confidence=0.5)
