"""tox: environments, roles and evidence, from each of its files."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.tox import expand
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

INI = """\
[tox]
envlist =
    py{311,312}-{a,b}
    lint, docs

[testenv]
commands = pytest {posargs}

[testenv:lint]
skip_install = true
commands = ruff check .

[testenv:pep]
commands =
    pre-commit run --all-files
"""


def test_environments_become_commands_with_roles() -> None:
    found = facts_of({"tox.ini": INI})
    component = component_of(found, "tox")
    assert pairs_of(found) == {("", "tox")}
    assert (component.evidence[0].file, component.evidence[0].line) == ("tox.ini", 1)
    default = command_of(component, "tox:default")
    assert (default.role, default.argv, default.origin) == ("test", ("tox",), "runner")
    lint = command_of(component, "tox:lint")
    assert (lint.role, lint.argv, lint.source.line, lint.text) == ("lint", ("tox", "-e", "lint"), 9, "ruff check .")
    assert command_of(component, "tox:docs").role == "docs"
    assert command_of(component, "tox:pep").role == "lint"
    one = command_of(component, "tox:py311-a")
    assert (one.role, one.source.line) == ("test", 2)
    assert one.confidence < default.confidence


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"setup.cfg": "[flake8]\n[tox:tox]\nenvlist = py312\n"}, 2),
        (
            {"tox.toml": 'requires = ["tox>=4"]\nenv_list = ["py312", "lint"]\n[env.lint]\ncommands = [["ruff"]]\n'},
            None,
        ),
        ({"pyproject.toml": '[tool.tox]\nenv_list = ["py312"]\n'}, 1),
        (
            {
                "pyproject.toml": '[tool.tox]\nlegacy_tox_ini = """\n[tox]\nenvlist = py312\n[testenv]\ncommands = pytest\n"""\n'
            },
            1,
        ),
    ],
)
def test_each_place_where_tox_is_set_up(files: dict[str, str], line: int | None) -> None:
    component = component_of(facts_of(files), "tox")
    assert component.evidence[0].line == line
    assert command_of(component, "tox:py312").argv == ("tox", "-e", "py312")
    assert command_of(component, "tox:default").role == "test"


@pytest.mark.parametrize(
    "files", [{"setup.cfg": "[metadata]\nname = x\n"}, {"pyproject.toml": "[tool.black]\n"}, {"tox.ini": "[flake8]\n"}]
)
def test_files_that_are_not_toxs(files: dict[str, str]) -> None:
    assert pairs_of(facts_of(files), "tox") == set()


def test_tox_that_only_lints_is_no_test() -> None:
    component = component_of(facts_of({"tox.ini": "[tox]\nenvlist = lint\n[testenv:lint]\ncommands = flake8\n"}), "tox")
    assert [one.name for one in component.commands] == ["tox:lint"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("py{311,312}", ["py311", "py312"]),
        ("py3{9-11}-x,docs", ["py39-x", "py310-x", "py311-x", "docs"]),
        ("3.{12,13}", ["3.12", "3.13"]),
        ("{py311,py312}-django{42, 50}", ["py311-django42", "py311-django50", "py312-django42", "py312-django50"]),
        ("py311{,-cov}", ["py311", "py311-cov"]),
        ("{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}", []),
    ],
)
def test_braces(text: str, names: list[str]) -> None:
    assert expand(text) == names
