"""sbt (row 43): builds by their .sbt files, read as text, since they are programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Service, Version
from phoenix_cli.ecosystem.files import Files, Folder

PLAY_PORT = 9000
_PROJECTS = re.compile(r"\blazy val \w+[^\n=]*=[^\n]*[pP]roject\b")
FEW = 3  # projects; of many, each may have a main program, and the build as a whole has none
_RUNS = re.compile(
    r"\b(?:JavaAppPackaging|JavaServerAppPackaging|mainClass|PlayScala|PlayJava|Revolver|fork\s+in\s+run)\b"
)
_LINTERS = (("scalafmt", ".scalafmt.conf", "scalafmtCheckAll"), ("scalafix", ".scalafix.conf", "scalafixAll --check"))


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a folder with a build.sbt; ``project/`` is sbt's own build and belongs to it."""
    marker = _marker(folder)
    if marker is None:
        return
    text = "\n".join(_plain(folder.text(name)) for name in sorted(folder.names) if name.endswith(".sbt"))
    source = folder.evidence(marker, "sbt.build", line=1)
    found = re.search(r"\bname\s*:=\s*\"([^\"]+)\"", text)
    name = found.group(1) if found else ""
    member = folder.path in folder.files.once(projects)
    yield Component(
        folder.path, "sbt", "scala", 0.95, (source,), tuple(_commands(folder, source, name, text)), name, member
    )
    if not member:
        yield PackageManager("scala", "sbt", folder.path, f"{marker} is here", source)
    yield from _versions(folder, marker, text)
    if re.search(r"\bPlay(?:Scala|Java|Service)?\b", text) and "enablePlugins" in text:
        served = folder.evidence(marker, "sbt.play", "Play")
        called, sure = name or folder.name or "web", sureness(folder, name)
        yield Service(called, served, folder.path, ("sbt", "run"), port=PLAY_PORT, confidence=sure)


def _marker(folder: Folder) -> str | None:
    if folder.name == "project" and folder.at("..").has("build.sbt"):
        return None
    if "build.sbt" in folder.names:
        return "build.sbt"
    own = sorted(name for name in folder.names if name.endswith(".sbt") and name not in ("plugins.sbt", "metals.sbt"))
    return own[0] if own and folder.at("project").has("build.properties") else None


def _plain(text: str) -> str:
    return re.sub(r"/\*.*?(?:\*/|\Z)|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)


def projects(files: Files) -> frozenset[str]:
    """Return the folders that some build.sbt names as projects of its own; call it as ``files.once(projects)``."""
    return frozenset(
        folder.at(path).path
        for folder in files.named("build.sbt")
        for path in re.findall(r"\bfile\(\s*\"([^\"]+)\"\s*\)", folder.text("build.sbt"))
        if path.strip("./")
    )


def _commands(folder: Folder, source: Evidence, name: str, text: str) -> Iterator[Command]:
    make = Conventions("sbt", folder, source, name)
    run = "./sbt" if "sbt" in folder.names else "sbt"
    yield make.command("update", run, "update", role="install", confidence=0.6)
    yield make.command("compile", run, "compile", role="build", confidence=0.85)
    yield make.command("test", run, "test", confidence=0.85)
    if _RUNS.search(text) and len(_PROJECTS.findall(text)) <= FEW:
        yield make.command("run", run, "run", role="start", confidence=0.7)
    plugins = "\n".join(folder.at("project").text(each) for each in folder.at("project").names if each.endswith(".sbt"))
    for plugin, config, task in _LINTERS:
        if f"sbt-{plugin}" in plugins and config in folder.names:
            found = folder.evidence(config, f"sbt.{plugin}", line=1)
            yield make.command(task.split()[0], run, task, role="lint", confidence=0.75, source=found)


def _versions(folder: Folder, marker: str, text: str) -> Iterator[Version]:
    project = folder.at("project")
    found = re.search(r"sbt\.version\s*=\s*(\S+)", project.text("build.properties"))
    if found:
        yield Version("sbt", found.group(1), project.evidence("build.properties", "sbt.version", "sbt.version"))
    scala = re.search(r"\bscalaVersion\s*:=\s*\"([^\"]+)\"", text)
    if scala:
        yield Version("scala", scala.group(1), folder.evidence(marker, "sbt.scalaVersion", "scalaVersion"))
