"""How Python projects are tested, linted, formatted and type-checked."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of

PROJECT = '[project]\nname = "kiwi"\n[build-system]\nbuild-backend = "setuptools.build_meta"\n'
TEST = {"tests/test_kiwi.py": ""}


def commands(files: dict[str, str], role: str, system: str = "setuptools") -> list[str]:
    return [" ".join(one.argv) for one in component_of(facts_of(files), system).commands if one.role == role]


@pytest.mark.parametrize(
    ("files", "file", "line"),
    [
        ({"pyproject.toml": PROJECT + "[tool.pytest.ini_options]\n"}, "pyproject.toml", 5),
        ({"pyproject.toml": PROJECT, "pytest.ini": "[pytest]\n"}, "pytest.ini", 1),
        ({"pyproject.toml": PROJECT, "setup.cfg": "[wheel]\nx = 1\n[tool:pytest]\n"}, "setup.cfg", 3),
        ({"pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["pytest-cov"]\n', **TEST}, "tests/test_kiwi.py", 1),
        ({"pyproject.toml": PROJECT, "tests/test_kiwi.py": "import os\nimport pytest\n"}, "tests/test_kiwi.py", 1),
    ],
)
def test_pytest_needs_a_setting_a_dependency_or_an_import(files: dict[str, str], file: str, line: int) -> None:
    command = command_of(component_of(facts_of(files), "setuptools"), "setuptools:test")
    assert command.argv == ("pytest",)
    assert (command.source.file, command.source.line) == (file, line)


def test_no_tests_no_command() -> None:
    assert commands({"pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["pytest"]\n'}, "test") == []
    assert commands({"pyproject.toml": PROJECT, "tests/test_data.json": "{}"}, "test") == []


def test_unittest_finds_packages_by_itself_and_plain_folders_by_name() -> None:
    source = {"tests/test_kiwi.py": "import unittest\n"}
    assert commands({"pyproject.toml": PROJECT, **source}, "test") == ["python -m unittest discover -s tests"]
    assert commands({"pyproject.toml": PROJECT, **source, "tests/__init__.py": ""}, "test") == ["python -m unittest"]


def test_a_runner_stands_before_the_tools_that_it_installs() -> None:
    text = '[project]\nname = "kiwi"\n[dependency-groups]\ndev = ["pytest", "ruff"]\n[tool.ruff]\n[tool.mypy]\nfiles = "src"\n'
    files = {"pyproject.toml": text, "uv.lock": "", **TEST}
    assert commands(files, "test", "uv") == ["uv run pytest"]
    assert commands(files, "lint", "uv") == ["uv run ruff check ."]
    assert commands(files, "format", "uv") == ["uv run ruff format ."]
    assert commands(files, "check", "uv") == ["mypy"]


def test_pytest_django_goes_before_manage_py() -> None:
    files = {
        "requirements.txt": "django\npytest-django\n",
        "manage.py": "execute_from_command_line(sys.argv)\n",
        "shop/tests.py": "",
    }
    assert commands(files, "test", "pip") == ["pytest"]


def test_manage_py_without_tests_gives_no_test() -> None:
    assert (
        commands({"requirements.txt": "django\n", "manage.py": "execute_from_command_line(sys.argv)\n"}, "test", "pip")
        == []
    )


@pytest.mark.parametrize(
    ("files", "lint"),
    [
        ({"pyproject.toml": PROJECT + "[tool.ruff]\nline-length = 99\n"}, ["ruff check ."]),
        ({"pyproject.toml": PROJECT, "ruff.toml": ""}, ["ruff check ."]),
        ({"pyproject.toml": PROJECT, ".flake8": "[flake8]\n"}, ["flake8"]),
        ({"pyproject.toml": PROJECT, "setup.cfg": "[flake8]\nmax-line-length = 99\n"}, ["flake8"]),
        ({"pyproject.toml": PROJECT, ".pylintrc": "", "kiwi/__init__.py": ""}, ["pylint kiwi"]),
        ({"pyproject.toml": PROJECT, ".pylintrc": ""}, []),
        ({"pyproject.toml": PROJECT}, []),
    ],
)
def test_linters_need_their_settings(files: dict[str, str], lint: list[str]) -> None:
    assert commands(files, "lint") == lint


def test_formatters_and_type_checkers() -> None:
    files = {"pyproject.toml": PROJECT + "[tool.black]\n[tool.pyright]\n"}
    assert commands(files, "format") == ["black ."]
    assert commands(files, "check") == ["pyright"]
    assert commands({"pyproject.toml": PROJECT, "mypy.ini": "[mypy]\n"}, "check") == ["mypy ."]


def test_where_ci_runs_tox_pytest_alone_is_less_sure() -> None:
    workflow = {".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - run: tox\n"}
    files = {"pyproject.toml": PROJECT + "[tool.pytest.ini_options]\n", "tox.ini": "[tox]\nenvlist = py\n", **workflow}
    found = facts_of(files)
    pytest_command = command_of(component_of(found, "setuptools"), "setuptools:test")
    assert pytest_command.confidence < command_of(component_of(found, "tox"), "tox:default").confidence


def test_a_test_program_of_the_repositorys_own_is_run() -> None:
    files = {
        "pyproject.toml": PROJECT,
        "tests/runtests.py": "",
        "tests/forms/tests.py": "from django.test import TestCase\n",
    }
    assert commands(files, "test") == ["python tests/runtests.py"]
