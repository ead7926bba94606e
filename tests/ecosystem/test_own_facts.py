"""A repository's own managers and versions against those of its examples and documentation."""

from __future__ import annotations

from phoenix_cli.ecosystem.facts import Detection
from tests.ecosystem.memory_tree import facts_of

GO = {"go.mod": "module example.org/a\n\ngo 1.22\n", "main.go": "package main\n\nfunc main() {}\n"}
NODE = '{"name": "a", "engines": {"node": ">=20"}}'


def _managers(found: Detection) -> set[tuple[str, str]]:
    return {(one.dir, one.name) for one in found.package_managers}


def test_examples_say_nothing_of_a_repository_with_managers_of_its_own() -> None:
    found = facts_of({**GO, "examples/web/package.json": NODE, "examples/web/yarn.lock": ""})
    assert _managers(found) == {("", "go")}
    assert "node" not in {one.tool for one in found.versions}


def test_documentation_counts_where_nothing_else_tells_of_the_language() -> None:
    site = {"website/package.json": NODE, "website/pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}
    assert _managers(facts_of({**GO, **site})) == {("", "go"), ("website", "pnpm")}
    assert _managers(facts_of({"package.json": NODE, "package-lock.json": "{}", **site})) == {("", "npm")}


def test_a_repository_of_examples_keeps_theirs() -> None:
    assert _managers(facts_of({"examples/web/package.json": NODE, "examples/web/yarn.lock": ""})) == {
        ("examples/web", "yarn")
    }


def test_a_manager_is_told_once_a_folder() -> None:
    found = facts_of({
        "pyproject.toml": "[project]\nname='a'\n[tool.uv]\npackage=false\n", "uv.lock": "version = 1\n", "requirements/dev.txt": "pytest\n",
    })  # fmt: skip
    assert [(one.language, one.name) for one in found.package_managers] == [("python", "uv")]
