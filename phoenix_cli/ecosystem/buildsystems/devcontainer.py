"""Dev containers (row 77): the component belongs to the folder above ``.devcontainer``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Usage, Version
from phoenix_cli.ecosystem.files import Folder

_LIFECYCLE = ("onCreateCommand", "updateContentCommand", "postCreateCommand")
_FEATURE = re.compile(r"/features/(node|python|go|rust|ruby|java|php|dotnet|elixir|terraform|deno|bun)(?::|$)")
_IMAGE = re.compile(
    r"/devcontainers/(python|go|rust|ruby|java|php|dotnet|javascript-node|typescript-node):(?:[\d.]+-)?v?(\d[\d.]*)"
)
_LANGUAGES = {"javascript-node": "node", "typescript-node": "node"}


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the devcontainer component, told by its nearest file: ``.devcontainer/name/`` holds further ones."""
    home = _home(folder)
    name = folder.first("devcontainer.json", ".devcontainer.json")
    if home is None or name is None:
        return
    evidence = folder.evidence(name, "devcontainer.file", line=1)
    up = Command(
        command_name("devcontainer", "up", home.path), "other", ("devcontainer", "up", "--workspace-folder", "."),
        home.path, evidence,
    )  # fmt: skip
    document = folder.json(name)
    title = document.get("name")
    yield Component(
        home.path, "devcontainer", "json", 0.95, (evidence,), commands=(up,), name=title if isinstance(title, str) else "",
    )  # fmt: skip
    yield from _usages(folder, name, document, home)
    yield from _versions(folder, name, document)


def _home(folder: Folder) -> Folder | None:
    if ".devcontainer.json" in folder.names:
        return folder
    parts = folder.path.split("/")
    if ".devcontainer" not in parts[-2:]:
        return None  # the name alone, elsewhere: a template or a feature's test
    return folder.files.folder("/".join(parts[: parts.index(".devcontainer")]))


def _usages(folder: Folder, name: str, document: dict[str, Any], home: Folder) -> Iterator[Usage]:
    for key in _LIFECYCLE:
        for text in _lines(document.get(key)):
            source = folder.evidence(name, f"devcontainer.{key}", f'"{key}"')
            start = Shell(folder.files, "container", source.file, source.rule, home.path)
            yield from start.usages(text, source.line or 1)


def _lines(value: Any) -> list[str]:
    """A command is a line, an argument list, or a table of commands that run side by side."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [" ".join(str(word) for word in value)]
    return [line for one in value.values() for line in _lines(one)] if isinstance(value, dict) else []


def _versions(folder: Folder, name: str, document: dict[str, Any]) -> Iterator[Version]:
    features = document.get("features")
    for feature, options in features.items() if isinstance(features, dict) else ():
        found = _FEATURE.search(str(feature))
        version = options.get("version") if isinstance(options, dict) else None
        if found and isinstance(version, str) and version[:1].isdigit():
            yield Version(found.group(1), version, folder.evidence(name, "devcontainer.feature", str(feature)))
    image = _IMAGE.search(str(document.get("image") or ""))
    if image:
        tool = _LANGUAGES.get(image.group(1), image.group(1))
        yield Version(tool, image.group(2), folder.evidence(name, "devcontainer.image", '"image"'))
