"""just: recipes, parameters, private ones, aliases, imports and modules."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems.justfile import parse
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

JUSTFILE = """\
set shell := ["bash", "-c"]
export FLAGS := "-x: y"
import 'more.just'
mod docs

alias t := test

# Build and check everything
default: lint test

# Run the tests
@test *args: (prepare "a b") build
    cargo test {{args}}

build:
    cargo build

[private]
prepare what:
    echo {{what}}

_hidden:
    echo no

release version='1:0' $TOKEN='':
    ./release.sh {{version}}

single file:
    pytest {{file}}

[group('quality'), private]
secret:
    true
"""
FILES = {
    "justfile": JUSTFILE,
    "more.just": "lint:\n    cargo clippy\n",
    "docs.just": "[working-directory: 'docs']\nbuild:\n    mdbook build\n",
}


def test_public_recipes_of_the_file_its_imports_and_modules() -> None:
    component = component_of(facts_of(FILES), "just")
    names = {command.name for command in component.commands}
    assert names == {
        "just:default", "just:test", "just:build", "just:release", "just:single", "just:t", "just:lint", "just:docs::build",
    }  # fmt: skip
    assert component.evidence[0].file == "justfile"


def test_a_recipe_is_run_by_just_and_its_text_is_kept() -> None:
    command = command_of(component_of(facts_of(FILES), "just"), "just:test")
    assert (command.argv, command.role, command.origin, command.source.line) == (("just", "test"), "test", "runner", 12)
    assert command.text == "cargo test {{args}}"
    assert command.confidence == 0.95


def test_imported_recipes_point_into_their_own_file_and_modules_keep_their_prefix() -> None:
    component = component_of(facts_of(FILES), "just")
    assert command_of(component, "just:lint").source.file == "more.just"
    module = command_of(component, "just:docs::build")
    assert (module.argv, module.role, module.source.file) == (("just", "docs::build"), "docs", "docs.just")


def test_an_alias_is_less_sure_and_a_demanded_argument_rules_a_recipe_out() -> None:
    component = component_of(facts_of(FILES), "just")
    assert command_of(component, "just:t").confidence < command_of(component, "just:test").confidence
    assert command_of(component, "just:single").confidence <= 0.4
    assert command_of(component, "just:release").confidence > 0.4


def test_the_aggregate_default_is_neither_test_nor_build() -> None:
    assert command_of(component_of(facts_of(FILES), "just"), "just:default").role == "other"


def test_settings_strings_and_bodies_are_no_recipes() -> None:
    text = 'x := "a: b"\ny := ```\nfake: recipe\n```\nset dotenv-load := true\nreal:\n    other: not\n'
    assert [recipe.name for recipe in parse(text).recipes] == ["real"]


def test_names_differ_in_case_and_a_file_of_another_name_is_none() -> None:
    assert pairs_of(facts_of({"api/.justfile": "test:\n\ttrue\n", "test.just": "a:\n"}), "just") == {("api", "just")}


def test_an_import_that_leads_out_or_in_circles_ends() -> None:
    files = {"justfile": "import '../../x.just'\nimport 'a.just'\ntest:\n    true\n", "a.just": "import 'justfile'\n"}
    assert {command.name for command in component_of(facts_of(files), "just").commands} == {"just:test"}
