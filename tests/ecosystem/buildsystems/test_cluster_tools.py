"""Development inside a cluster."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


@pytest.mark.parametrize(
    ("file", "system", "task", "argv"),
    [
        ("skaffold.yaml", "skaffold", "dev", ("skaffold", "dev")),
        ("Tiltfile", "tilt", "up", ("tilt", "up")),
        ("okteto.yml", "okteto", "up", ("okteto", "up")),
        ("project.garden.yml", "garden", "dev", ("garden", "dev")),
        ("devspace.yaml", "devspace", "dev", ("devspace", "dev")),
    ],
)
def test_each_tool(file: str, system: str, task: str, argv: tuple[str, ...]) -> None:
    command = command_of(component_of(facts_of({file: "x: 1\n"}), system), f"{system}:{task}")
    assert (command.argv, command.role, command.source.file) == (argv, "dev", file)


def test_a_tiltfile_or_module_further_in_is_a_part_of_the_one_above() -> None:
    files = {
        "Tiltfile": "",
        "web/Tiltfile": "",
        "project.garden.yml": "",
        "api/garden.yml": "",
        "svc/skaffold.yaml": "",
    }
    assert pairs_of(facts_of(files)) == {("", "tilt"), ("", "garden"), ("svc", "skaffold")}
