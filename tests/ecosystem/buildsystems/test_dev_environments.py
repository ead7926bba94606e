"""devbox and devenv."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

DEVBOX = """\
{
  // tools
  "packages": ["nodejs@20", "postgresql"],
  "shell": {"scripts": {"test": ["npm test", "npm run e2e"], "start": "node server.js"}},
}
"""
DEVENV = """\
{ pkgs, ... }: {
  scripts.build.exec = "make";
  processes.web.exec = "npm start -- --port 4000";
}
"""


def test_devbox_scripts_and_packages() -> None:
    found = facts_of({"devbox.json": DEVBOX})
    component = component_of(found, "devbox")
    test = command_of(component, "devbox:test")
    assert (test.argv, test.role, test.source.line) == (("devbox", "run", "test"), "test", 4)
    assert command_of(component, "devbox:start").role == "start"
    assert {(one.tool, one.version) for one in found.versions} == {("nodejs", "20")}


def test_devenv_scripts_and_processes() -> None:
    found = facts_of({"devenv.nix": DEVENV})
    component = component_of(found, "devenv")
    assert {one.name: one.role for one in component.commands} == {"devenv:build": "build", "devenv:up": "dev"}
    assert [(one.name, one.port) for one in found.services] == [("web", 4000)]


def test_direnv_is_no_component() -> None:
    assert pairs_of(facts_of({".envrc": "use flake\n"})) == set()
