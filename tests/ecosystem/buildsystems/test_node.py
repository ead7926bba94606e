"""npm, pnpm, yarn and bun: which package.json counts, for which manager, with which commands."""

from __future__ import annotations

import json

import pytest

from phoenix_cli.ecosystem.facts import Evidence
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

SYSTEMS = ("npm", "pnpm", "yarn", "bun", "rush")


def package(**fields: object) -> str:
    return json.dumps(fields, indent=2) + "\n"


def test_a_script_is_a_command_with_its_line_and_runner():
    manifest = '{\n  "name": "shop",\n  "scripts": {\n    "build": "tsc",\n    "test": "vitest run"\n  }\n}\n'
    shop = component_of(facts_of({"package.json": manifest, "package-lock.json": "{}"}), "npm")
    assert (shop.name, shop.confidence, shop.place) == ("shop", 0.95, "root")
    assert shop.evidence[0] == Evidence("package.json", 1, "node.manifest")
    build = command_of(shop, "npm:build")
    assert (build.role, build.argv, build.text) == ("build", ("npm", "run", "build"), "tsc")
    assert build.source == Evidence("package.json", 4, "node.script")
    assert command_of(shop, "npm:test").argv == ("npm", "test")
    assert command_of(shop, "npm:test").source.line == 5


@pytest.mark.parametrize(
    ("files", "argv", "locked", "offline"),
    [
        ({}, "npm install", None, "npm install --offline"),
        ({"package-lock.json": "{}"}, "npm ci", "npm ci", "npm ci --offline"),
        ({"npm-shrinkwrap.json": "{}"}, "npm ci", "npm ci", "npm ci --offline"),
        ({"pnpm-lock.yaml": ""}, "pnpm install", "pnpm install --frozen-lockfile", "pnpm install --offline"),
        ({"yarn.lock": "# yarn lockfile v1\n"}, "yarn install", "yarn install --frozen-lockfile", "yarn install --offline"),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, "yarn install", "yarn install --immutable",
         "env YARN_ENABLE_NETWORK=0 yarn install --immutable"),
        ({"bun.lock": "{}"}, "bun install", "bun install --frozen-lockfile", None),
    ],
)  # fmt: skip
def test_install_follows_the_lock(files, argv, locked, offline):
    found = facts_of({"package.json": package(name="a"), **files})
    (component,) = [one for one in found.components if one.system in SYSTEMS]
    install = command_of(component, f"{component.system}:install")
    forms = [" ".join(form) if form else None for form in (install.argv, install.locked, install.offline)]
    assert (install.role, forms) == ("install", [argv, locked, offline])


def test_members_of_a_workspace_bear_its_manager_and_have_no_install():
    found = facts_of({
        "package.json": package(name="root", packageManager="pnpm@9.1.0+sha1.aa"),
        "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - '!packages/skipped'\n",
        "packages/a/package.json": package(name="@acme/a", scripts={"dev": "vite"}),
        "packages/bare/package.json": package(name="@acme/bare"),
        "packages/skipped/package.json": package(type="module"),
    })  # fmt: skip
    assert pairs_of(found, *SYSTEMS) == {("", "pnpm"), ("packages/a", "pnpm"), ("packages/bare", "pnpm")}
    member = component_of(found, "pnpm", "packages/a")
    assert (member.member, member.place, member.name) == (True, "member", "@acme/a")
    assert [command.name for command in member.commands] == ["pnpm:@acme/a:dev"]
    assert Evidence("pnpm-workspace.yaml", 1, "node.workspace") in member.evidence
    assert [(one.name, one.dir, one.reason) for one in found.package_managers] == [
        ("pnpm", "", "packageManager says pnpm@9.1.0")
    ]


@pytest.mark.parametrize("workspaces", [["apps/*"], {"packages": ["apps/*"]}])
def test_workspaces_of_package_json(workspaces):
    root = package(name="root", workspaces=workspaces)
    found = facts_of({"package.json": root, "yarn.lock": "", "apps/web/package.json": package(name="web")})
    assert component_of(found, "yarn", "apps/web").member


def test_a_nested_project_outside_of_the_workspace_goes_by_its_own_lock():
    found = facts_of({
        "package.json": package(name="root", packageManager="pnpm@9.0.0"),
        "tools/site/package.json": package(name="site", dependencies={"x": "1"}),
        "tools/site/yarn.lock": "",
    })  # fmt: skip
    assert pairs_of(found, *SYSTEMS) == {("", "pnpm"), ("tools/site", "yarn")}
    assert not component_of(found, "yarn", "tools/site").member


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "module"},
        {"name": "icons", "main": "x.js"},
        {"private": True},
        {},
        {"name": "sub", "types": "../dist/a.d.ts"},
    ],
)
def test_stubs_are_no_components(fields):
    found = facts_of({"package.json": package(name="root"), "lib/icons/package.json": package(**fields)})
    assert pairs_of(found, *SYSTEMS) == {("", "npm")}


