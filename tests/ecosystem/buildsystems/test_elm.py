"""Elm: applications and packages."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def application(**fields: object) -> str:
    return json.dumps(
        {"type": "application", "source-directories": ["src"], "elm-version": "0.19.1", **fields}, indent=1
    )


def test_an_application_writes_what_its_page_loads() -> None:
    files = {
        "elm.json": application(),
        "src/Main.elm": "",
        "index.html": '<script type="x" src="/assets/elm.js"></script>',
        "tests/A.elm": "",
    }
    found = facts_of(files)
    elm = component_of(found, "elm")
    assert command_of(elm, "elm:make").argv == ("elm", "make", "src/Main.elm", "--output=assets/elm.js")
    assert command_of(elm, "elm:test").argv == ("elm-test",)
    assert all(command.role != "install" for command in elm.commands)
    assert ("elm", "0.19.1") in [(one.tool, one.version) for one in found.versions]
    assert [(one.language, one.name) for one in found.package_managers] == [("elm", "elm")]


def test_a_package_and_its_review_rules() -> None:
    files = {
        "elm.json": '{"type": "package", "name": "a/b"}',
        "review/elm.json": application(),
        "package.json": '{"devDependencies": {"elm-review": "2"}}',
    }
    found = facts_of(files)
    elm = component_of(found, "elm")
    assert (elm.name, command_of(elm, "elm:make").argv) == ("a/b", ("elm", "make"))
    assert command_of(elm, "elm:review").argv == ("npx", "elm-review")
    assert pairs_of(found, "elm") == {("", "elm")}


def test_without_a_main_module_nothing_is_built() -> None:
    assert not component_of(facts_of({"elm.json": application(), "src/Api.elm": ""}), "elm").commands
