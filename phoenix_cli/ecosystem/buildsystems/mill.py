"""Mill, Bleep and Scala CLI (row 44)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

MILL = ("build.mill", "build.mill.scala", "build.sc", "build.mill.yaml")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the components of a Mill build, a Bleep build, or a Scala CLI project."""
    mill = folder.first(*MILL)
    if mill:
        yield from _facts(folder, "mill", mill, "./mill" if "mill" in folder.names else "mill", "__.compile", "__.test")
        yield from _mill_version(folder, mill)
    if "bleep.yaml" in folder.names:
        yield from _facts(folder, "bleep", "bleep.yaml", "bleep", "compile", "test")
    if "project.scala" in folder.names and "//> using" in folder.head("project.scala") and not mill:
        yield from _scala_cli(folder)


def _facts(folder: Folder, system: str, marker: str, run: str, compile: str, test: str) -> Iterator[Fact]:
    source = folder.evidence(marker, f"{system}.build", line=1)
    make = Conventions(system, folder, source)
    commands = [make.command("compile", run, compile, role="build", confidence=0.85)]
    if re.search(r"\b(?:Tests?\w*|TestModule|test)\b", folder.text(marker)):
        commands.append(make.command("test", run, test, role="test", confidence=0.85))
    if system == "mill" and re.search(r"[Ss]calafmt", folder.text(marker)) and ".scalafmt.conf" in folder.names:
        argv = (run, "mill.scalalib.scalafmt.ScalafmtModule/checkFormatAll")
        commands.append(make.command("scalafmt", *argv, role="lint", confidence=0.6))
    yield Component(folder.path, system, "scala", 0.95, (source,), tuple(commands))
    yield PackageManager("scala", system, folder.path, f"{marker} is here", source)


def _mill_version(folder: Folder, marker: str) -> Iterator[Version]:
    for holder, name in ((folder, ".mill-version"), (folder.at(".config"), "mill-version")):
        if name in holder.names and holder.text(name).strip():
            yield Version("mill", holder.text(name).strip(), holder.evidence(name, "mill-version", line=1))
            return
    found = re.search(r"^//\|\s*mill-version:\s*(\S+)", folder.text(marker), re.MULTILINE)
    if found:
        yield Version("mill", found.group(1), folder.evidence(marker, "mill-version", found.group(0)))


def _scala_cli(folder: Folder) -> Iterator[Fact]:
    text = folder.text("project.scala")
    source = folder.evidence("project.scala", "scala-cli.using", "//> using")
    make = Conventions("scala-cli", folder, source)
    commands: list[Command] = [make.command("compile", "scala-cli", "compile", ".", role="build", confidence=0.8)]
    if re.search(r"//> using (?:test\.dep|dep.*(?:munit|scalatest|utest))", text) or folder.at("test").exists:
        commands.append(make.command("test", "scala-cli", "test", ".", role="test", confidence=0.8))
    if "//> using mainClass" in text:
        commands.append(make.command("run", "scala-cli", "run", ".", role="start", confidence=0.7))
    yield Component(folder.path, "scala-cli", "scala", 0.85, (source,), tuple(commands))
    found = re.search(r"^//> using scala\s+\"?([\d.]+)", text, re.MULTILINE)
    if found:
        yield Version("scala", found.group(1), folder.evidence("project.scala", "scala-cli.scala", found.group(0)))
