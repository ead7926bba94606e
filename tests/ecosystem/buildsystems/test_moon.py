"""moon."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

FILES = {
    ".moon/workspace.yml": "projects: ['apps/*']\n",
    ".moon/tasks/node.yml": "tasks:\n  lint:\n    command: eslint\n",
    "apps/web/moon.yml": "layer: application\ntasks:\n  build:\n    command: vite build\n",
    "apps/web/package.json": '{"name": "web-app", "scripts": {"x": "y"}}',
}


def test_tasks_are_inherited_and_own():
    found = facts_of(FILES)
    assert pairs_of(found, "moon", "npm") == {("", "moon"), ("apps/web", "moon"), ("apps/web", "npm")}
    moon = component_of(found, "moon")
    assert moon.evidence[0].file == ".moon/workspace.yml"
    assert {one.name: one.argv for one in moon.commands} == {
        "moon:lint": ("moon", "run", ":lint"), "moon:build": ("moon", "run", ":build"),
    }  # fmt: skip
    web = component_of(found, "moon", "apps/web")
    assert (web.member, web.name) == (True, "web")
    build = command_of(web, "moon:web:build")
    assert (build.argv, build.dir) == (("moon", "run", "web:build"), "")
    assert (build.source.file, build.source.line) == ("apps/web/moon.yml", 3)


def test_the_program_comes_through_the_manager_that_brings_it():
    root = {"package.json": '{"devDependencies": {"@moonrepo/cli": "2"}}', "yarn.lock": ""}
    assert command_of(component_of(facts_of({**FILES, **root}), "moon"), "moon:lint").argv == (
        "yarn",
        "moon",
        "run",
        ":lint",
    )


def test_a_moon_yml_without_a_workspace_is_nothing():
    assert pairs_of(facts_of({"moon.yml": "tasks: {}\n", ".moon/cache/x": ""}), "moon") == set()
