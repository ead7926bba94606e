"""Lerna."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

FILES = {
    "package.json": json.dumps({"devDependencies": {"lerna": "8"}, "scripts": {"test": "lerna run test"}}),
    "lerna.json": '{"packages": ["modules/*"], "version": "1.0.0"}',
    "modules/a/package.json": json.dumps({"name": "a", "scripts": {"test": "jest", "build": "tsc", "odd": "x"}}),
}


def test_lerna_runs_the_packages_main_scripts_and_its_packages_are_members():
    found = facts_of(FILES)
    lerna = component_of(found, "lerna")
    assert {one.name for one in lerna.commands} == {"lerna:build", "lerna:test"}
    assert command_of(lerna, "lerna:build").argv == ("npx", "lerna", "run", "build")
    assert command_of(lerna, "lerna:test").confidence < command_of(lerna, "lerna:build").confidence
    assert component_of(found, "npm", "modules/a").member


def test_beside_another_runner_lerna_only_publishes():
    found = facts_of({**FILES, "nx.json": "{}"})
    assert component_of(found, "lerna").commands == ()
    assert ("modules/a", "lerna") not in pairs_of(found)
