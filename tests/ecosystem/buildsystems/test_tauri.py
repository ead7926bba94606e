"""Tauri: commands of the package or crate that it makes an application of."""

from __future__ import annotations

import json

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

CARGO = {"src-tauri/tauri.conf.json": "{}", "src-tauri/Cargo.toml": '[package]\nname = "app"\n'}


@pytest.mark.parametrize(
    ("fields", "lock", "system", "argv"),
    [
        ({"scripts": {"tauri": "tauri"}}, "package-lock.json", "npm", "npm run tauri -- dev"),
        ({"scripts": {"tauri": "tauri"}}, "pnpm-lock.yaml", "pnpm", "pnpm tauri dev"),
        ({"devDependencies": {"@tauri-apps/cli": "2"}}, "yarn.lock", "yarn", "yarn tauri dev"),
    ],
)
def test_commands_belong_to_the_package_above(fields, lock, system, argv):
    found = facts_of({"package.json": json.dumps({"name": "app", **fields}), lock: "", **CARGO})
    dev = command_of(component_of(found, system), f"{system}:tauri-dev")
    assert (" ".join(dev.argv), dev.role, dev.origin, dev.source.file) == (
        argv,
        "dev",
        "framework",
        "src-tauri/tauri.conf.json",
    )
    assert component_of(found, system).confidence == 0.95
    assert "tauri" not in {system for _, system in pairs_of(found)}


def test_without_a_package_they_belong_to_the_crate():
    crate = component_of(facts_of(CARGO), "cargo", "src-tauri")
    assert command_of(crate, "cargo:src-tauri:tauri-build").argv == ("cargo", "tauri", "build")


def test_a_package_that_knows_nothing_of_tauri_gets_none():
    found = facts_of({"package.json": '{"name": "site"}', **CARGO})
    assert [one.name for one in component_of(found, "npm").commands] == ["npm:install"]
