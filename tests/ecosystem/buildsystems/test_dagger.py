"""Dagger modules."""

from __future__ import annotations

from tests.ecosystem.memory_tree import component_of, facts_of, pairs_of


def test_modules_their_language_and_members() -> None:
    files = {
        "dagger.json": '{"name": "ci", "engineVersion": "v0.15.1", "sdk": {"source": "go"}}',
        "dagger/lint/dagger.json": '{"name": "lint", "sdk": "python"}',
    }
    found = facts_of(files)
    root, lint = component_of(found, "dagger"), component_of(found, "dagger", "dagger/lint")
    assert (root.name, root.language, root.member) == ("ci", "go", False)
    assert (lint.name, lint.language, lint.member) == ("lint", "python", True)
    assert [one.argv for one in root.commands] == [("dagger", "functions")]
    assert [(one.tool, one.version) for one in found.versions] == [("dagger", "0.15.1")]


def test_a_folder_of_that_name_alone_is_none() -> None:
    assert pairs_of(facts_of({"dagger/main.go": "package main\n"}), "dagger") == set()
