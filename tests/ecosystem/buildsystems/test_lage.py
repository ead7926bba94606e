"""lage, wireit and Vite+."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

CONFIG = """module.exports = {
  pipeline: {
    build: ["^build"],
    "test": { dependsOn: ["build"], inputs: [] },
  },
  npmClient: "yarn",
};
"""


def test_the_pipeline_is_read_as_text():
    manifest = {"package.json": '{"devDependencies": {"lage": "2"}}', "yarn.lock": ""}
    lage = component_of(facts_of({"lage.config.js": CONFIG, **manifest}), "lage")
    assert {one.name: one.argv for one in lage.commands} == {
        "lage:build": ("yarn", "lage", "build"), "lage:test": ("yarn", "lage", "test"),
    }  # fmt: skip
    assert command_of(lage, "lage:test").source.line == 4


def test_a_lage_file_without_a_pipeline_has_no_commands():
    assert component_of(facts_of({"lage.config.js": "module.exports = require('./base');"}), "lage").commands == ()


def test_wireit_is_told_once_for_a_workspace():
    table = {"scripts": {"build": "wireit"}, "wireit": {"build": {"command": "tsc"}}}
    root, member = {**table, "workspaces": ["a"]}, {"name": "a", **table}
    found = facts_of({"package.json": json.dumps(root), "a/package.json": json.dumps(member)})
    assert pairs_of(found, "wireit") == {("", "wireit")}
    assert command_of(component_of(found, "npm", "a"), "npm:a:build").text == "tsc"


def test_vite_plus_needs_its_dependency():
    manifest = '{"devDependencies": {"vite-plus": "1"}, "scripts": {"test": "vp test"}}'
    vite_plus = component_of(facts_of({"package.json": manifest}), "vite-plus")
    assert command_of(vite_plus, "vite-plus:build").argv == ("vp", "build")
    assert command_of(vite_plus, "vite-plus:test").confidence < command_of(vite_plus, "vite-plus:lint").confidence
    assert pairs_of(facts_of({"package.json": '{"devDependencies": {"vite": "7"}}'}), "vite-plus") == set()
