"""Deno: which deno.json counts, tasks, workspaces, conventions, servers."""

from __future__ import annotations

import json

import pytest

from phoenix_cli.ecosystem.facts import Evidence
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

TASKS = """{
  // tasks
  "tasks": {
    "dev": "deno run --watch main.ts",
    "build": {"command": "vite build"},
    "ok": "deno lint"
  },
}
"""


def test_tasks_are_commands_and_objects_are_read_too():
    found = facts_of({"deno.jsonc": TASKS, "deno.lock": "{}", "a_test.ts": ""})
    deno = component_of(found, "deno")
    assert (deno.confidence, deno.language, deno.evidence) == (
        0.95,
        "typescript",
        (Evidence("deno.jsonc", 1, "deno.config"),),
    )
    dev = command_of(deno, "deno:dev")
    assert (dev.role, dev.argv, dev.source.line) == ("dev", ("deno", "task", "dev"), 4)
    assert command_of(deno, "deno:build").role == "build"
    install = command_of(deno, "deno:install")
    assert (install.locked, install.offline) == (("deno", "install", "--frozen"), ("deno", "install", "--cached-only"))
    assert command_of(deno, "deno:test").argv == ("deno", "test")
    assert [(one.language, one.name) for one in found.package_managers] == [("javascript", "deno")]


def test_tests_need_test_files_and_a_test_task_stands_for_them():
    assert "deno:test" not in {
        one.name for one in component_of(facts_of({"deno.json": '{"imports": {}}'}), "deno").commands
    }
    tasked = component_of(facts_of({"deno.json": '{"tasks": {"test": "deno test -A"}}', "a_test.ts": ""}), "deno")
    assert command_of(tasked, "deno:test").argv == ("deno", "task", "test")


@pytest.mark.parametrize("workspace", [["./packages/*", "./www"], {"members": ["packages/*", "www"]}])
def test_members_have_no_commands_of_convention(workspace):
    found = facts_of({
        "deno.json": json.dumps({"workspace": workspace}),
        "packages/a/deno.json": '{"name": "@x/a"}',
        "www/deno.json": '{"compilerOptions": {}}',
    })  # fmt: skip
    assert pairs_of(found, "deno") == {("", "deno"), ("packages/a", "deno"), ("www", "deno")}
    member = component_of(found, "deno", "packages/a")
    assert (member.member, member.name, member.commands) == (True, "@x/a", ())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "package.json": '{"name": "a"}',
                "deno.json": '{"name": "@a/a", "exports": "./mod.ts", "imports": {"b": "c"}}',
            },
            set(),
        ),
        ({"package.json": '{"name": "a"}', "deno.json": '{"tasks": {"a": "b"}}'}, {("", "deno")}),
        ({"deno.json": "{}", "lib/deno.json": '{"compilerOptions": {"lib": []}}'}, {("", "deno")}),
        ({"deno.json": "{}", "lib/deno.json": '{"imports": {"a": "b"}}'}, {("", "deno"), ("lib", "deno")}),
        ({"deno.lock": "{}", "main.ts": ""}, {("", "deno")}),
        ({"package.json": '{"name": "a"}', "deno.lock": "{}"}, set()),
    ],
)
def test_which_count(files, expected):
    assert pairs_of(facts_of(files), "deno") == expected


@pytest.mark.parametrize(
    ("task", "files", "expected"),
    [
        ("deno serve main.ts", {}, 8000),
        ("deno serve --port 9000 main.ts", {}, 9000),
        ("deno run -A main.ts", {"main.ts": "Deno.serve({ port: 4500 }, f)"}, 4500),
        ("deno run -A main.ts", {"main.ts": "Deno.serve(f)"}, 8000),
        ("vite", {}, 5173),
        ("deno run -A main.ts", {"main.ts": "console.log(1)"}, None),
        ("deno task --cwd=www dev", {}, None),
        ("deno run -A examples/main.ts", {"examples/main.ts": "Deno.serve(f)"}, None),
    ],
)
def test_servers(task, files, expected):
    found = facts_of({"deno.json": json.dumps({"name": "@x/web", "tasks": {"start": task}}), **files}).services
    assert [(one.name, one.port) for one in found] == ([("web", expected)] if expected else [])
