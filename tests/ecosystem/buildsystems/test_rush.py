"""Rush."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

RUSH = """{
  // the manager
  "pnpmVersion": "9.1.0",
  "nodeSupportedVersionRange": ">=18 <23",
  "projects": [
    {"packageName": "@x/lib", "projectFolder": "libraries/lib"},
  ]
}
"""


def test_projects_are_members_and_the_manager_is_the_one_that_rush_drives():
    found = facts_of({
        "rush.json": RUSH,
        "common/config/rush/command-line.json": json.dumps({"commands": [{"name": "test"}, {"commandKind": "x"}]}),
        "libraries/lib/package.json": json.dumps({"name": "@x/lib", "scripts": {"build": "heft build"}}),
    })  # fmt: skip
    assert pairs_of(found, "rush", "pnpm", "npm") == {("", "rush"), ("libraries/lib", "rush")}
    rush, lib = component_of(found, "rush"), component_of(found, "rush", "libraries/lib")
    install = command_of(rush, "rush:install")
    assert (install.argv, install.locked, install.role) == (("rush", "install"), ("rush", "install"), "install")
    assert {one.name: one.argv for one in rush.commands if one.role in ("build", "test")} == {
        "rush:build": ("rush", "build"), "rush:test": ("rush", "test"),
    }  # fmt: skip
    assert (lib.member, command_of(lib, "rush:@x/lib:build").argv) == (True, ("rushx", "build"))
    assert [(one.name, one.source.line) for one in found.package_managers] == [("pnpm", 3)]
    assert ("node", ">=18 <23") in {(one.tool, one.version) for one in found.versions}


def test_a_folder_that_is_not_listed_is_npms():
    found = facts_of({"rush.json": RUSH, "tools/x/package.json": json.dumps({"name": "x", "version": "1.0.0"})})
    assert pairs_of(found, "rush", "npm") == {("", "rush"), ("tools/x", "npm")}
