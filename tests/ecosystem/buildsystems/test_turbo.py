"""Turborepo."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

TURBO = '{\n  "tasks": {\n    "build": {},\n    "topo": {},\n    "//#clean": {},\n    "lint": {}\n  }\n}\n'
PACKAGES = {
    "package.json": json.dumps({"scripts": {"build": "turbo run build"}, "devDependencies": {"turbo": "2"}}),
    "pnpm-workspace.yaml": "packages: [apps/*]\n",
    "apps/web/package.json": json.dumps({"name": "web", "scripts": {"build": "next build", "lint": "eslint ."}}),
    "apps/web/turbo.json": '{"extends": ["//"], "tasks": {}}',
}


def test_tasks_that_packages_have_run_through_the_manager():
    found = facts_of({**PACKAGES, "turbo.json": TURBO})
    turbo = component_of(found, "turbo")
    assert [one.name for one in turbo.commands] == ["turbo:build", "turbo:lint"]
    lint = command_of(turbo, "turbo:lint")
    assert (lint.role, lint.argv, lint.confidence, lint.source.line) == (
        "lint",
        ("pnpm", "turbo", "run", "lint"),
        0.85,
        6,
    )
    assert command_of(turbo, "turbo:build").confidence == 0.55  # the root's own script is the surer answer


def test_a_packages_turbo_json_is_no_component():
    assert pairs_of(facts_of({**PACKAGES, "turbo.json": TURBO}), "turbo") == {("", "turbo")}


def test_pipeline_of_turbo_1_and_a_program_that_is_not_a_dependency():
    files = {**PACKAGES, "package.json": "{}", "turbo.jsonc": '{"pipeline": {"build": {}}} // v1'}
    assert command_of(component_of(facts_of(files), "turbo"), "turbo:build").argv == ("turbo", "run", "build")
