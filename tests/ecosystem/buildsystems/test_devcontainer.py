"""Dev containers belong to the folder above."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems import devcontainer
from tests.ecosystem.buildsystems.yielded import usages_from
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

FILE = """\
{
  "name": "Shop", // comment
  "image": "mcr.microsoft.com/devcontainers/python:1-3.12-bookworm",
  "features": {"ghcr.io/devcontainers/features/node:1": {"version": "20"}, "ghcr.io/x/features/y:1": {}},
  "postCreateCommand": "pip install -r requirements.txt",
  "onCreateCommand": {"web": ["npm", "ci"], "db": "make db"},
}
"""


def test_component_command_versions() -> None:
    found = facts_of({".devcontainer/devcontainer.json": FILE})
    component = component_of(found, "devcontainer")
    up = command_of(component, "devcontainer:up")
    assert (up.argv, up.role, up.dir) == (("devcontainer", "up", "--workspace-folder", "."), "other", "")
    assert component.name == "Shop"
    assert {(one.tool, one.version) for one in found.versions} == {("node", "20"), ("python", "3.12")}


def test_lifecycle_commands_are_usages_in_every_form() -> None:
    usages = usages_from(devcontainer, {".devcontainer/devcontainer.json": FILE}, ".devcontainer")
    assert {line for _, line in usages} == {"pip install -r requirements.txt", "npm ci", "make db"}


def test_places() -> None:
    files = {
        ".devcontainer/gpu/devcontainer.json": "{}",
        ".devcontainer.json": "{}",
        "api/.devcontainer/devcontainer.json": "{}",
        "features/node/devcontainer.json": "{}",
    }
    assert pairs_of(facts_of(files)) == {("", "devcontainer"), ("api", "devcontainer")}
