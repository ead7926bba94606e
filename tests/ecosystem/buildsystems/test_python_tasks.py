"""invoke, doit, duty, Poe the Poet and taskipy."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

INVOKE = """\
from invoke import task

@task
def test(c):
    c.run('pytest')

@task(name='docs')
def build_docs(c): ...

@task
def bump_version(c): ...
"""


def test_invoke_tasks() -> None:
    component = component_of(facts_of({"tasks.py": INVOKE}), "invoke")
    test = command_of(component, "invoke:test")
    assert (test.role, test.argv, test.source.file, test.source.line) == ("test", ("invoke", "test"), "tasks.py", 4)
    assert command_of(component, "invoke:docs").role == "docs"
    assert command_of(component, "invoke:bump-version").argv == ("invoke", "bump-version")


def test_celery_tasks_are_not_invokes() -> None:
    text = "from celery import shared_task as task\n\n@task\ndef send(): ...\n"
    assert pairs_of(facts_of({"shop/tasks.py": text})) == set()


def test_doit_and_duty() -> None:
    found = facts_of(
        {
            "dodo.py": "def task_build():\n    return {'actions': ['cc']}\n",
            "duties.py": "@duty\ndef check_types(ctx): ...\n",
        }
    )
    build = command_of(component_of(found, "doit"), "doit:build")
    assert (build.role, build.argv, build.source.line) == ("build", ("doit", "build"), 1)
    assert command_of(component_of(found, "duty"), "duty:check-types").argv == ("duty", "check-types")


def test_poe_runs_through_the_manager_that_installs_it() -> None:
    text = (
        '[project]\nname = "kiwi"\n[dependency-groups]\ndev = ["poethepoet"]\n'
        '[tool.poe.tasks]\ntest = "pytest"\n_x = "true"\n[tool.poe.tasks.serve]\ncmd = "uvicorn a:b --reload"\n'
    )
    component = component_of(facts_of({"pyproject.toml": text, "uv.lock": ""}), "poe")
    test = command_of(component, "poe:test")
    assert (test.role, test.argv, test.source.line, test.text) == ("test", ("uv", "run", "poe", "test"), 6, "pytest")
    serve = command_of(component, "poe:serve")
    assert (serve.role, serve.source.line) == ("dev", 8)
    assert not [one for one in component.commands if "_x" in one.name]


def test_poe_has_a_file_of_its_own() -> None:
    component = component_of(facts_of({"poe_tasks.toml": "[tasks]\nlint = 'ruff check'\n"}), "poe")
    assert command_of(component, "poe:lint").argv == ("poe", "lint")
    assert component.evidence[0].file == "poe_tasks.toml"


def test_taskipy_leaves_hooks_out() -> None:
    text = (
        '[tool.poetry]\nname = "k"\n[tool.poetry.dev-dependencies]\ntaskipy = "*"\n'
        '[tool.taskipy.tasks]\npre_test = "x"\ntest = "pytest"\n'
    )
    component = component_of(facts_of({"pyproject.toml": text}), "taskipy")
    assert [(one.name, one.argv, one.source.line) for one in component.commands] == [
        ("taskipy:test", ("poetry", "run", "task", "test"), 7)
    ]


@pytest.mark.parametrize(
    "files", [{"tasks.py": "x = 1\n"}, {"tasks.py": "def (:\n"}, {"pyproject.toml": "[tool.poe]\nverbosity = 1\n"}]
)
def test_files_without_tasks(files: dict[str, str]) -> None:
    assert pairs_of(facts_of(files), "invoke", "poe") == set()
