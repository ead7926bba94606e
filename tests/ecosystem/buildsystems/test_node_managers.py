"""Which manager: field, lock, engines, markers, configuration, CI; conflicts and what was turned down."""

from __future__ import annotations

import json

import pytest

from phoenix_cli.ecosystem.facts import Detection
from tests.ecosystem.memory_tree import component_of, facts_of

CI = ".github/workflows/ci.yml"


def manager(found: Detection) -> str:
    (one,) = found.package_managers
    return one.name


def with_package(files: dict[str, str], **fields: object) -> Detection:
    return facts_of({"package.json": json.dumps({"name": "a", **fields}, indent=2), **files})


@pytest.mark.parametrize(
    ("files", "fields", "expected"),
    [
        ({}, {}, "npm"),
        ({"pnpm-lock.yaml": ""}, {}, "pnpm"),
        ({"bun.lockb": "\0"}, {}, "bun"),
        ({"yarn.lock": ""}, {"packageManager": "pnpm@9.0.0"}, "pnpm"),
        ({"yarn.lock": ""}, {"devEngines": {"packageManager": {"name": "bun", "version": "1"}}}, "bun"),
        ({}, {"devEngines": {"packageManager": [{"name": "yarn"}]}}, "yarn"),
        ({}, {"packageManager": "deno@2.0.0"}, "npm"),
        ({}, {"engines": {"node": ">=18", "pnpm": ">=9"}}, "pnpm"),
        ({}, {"engines": {"npm": "please-use-pnpm", "yarn": "please-use-pnpm", "pnpm": ">=9"}}, "pnpm"),
        ({}, {"engines": {"npm": ">=9", "yarn": ">=1"}}, "npm"),
        ({}, {"scripts": {"preinstall": "npx only-allow pnpm"}}, "pnpm"),
        ({"pnpm-workspace.yaml": "catalog: {}\n"}, {}, "pnpm"),
        ({".yarnrc.yml": "nodeLinker: node-modules\n"}, {}, "yarn"),
        ({"bunfig.toml": ""}, {}, "bun"),
        ({"lerna.json": '{"npmClient": "yarn"}'}, {}, "yarn"),
        ({".moon/workspace.yml": "", ".moon/toolchains.yml": "javascript:\n  packageManager: bun\n"}, {}, "bun"),
        ({}, {"scripts": {"all": "pnpm run a && pnpm run b"}}, "pnpm"),
        ({}, {"scripts": {"all": "yarn run a && npm run b"}}, "npm"),
        ({CI: "run: pnpm install\n"}, {}, "pnpm"),
        ({CI: "run: npm install -g yarn\nother: yarn install\n"}, {}, "yarn"),
        ({CI: "a: npm i\nb: pnpm install\n"}, {}, "npm"),
    ],
)
def test_order(files, fields, expected):
    assert manager(with_package(files, **fields)) == expected


def test_the_nearest_lock_upwards_decides_for_a_nested_package():
    found = facts_of({"yarn.lock": "", "web/package.json": '{"name": "web", "scripts": {"a": "b"}}'})
    assert component_of(found, "yarn", "web").rejected[0].system == "npm"
    assert [(one.name, one.dir) for one in found.package_managers] == [("yarn", "")]


def test_two_locks_are_a_conflict_and_the_loser_is_named():
    found = with_package({"package-lock.json": "{}", "yarn.lock": ""})
    (conflict,) = found.conflicts
    assert (manager(found), conflict.dir) == ("yarn", "")
    assert {source.file for source in conflict.sources} == {"package-lock.json", "yarn.lock"}
    assert [one.system for one in component_of(found, "yarn").rejected] == ["npm"]


def test_ci_breaks_the_tie_of_two_locks():
    assert manager(with_package({"package-lock.json": "{}", "yarn.lock": "", CI: "run: npm ci\n"})) == "npm"


def test_a_field_against_the_lock_is_a_conflict():
    found = with_package({"package-lock.json": "{}"}, packageManager="pnpm@9.0.0")
    assert manager(found) == "pnpm"
    assert (
        found.conflicts[0].message == "packageManager says pnpm@9.0.0, but the lock is package-lock.json; pnpm is taken"
    )


def test_a_member_with_a_stray_lock_stays_in_its_workspace():
    found = facts_of({
        "package.json": '{"workspaces": ["a"]}', "yarn.lock": "", "a/package.json": '{"name": "a"}', "a/package-lock.json": "{}",
    })  # fmt: skip
    assert component_of(found, "yarn", "a").member
