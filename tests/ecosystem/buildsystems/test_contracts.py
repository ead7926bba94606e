"""Foundry, Hardhat, Move, Scarb and Anchor."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_a_foundry_project_and_its_dependencies() -> None:
    files = {
        "foundry.toml": '[profile.default]\nsolc = "0.8.25"\n',
        "test/A.t.sol": "",
        "lib/forge-std/foundry.toml": "",
    }
    found = facts_of(files)
    assert pairs_of(found, "foundry") == {("", "foundry")}
    project = component_of(found, "foundry")
    assert command_of(project, "foundry:install").argv == ("forge", "install")
    assert command_of(project, "foundry:build").offline == ("forge", "build", "--offline")
    assert command_of(project, "foundry:test").argv == ("forge", "test")
    assert ("solc", "0.8.25", 2) in [(one.tool, one.version, one.source.line) for one in found.versions]


def test_foundry_without_tests_or_dependencies() -> None:
    project = component_of(facts_of({"foundry.toml": "[profile.default]\n"}), "foundry")
    assert {command.role for command in project.commands} == {"build", "format"}


def test_hardhat_runs_through_the_folders_manager() -> None:
    files = {
        "hardhat.config.ts": "export default {}\n",
        "package.json": '{"name": "a", "devDependencies": {"hardhat": "2"}}',
        "pnpm-lock.yaml": "",
        "test/a.ts": "",
    }
    project = component_of(facts_of(files), "hardhat")
    assert command_of(project, "hardhat:compile").argv == ("pnpm", "hardhat", "compile")
    assert command_of(project, "hardhat:test").role == "test"


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("[dependencies]\nAptosFramework = {}\n", ("aptos", "move", "compile")),
        ('edition = "2024.beta"\n[dependencies]\nSui = {}\n', ("sui", "move", "build")),
        ("[dependencies]\n", ("move", "build")),
    ],
)
def test_the_tool_of_a_move_package(text: str, argv: tuple[str, ...]) -> None:
    package = component_of(facts_of({"Move.toml": f'[package]\nname = "coin"\n{text}'}), "move")
    assert (package.name, command_of(package, "move:build").argv) == ("coin", argv)


def test_scarb_with_a_member_that_tests_by_foundry() -> None:
    files = {
        "Scarb.toml": '[workspace]\nmembers = ["a"]\n',
        "a/Scarb.toml": '[package]\nname = "a"\n[dev-dependencies]\nsnforge_std = "0.3"\n',
    }
    found = facts_of(files)
    member = component_of(found, "scarb", "a")
    assert member.member and command_of(member, "scarb:a:test").argv == ("snforge", "test")
    assert command_of(component_of(found, "scarb"), "scarb:build").offline == ("scarb", "--offline", "build")


def test_anchor_and_its_scripts() -> None:
    text = '[toolchain]\nanchor_version = "0.30.1"\n\n[scripts]\ntest = "ts-mocha"\nlint = "eslint ."\n'
    found = facts_of({"Anchor.toml": text})
    anchor = component_of(found, "anchor")
    assert command_of(anchor, "anchor:test").argv == ("anchor", "test")
    lint = command_of(anchor, "anchor:lint")
    assert (lint.argv, lint.role, lint.text) == (("anchor", "run", "lint"), "lint", "eslint .")
    assert ("anchor", "0.30.1") in [(one.tool, one.version) for one in found.versions]
