"""Swift packages (row 39): Package.swift, read as text, since it is a program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Service, Version
from phoenix_cli.ecosystem.files import Folder

_NAME = re.compile(r"Package\(\s*name:\s*\"([^\"]+)\"")
_PRODUCT = re.compile(r"\.executable\(\s*name:\s*\"([^\"]+)\"")
_TARGET = re.compile(r"\.executableTarget\(\s*name:\s*\"([^\"]+)\"")
_ASIDE = re.compile(r"example|demo|sample|test|bench|playground|generate|tool$|plugin|roll|counter|math", re.IGNORECASE)
VAPOR_PORT = 8080


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a package, and the service of a Vapor or Hummingbird application."""
    if "Package.swift" not in folder.names:
        return
    text = re.sub(r"(?m)(?<!:)//(?! swift-tools-version).*$", "", folder.text("Package.swift"))
    found = _NAME.search(text)
    name = found.group(1) if found else ""
    source = folder.evidence("Package.swift", "swift.package", "Package(")
    program = _program(text)
    yield Component(
        folder.path, "swift", "swift", 0.95, (source,), tuple(_commands(folder, source, name, program)), name=name
    )
    yield PackageManager("swift", "swift", folder.path, "Package.swift is here", source)
    tools = re.search(r"swift-tools-version\s*:\s*([\d.]+)", text)
    if tools:
        yield Version("swift", f">={tools.group(1)}", folder.evidence("Package.swift", "swift.tools-version", line=1))
    framework = re.search(r"vapor/vapor\b|hummingbird-project/hummingbird\b", text)
    if program and framework:
        served = folder.evidence("Package.swift", "swift.framework", framework.group(0))
        sure = sureness(folder, program)
        yield Service(program, served, folder.path, ("swift", "run", program), port=VAPOR_PORT, confidence=sure)


def _program(text: str) -> str:
    """Return the one program that the package is about, "" when there is none or it is a demo."""
    names = _PRODUCT.findall(text) or _TARGET.findall(text)
    own = [name for name in dict.fromkeys(names) if not _ASIDE.search(name)]
    return own[0] if len(own) == 1 else ""


def _commands(folder: Folder, source: Evidence, name: str, program: str) -> Iterator[Command]:
    make = Conventions("swift", folder, source, name)
    strict = "--only-use-versions-from-resolved-file" if "Package.resolved" in folder.names else ""
    yield make.command(
        "resolve", "swift", "package", "resolve", role="install", confidence=0.85,
        locked=("swift", "package", "resolve", strict) if strict else None,
    )  # fmt: skip
    yield make.command(
        "build", "swift", "build", confidence=0.85, locked=("swift", "build", strict) if strict else None
    )
    if ".testTarget(" in folder.text("Package.swift") or folder.at("Tests").exists:
        yield make.command(
            "test", "swift", "test", confidence=0.85, locked=("swift", "test", strict) if strict else None
        )
    if program:
        yield make.command("run", "swift", "run", program, role="start", confidence=0.7)
    yield from _style(folder, make)


def _style(folder: Folder, make: Conventions) -> Iterator[Command]:
    config = folder.first(".swiftlint.yml", ".swiftlint.yaml")
    if config:
        found = folder.evidence(config, "swiftlint", line=1)
        yield make.command("swiftlint", "swiftlint", role="lint", confidence=0.75, source=found)
    elif ".swift-format" in folder.names and ci_runs(folder.files, r"swift[- ]format[ \w-]* lint"):
        found = folder.evidence(".swift-format", "swift-format", line=1)
        yield make.command(
            "format-lint", "swift", "format", "lint", "-r", ".", role="lint", confidence=0.6, source=found
        )