@pytest.mark.parametrize(
    "fields", [{"scripts": {"a": "b"}}, {"devDependencies": {"x": "1"}}, {"name": "x", "version": "0.0.0"}]
)
def test_nested_manifests_with_substance_count(fields):
    found = facts_of({"README.md": "", "js/package.json": package(**fields)})
    assert pairs_of(found, *SYSTEMS) == {("js", "npm")}


def test_built_output_and_installed_packages_are_left_out():
    files = {f"{dir}/package.json": package(name="x", version="1.0.0") for dir in ("dist/esm", "node_modules/x", "out")}
    assert pairs_of(facts_of({"package.json": package(name="root"), **files}), *SYSTEMS) == {("", "npm")}


def test_a_broken_manifest_is_reported_with_half_the_confidence():
    found = facts_of({"package.json": "{ <<<<<<< HEAD"})
    assert component_of(found, "npm").confidence == 0.5
    assert [problem.file for problem in found.problems] == ["package.json"]


def test_haskells_package_yaml_is_not_pnpms():
    hpack = "name: lib\ndependencies: [base]\nscripts: {a: b}\n"
    assert pairs_of(facts_of({"package.yaml": hpack}), *SYSTEMS) == set()
    assert pairs_of(facts_of({"package.yaml": hpack, "pnpm-lock.yaml": ""}), *SYSTEMS) == {("", "pnpm")}


def test_a_package_json_beside_denos_lock_is_denos():
    tasks = '{"tasks": {"dev": "vite"}}'
    found = facts_of({"deno.json": tasks, "deno.lock": "{}", "package.json": package(dependencies={"a": "1"})})
    assert pairs_of(found, "deno", *SYSTEMS) == {("", "deno")}


def test_packages_with_one_name_get_commands_with_names_of_their_own():
    fixture = package(name="@test/app", scripts={"build": "astro build"})
    root = package(workspaces=["test/*"])
    found = facts_of({"package.json": root, "test/a/package.json": fixture, "test/b/package.json": fixture})
    names = [command.name for one in found.components for command in one.commands if command.role == "build"]
    assert sorted(names) == ["npm:test/a:build", "npm:test/b:build"]


def test_versions_come_from_engines_volta_and_the_manager_field():
    pins = package(engines={"node": ">=20", "vscode": "1"}, volta={"node": "22.1.0"}, packageManager="yarn@4.1.0")
    found = facts_of({"package.json": pins})
    assert {(one.tool, one.version) for one in found.versions} == {
        ("node", ">=20"),
        ("node", "22.1.0"),
        ("yarn", "4.1.0"),
    }


@pytest.mark.parametrize(("files", "language"), [({}, "javascript"), ({"tsconfig.json": "{}"}, "typescript")])
def test_language(files, language):
    (component,) = facts_of({"package.json": package(name="a"), **files}).components
    assert component.language == language


def test_bun_tests_without_a_script_need_test_files():
    files = {"package.json": package(name="a"), "bun.lock": ""}
    assert not [one for one in component_of(facts_of(files), "bun").commands if one.role == "test"]
    with_tests = component_of(facts_of({**files, "src/a.test.ts": ""}), "bun")
    assert command_of(with_tests, "bun:test").argv == ("bun", "test")
    vitest = {**files, "package.json": package(name="a", devDependencies={"vitest": "3"}), "src/a.test.ts": ""}
    assert not [one for one in component_of(facts_of(vitest), "bun").commands if one.role == "test"]


def test_lifecycle_scripts_are_no_tasks():
    scripts = {"prepare": "husky", "postinstall": "x", "prebuild": "x", "build": "tsc", "prettier": "x", "presets": "x"}
    component = component_of(facts_of({"package.json": package(scripts=scripts)}), "npm")
    assert {one.name for one in component.commands} == {"npm:install", "npm:build", "npm:prettier", "npm:presets"}


def test_wireit_scripts_are_judged_by_their_command():
    manifest = package(scripts={"build": "wireit"}, wireit={"build": {"command": "eslint ."}})
    assert command_of(component_of(facts_of({"package.json": manifest}), "npm"), "npm:build").role == "lint"
