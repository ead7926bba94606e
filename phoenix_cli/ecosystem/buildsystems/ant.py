"""Ant (row 46): the targets of build.xml, Ivy's among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Role
from phoenix_cli.ecosystem.files import Folder

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_PROJECT = re.compile(r"<project\b([^<>]{0,4000})>")
#: Read as text, since build files often declare entities, which an XML parser must refuse.
_TARGET = re.compile(r"<target\b([^<>]{0,4000})>")
MAX_TARGETS = 300
_ATTRIBUTE = re.compile(r"([\w.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_BUILDS = {
    "build": 0.9,
    "jar": 0.9,
    "war": 0.88,
    "dist": 0.8,
    "compile": 0.82,
    "main": 0.6,
    "package": 0.85,
    "all": 0.7,
}
_LINTS = re.compile(r"checkstyle|pmd|findbugs|spotbugs|lint|rat")
_RESOLVES = re.compile(r"<ivy:(?:resolve|retrieve|cachepath)|<(?:artifact|resolver):(?:dependencies|resolve)")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a build.xml; one that lies among sources is a resource of theirs."""
    if "build.xml" not in folder.names or re.search(r"(?:^|/)src/", f"{folder.path}/"):
        return
    text = _COMMENT.sub(lambda found: "\n" * found.group(0).count("\n"), folder.text("build.xml"))
    project = _PROJECT.search(text)
    if project is None or "<target" not in text:
        return
    attributes = _attributes(project.group(1))
    source = folder.evidence("build.xml", "ant.project", line=text.count("\n", 0, project.start()) + 1)
    name = attributes.get("name", "")
    commands = tuple(_commands(folder, Conventions("ant", folder, source, name), text))
    yield Component(folder.path, "ant", "java", 0.95, (source,), commands, name=name)
    if not folder.has("pom.xml", "build.gradle", "build.gradle.kts"):
        yield PackageManager("java", "ant", folder.path, "build.xml is here", source)


def _attributes(text: str) -> dict[str, str]:
    return {name: one or other for name, one, other in _ATTRIBUTE.findall(text)}


def _commands(folder: Folder, make: Conventions, text: str) -> Iterator[Command]:
    for found in islice(_TARGET.finditer(text), MAX_TARGETS):
        attributes = _attributes(found.group(1))
        name = attributes.get("name", "")
        if not name or name.startswith(("-", "_", ".")):
            continue
        role, sure = _role(name, _body(text, found))
        source = folder.evidence("build.xml", "ant.target", line=text.count("\n", 0, found.start()) + 1)
        described = 0.0 if "description" in attributes else 0.05
        yield make.command(
            name, "ant", name, role=role, confidence=sure - described, origin="runner", source=source,
            text=attributes.get("depends", ""),
        )  # fmt: skip


def _body(text: str, target: re.Match[str]) -> str:
    if target.group(1).endswith("/"):
        return ""
    end = text.find("</target", target.end())
    return text[target.end() : end if end >= 0 else None]


def _role(name: str, body: str) -> tuple[Role, float]:
    if name in _BUILDS:
        return "build", _BUILDS[name]
    if _RESOLVES.search(body):
        return "install", 0.85 if name in (
            "resolve",
            "retrieve",
            "deps",
            "init-ivy",
            "ivy-resolve",
            "ivy-retrieve",
        ) else 0.7
    if _LINTS.fullmatch(name):
        return "lint", 0.8
    role, sure = judge(name)
    return ("other", 0.6) if role == "install" else (role, sure)
