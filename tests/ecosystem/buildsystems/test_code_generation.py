"""Buf, Prisma, sqlc and Flyway."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_schemas_as_the_product() -> None:
    found = facts_of({"buf.yaml": "version: v2\n", "buf.gen.yaml": "version: v2\n", "proto/buf.yaml": "version: v1\n"})
    buf = component_of(found, "buf")
    assert [(one.name, one.role) for one in buf.commands] == [
        ("buf:build", "build"), ("buf:lint", "lint"), ("buf:format", "format"), ("buf:generate", "other"),
    ]  # fmt: skip
    assert component_of(found, "buf", "proto").member


def test_schemas_beside_a_program_are_neither_its_build_nor_its_lint() -> None:
    buf = component_of(facts_of({"buf.yaml": "version: v2\n", "go.mod": "module a\n"}), "buf")
    assert {command_of(buf, f"buf:{task}").role for task in ("build", "lint")} == {"other", "check"}


def test_prisma_lends_its_commands_to_the_package() -> None:
    files = {
        "package.json": '{"name": "a", "version": "1.0.0"}',
        "pnpm-lock.yaml": "",
        "prisma/schema.prisma": "model A {}\n",
        "prisma/migrations/1/m.sql": "",
    }
    found = facts_of(files)
    assert pairs_of(found) == {("", "pnpm")}
    package = component_of(found, "pnpm")
    assert package.name == "a"
    assert command_of(package, "prisma:generate").argv == ("pnpm", "prisma", "generate")
    assert command_of(package, "prisma:migrate").role == "other"
    assert not pairs_of(facts_of({"prisma/schema.prisma": ""}))


def test_sqlc_lends_its_command_to_the_module() -> None:
    found = facts_of({"go.mod": "module a\n", "db/sqlc.yaml": "version: 2\n"})
    assert command_of(component_of(found, "go"), "sqlc:db:generate").argv == ("sqlc", "generate")
    assert pairs_of(found) == {("", "go")}


def test_flyway() -> None:
    flyway = component_of(facts_of({"db/flyway.conf": "flyway.url=x\n"}), "flyway", "db")
    assert command_of(flyway, "flyway:db:migrate").argv == ("flyway", "migrate")
