"""Roles of scripts: by name first, by what they run second."""

from __future__ import annotations

import json

import pytest

from phoenix_cli.ecosystem.buildsystems.node_scripts import judge
from tests.ecosystem.memory_tree import command_of, component_of, facts_of


@pytest.mark.parametrize(
    ("name", "text", "role"),
    [
        ("test", "vitest", "test"),
        ("test", "npm run lint && npm run unit", "test"),
        ("unit", "borp", "test"),
        ("test:types", "tsd", "check"),
        ("test:code", "eslint --max-warnings=0 .", "lint"),
        ("test:lint", "eslint . && prettier --check .", "lint"),
        ("check:style", "biome check .", "lint"),
        ("build", "tsc -p .", "build"),
        ("build", "eslint . && prettier --check .", "lint"),
        ("build", "tsc --noEmit", "check"),
        ("build", "vite build --watch", "dev"),
        ("build:docs", "typedoc src", "docs"),
        ("build:validation", "node build/validation.js", "other"),
        ("build:storybook", "storybook build", "docs"),
        ("build", "turbo run build --filter=app --filter=@benchmark/x", "build"),
        ("start", "node server.js", "start"),
        ("start", "next start -p 80", "start"),
        ("start", "react-scripts start", "dev"),
        ("start", "vite --host", "dev"),
        ("start", "tsc -w", "dev"),
        ("start", "nodemon index.js", "dev"),
        ("start", "cd examples/basic && npm start", "other"),
        ("start", "docusaurus start", "dev"),
        ("start:dev", "nest start --watch", "dev"),
        ("start-server-dev", "node server.js", "dev"),
        ("serve", "vite preview", "other"),
        ("preview", "vite preview", "other"),
        ("start", "turbo run start --filter=web --filter=docs", "start"),
        ("dev", "next dev", "dev"),
        ("dev", "bun run --watch example/a.ts", "other"),
        ("dev", "pnpm --filter docs dev", "docs"),
        ("dev", "pnpm -C playground dev", "other"),
        ("build", "nx affected --target=build --exclude=examples/**", "build"),
        ("lint", "eslint --fix .", "lint"),
        ("lint:fix", "eslint --fix .", "format"),
        ("lint-fix:js", "eslint --fix .", "format"),
        ("prettier", "prettier --write .", "format"),
        ("format:check", "prettier --check .", "lint"),
        ("typecheck", "tsc --noEmit", "check"),
        ("ci", "npm run build && npm test", "check"),
        ("setup", "git checkout v2 && npm ci", "install"),
        ("setup", "packemon build-workspace", "other"),
        ("release", "changeset publish", "release"),
        ("demo", "vite demo", "other"),
        ("seed", "tsx seed.ts", "other"),
    ],
)  # fmt: skip
def test_roles(name, text, role):
    judged = judge(name, text)
    assert judged is not None
    assert judged[0] == role


@pytest.mark.parametrize("text", ['echo "Error: no test specified" && exit 1', "exit 0", "echo done", "true", ""])
def test_placeholders_are_no_commands(text):
    assert judge("test", text) is None


def test_the_main_script_of_a_role_is_surer_than_its_variants():
    sure = [
        (judge(name, "vitest run") or ("", 0.0))[1] for name in ("test", "test:ci", "test:unit", "test:foo", "test:e2e")
    ]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == 0.95 > 0.8 >= sure[1]


def roles(scripts: dict[str, str], **others: str) -> dict[str, str]:
    files = {"package.json": json.dumps({"workspaces": ["app"], "scripts": scripts}), **others}
    return {one.name: one.role for one in component_of(facts_of(files), "npm").commands}


def test_a_script_is_judged_by_the_scripts_that_it_calls():
    found = roles({"build": "npm run one && yarn two", "one": "eslint .", "two": "prettier --check ."})
    assert found["npm:build"] == "lint"


def test_a_script_is_judged_by_the_script_of_the_package_that_it_hands_on_to():
    app = json.dumps({"name": "@x/app", "scripts": {"start": "npm ci && vite", "serve": "node server.js"}})
    scripts = {
        "start": "npm --prefix app run start",
        "serve": "npm run serve -w @x/app",
        "start:app": "cd app && npm start",
    }
    found = roles(scripts, **{"app/package.json": app})
    assert found["npm:start"] == "dev"
    assert found["npm:serve"] == "start"


def test_scripts_that_call_each_other_end():
    assert roles({"a": "npm run b", "b": "npm run a", "build": "npm run build"})["npm:build"] == "build"


def test_globs_of_npm_run_all():
    assert (
        roles({"build": "npm-run-all build:*:watch", "build:js:watch": "tsc -w", "build:js:dev": "tsc"})["npm:build"]
        == "dev"
    )


def test_a_long_script_is_judged_by_its_beginning():
    text = "tsc && " * 100_000
    manifest = json.dumps({"scripts": {"build": text}})
    assert command_of(component_of(facts_of({"package.json": manifest}), "npm"), "npm:build").role == "build"
