"""Dagger (row 70): a module is reported with its listing command; its functions are code that we do not run."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Version
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the dagger component of a folder; a module that another one only depends on is a member."""
    if "dagger.json" not in folder.names:
        return
    document = folder.json("dagger.json")
    evidence = folder.evidence("dagger.json", "dagger.file", line=1)
    listing = Command(
        command_name("dagger", "functions", folder.path), "other", ("dagger", "functions"), folder.path, evidence,
    )  # fmt: skip
    member = any(above.has("dagger.json") for above in folder.up() if above.path != folder.path)
    name = document.get("name")
    yield Component(
        folder.path, "dagger", _sdk(document.get("sdk")), 0.95, (evidence,), commands=(listing,),
        name=name if isinstance(name, str) else "", member=member,
    )  # fmt: skip
    version = document.get("engineVersion")
    if isinstance(version, str):
        yield Version("dagger", version.lstrip("v"), folder.evidence("dagger.json", "dagger.engine", '"engineVersion"'))


def _sdk(value: object) -> str:
    source = value.get("source") if isinstance(value, dict) else value
    return source if source in ("go", "python", "typescript", "php", "java") else "dagger"
