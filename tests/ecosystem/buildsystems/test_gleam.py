"""Gleam."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of


def test_a_gleam_project_that_serves() -> None:
    manifest = 'name = "shop"\ngleam = ">= 1.4.0"\n\n[dependencies]\nmist = ">= 1.0.0"\n'
    files = {
        "gleam.toml": manifest,
        "manifest.toml": "",
        "src/shop.gleam": "import mist\n\npub fn main() {\n}\n",
        "test/shop_test.gleam": "",
    }
    found = facts_of(files)
    project = component_of(found, "gleam")
    assert (project.name, project.language) == ("shop", "gleam")
    assert command_of(project, "gleam:install").argv == ("gleam", "deps", "download")
    assert command_of(project, "gleam:test").role == "test"
    run = command_of(project, "gleam:run")
    assert (run.role, run.source.file, run.source.line) == ("start", "src/shop.gleam", 3)
    assert ("gleam", ">= 1.4.0") in [(one.tool, one.version) for one in found.versions]
    assert found.package_managers[0].source.file == "manifest.toml"


def test_a_library_runs_and_tests_nothing() -> None:
    project = component_of(facts_of({"gleam.toml": 'name = "lib"\n', "src/lib.gleam": "pub fn one() { 1 }\n"}), "gleam")
    assert {command.role for command in project.commands} == {"install", "build", "format"}
