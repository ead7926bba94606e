"""Manifests of any shape: nothing that a stranger writes where a table is expected may raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ecosystem.memory_tree import facts_of

#: Where our modules look, each with what must stand beside it for them to look there.
PATHS = """
project project.name project.dependencies project.optional-dependencies project.optional-dependencies.dev
project.scripts project.scripts.a project.classifiers project.requires-python build-system build-system.build-backend
build-system.requires dependency-groups dependency-groups.dev tool tool.uv tool.uv.package tool.uv.workspace
tool.uv.workspace.members tool.uv.workspace.exclude tool.uv.dev-dependencies tool.poetry tool.poetry.name
tool.poetry.dependencies tool.poetry.dependencies.a tool.poetry.group tool.poetry.group.dev
tool.poetry.group.dev.dependencies tool.poetry.scripts tool.poetry.scripts.a tool.poetry.package-mode tool.pdm
tool.pdm.scripts tool.pdm.scripts.test tool.pdm.dev-dependencies tool.pdm.distribution tool.hatch tool.hatch.envs
tool.hatch.envs.a tool.hatch.envs.a.scripts tool.hatch.envs.a.scripts.test tool.hatch.envs.a.dependencies
tool.hatch.envs.a.workspace tool.hatch.envs.a.workspace.members tool.pixi tool.pixi.tasks tool.pixi.tasks.test
tool.pixi.feature tool.pixi.feature.a tool.pixi.feature.a.tasks tool.poe tool.poe.tasks tool.poe.tasks.test
tool.taskipy.tasks tool.taskipy.tasks.test tool.tox tool.tox.env_list tool.tox.env tool.tox.env.lint
tool.tox.env.lint.commands tool.tox.legacy_tox_ini tool.ruff tool.mypy tool.pytest tool.dagster
tool.poetry.dependencies.a.extras
""".split()
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.text("ab[]{}=.-*/ ", max_size=6), st.integers(-1, 9), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=8,
)


def inline(value: Any) -> str:
    """Write a value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(inline, value)) + "]" if isinstance(value, list) else json.dumps(value)


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=25, deadline=None)
@given(value=values)
def test_any_value_anywhere_in_a_pyproject(path: str, value: Any) -> None:
    member = "packages/a/pyproject.toml"
    found = facts_of(
        {"pyproject.toml": f"{path} = {inline(value)}\n", member: "[project]\nname = 'a'\n", "tests/test_a.py": ""}
    )
    assert found.problems == ()


@settings(max_examples=100, deadline=None)
@given(value=values)
def test_any_value_in_the_other_manifests(value: Any) -> None:
    text = json.dumps(value)
    found = facts_of(
        {
            ".pre-commit-config.yaml": f'{{"repos": {text}}}',
            "environment.yml": f'{{"dependencies": {text}}}',
            "dvc.yaml": f'{{"stages": {text}}}',
            "dbt_project.yml": f'{{"name": {text}}}',
            "poe_tasks.json": f'{{"tasks": {text}}}',
            "hatch.toml": f"envs = {inline(value)}\n",
            "pixi.toml": f"tasks = {inline(value)}\nfeature = {inline(value)}\n",
            "Pipfile": f"packages = {inline(value)}\nscripts = {inline(value)}\nrequires = {inline(value)}\n",
            "pants.toml": f"GLOBAL = {inline(value)}\n",
            "a/tox.toml": f"env_list = {inline(value)}\nenv = {inline(value)}\n",
        }
    )
    assert found.problems == ()


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=60))
def test_any_bytes_in_files_that_are_no_documents(data: bytes) -> None:
    names = (
        "requirements.txt setup.py setup.cfg tox.ini noxfile.py tasks.py dodo.py conf.py manage.py SConstruct wscript"
    )
    facts_of(dict.fromkeys((*names.split(), "alembic.ini", "meta.yaml", "main.py"), data))
