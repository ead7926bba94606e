"""Schemas and the code made of them (row 83): Buf, Prisma, sqlc, Flyway.

A Buf module is a component of its own. A Prisma schema or sqlc's settings only serve the package that they lie in: their
commands are lent to that package's component.
"""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.node_forms import tool_form
from phoenix_cli.ecosystem.buildsystems.node_managers import decide
from phoenix_cli.ecosystem.buildsystems.product import is_product
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder

BUF = ("buf.work.yaml", "buf.yaml", "buf.gen.yaml")
SQLC = ("sqlc.yaml", "sqlc.yml", "sqlc.json")
FLYWAY = ("flyway.toml", "flyway.conf")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield what the schema tools in a folder offer."""
    if folder.has("buf.yaml", "buf.work.yaml"):
        yield _buf(folder)
    if "schema.prisma" in folder.names:
        yield from _prisma(folder)
    if sqlc := folder.first(*SQLC):
        yield from _sqlc(folder, sqlc)
    if flyway := folder.first(*FLYWAY):
        yield _flyway(folder, flyway)


def _buf(folder: Folder) -> Component:
    """Offer Buf's commands; beside a program they are no build and no lint of the whole."""
    file = folder.first(*BUF) or ""
    make = Conventions("buf", folder, folder.evidence(file, "buf.file", line=1))
    member = any(above.has("buf.yaml", "buf.work.yaml") for above in folder.up() if above.path != folder.path)
    product = is_product(folder)
    commands = [
        make.command("build", "buf", "build", role="build" if product else "other", confidence=0.7),
        make.command("lint", "buf", "lint", role="lint" if product else "check", confidence=0.7),
        make.command("format", "buf", "format", "-w", confidence=0.5),
    ]
    if "buf.gen.yaml" in folder.names:
        source = folder.evidence("buf.gen.yaml", "buf.generate", line=1)
        commands.append(make.command("generate", "buf", "generate", role="other", confidence=0.8, source=source))
    return Component(
        folder.path, "buf", "protobuf", 0.9, (make.source,), () if member else tuple(commands), member=member
    )


def _lent(owner: Folder, system: str, language: str, source: Evidence, commands: list[Command]) -> Component:
    return Component(owner.path, system, language, 0.5, (source,), tuple(commands))


def _prisma(folder: Folder) -> Iterator[Component]:
    owner = next((above for above in folder.up() if above.has("package.json")), None)
    if owner is None or owner.has("deno.json", "deno.jsonc"):
        return
    source = folder.evidence("schema.prisma", "prisma.schema", line=1)
    manager = decide(owner).manager
    make = Conventions("prisma", owner, source)
    commands = [make.command("generate", *tool_form(manager, "prisma", "generate"), role="other", confidence=0.7)]
    if "migrations" in folder.subfolders:
        commands.append(
            make.command("migrate", *tool_form(manager, "prisma", "migrate", "deploy"), role="other", confidence=0.7)
        )
    yield _lent(owner, manager, "javascript", source, commands)


def _sqlc(folder: Folder, file: str) -> Iterator[Component]:
    owner = next((above for above in folder.up() if above.has("go.mod")), None)
    if owner is None:
        return
    source = folder.evidence(file, "sqlc.settings", line=1)
    make = Conventions("sqlc", folder, source)
    yield _lent(owner, "go", "go", source, [make.command("generate", "sqlc", "generate", role="other", confidence=0.8)])


def _flyway(folder: Folder, file: str) -> Component:
    make = Conventions("flyway", folder, folder.evidence(file, "flyway.settings", line=1))
    commands = tuple(
        make.command(task, "flyway", task, role="other", confidence=0.7) for task in ("migrate", "validate")
    )
    return Component(folder.path, "flyway", "sql", 0.85, (make.source,), commands)
