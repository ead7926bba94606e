"""Nx."""

from __future__ import annotations

import json

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

API = {
    "name": "api",
    "projectType": "application",
    "targets": {"build": {}, "serve": {"executor": "@nx/js:node"}, "lint": {}, "deploy": {}},
}
ROOT = {"package.json": json.dumps({"devDependencies": {"nx": "20"}}), "package-lock.json": "{}", "nx.json": "{}"}


def test_projects_without_a_package_json_are_nx_only():
    found = facts_of(
        {**ROOT, "apps/api/project.json": json.dumps(API, indent=1), "apps/api/src/main.ts": "app.listen(3333)"}
    )
    assert pairs_of(found, "nx", "npm") == {("", "nx"), ("", "npm"), ("apps/api", "nx")}
    api = component_of(found, "nx", "apps/api")
    assert (api.member, api.name) == (True, "api")
    build = command_of(api, "nx:api:build")
    assert (build.argv, build.dir, build.role) == (("npx", "nx", "run", "api:build"), "", "build")
    assert command_of(component_of(found, "nx"), "nx:build").argv == ("npx", "nx", "run-many", "-t", "build")
    assert [(one.name, one.port, one.argv) for one in found.services] == [
        ("api", 3333, ("npx", "nx", "run", "api:serve"))
    ]


@pytest.mark.parametrize(
    ("target", "port"),
    [
        ({"executor": "@nx/angular:dev-server"}, 4200),
        ({"executor": "@nx/vite:dev-server", "options": {"port": 4300}}, 4300),
        ({"executor": "nx:run-commands"}, None),
    ],
)
def test_ports_of_served_applications(target, port):
    project = {"name": "web", "projectType": "application", "targets": {"serve": target}}
    assert [one.port for one in facts_of({**ROOT, "apps/web/project.json": json.dumps(project)}).services] == [port]


def test_libraries_and_end_to_end_tests_are_no_services():
    library = {**API, "projectType": "library"}
    files = {**ROOT, "libs/a/project.json": json.dumps(library), "e2e/b/project.json": json.dumps(API)}
    assert facts_of(files).services == ()


def test_target_names_that_plugins_are_told():
    told = {
        "plugins": ["@nx/x", {"plugin": "@nx/vitest", "options": {"testTargetName": "test"}}],
        "targetDefaults": {"lint": {}, "@nx/jest:jest": {}},
    }
    nx = component_of(facts_of({"nx.json": json.dumps(told), "nx": "#!/bin/sh\n"}), "nx")
    assert {one.name: one.argv for one in nx.commands} == {
        "nx:test": ("./nx", "run-many", "-t", "test"), "nx:lint": ("./nx", "run-many", "-t", "lint"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "files", [{"project.json": json.dumps(API)}, {"nx.json": "{}", "old/project.json": '{"version": "1"}'}]
)
def test_a_project_json_of_something_else(files):
    assert pairs_of(facts_of(files), "nx") - {("", "nx")} == set()
