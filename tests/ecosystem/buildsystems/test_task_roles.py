"""Judging a task's role by its name and by what it runs."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.task_roles import judge


@pytest.mark.parametrize(
    ("name", "text", "role"),
    [
        ("test", "cargo test", "test"),
        ("test", 'echo "Error: no test specified" && exit 1', "other"),
        ("test:unit", "vitest run", "test"),
        ("install", "npm ci", "install"),
        ("install", "go install ./cmd/tool", "other"),
        ("install", "cp tool /usr/local/bin", "other"),
        ("install-dev-deps", "cargo install cargo-fuzz", "install"),
        ("serve", "python -m app", "start"),
        ("serve", "uvicorn app:app --reload", "dev"),
        ("run", "pytest -x", "test"),
        ("all", "deps: lint test", "other"),
        ("all", "deps: server client", "build"),
        ("build", "eslint .", "other"),
        ("build", "go build ./...", "build"),
        ("watch", "cargo watch -x test", "other"),
        ("watch", "vite dev", "dev"),
        ("lint:fix", "eslint --fix", "format"),
        ("bin-short", "ls bin", "other"),
        ("sleepit:build", "go build", "other"),
        ("deploy", "fly deploy", "release"),
    ],
)
def test_role(name: str, text: str, role: str) -> None:
    assert judge(name, text)[0] == role


def test_the_main_task_is_surer_than_its_variants() -> None:
    main, run, browser, watched = (judge(name)[1] for name in ("test", "run-tests", "test:browser", "test:watch"))
    assert main > run > browser > watched


def test_a_task_that_demands_arguments_is_not_what_one_types() -> None:
    assert judge("test", "pytest {{file}}", needs_arguments=True)[1] <= 0.4
