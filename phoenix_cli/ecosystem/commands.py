"""Words about commands that every build-system module shares: names, roles, quoting."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.facts import Role
from phoenix_cli.ecosystem.shell_words import shell, simple_commands

__all__ = ["command_name", "role_of", "shell", "simple_commands"]

#: What a task's name says about its role, most telling first. Matched against the whole name, lower case, with ``:``,
#: ``_`` and ``.`` read as ``-``.
_ROLE_NAMES: tuple[tuple[Role, str], ...] = (
    (
        "install",
        r"install|setup|bootstrap|deps|dependencies|init|prepare-env|get-deps|dev-install|install-dev|install-deps"
        r"|sync",
    ),
    (
        "test",
        r"test|tests|check-tests|run-tests|unittest|unit-test|unit-tests|test-unit|test-all|tests-all|pytest|spec"
        r"|cov|coverage",
    ),
    (
        "lint",
        r"lint|linter|lints|clippy|eslint|flake8|ruff|pylint|lint-all|lint-check|vet|golint|golangci-lint|golangci"
        r"|pre-commit|style|shellcheck|credo|rubocop",
    ),
    ("format", r"fmt|format|fix|lint-fix|prettier|reformat|black|format-fix|gofmt|fmt-fix"),
    ("dev", r"dev|develop|watch|serve-dev|start-dev|dev-server|run-dev|start-development|runserver"),
    ("start", r"start|serve|server|run|up|start-prod|start-production"),
    ("build", r"build|compile|all|dist|bundle|package|build-all|binary|binaries|bin|assemble|build-prod"),
    ("check", r"check|typecheck|type-check|types|tsc|mypy|pyright|typing|validate|verify|ci|precommit|qa|dialyzer"),
    (
        "docs",
        r"docs?|documentation|html|docs-build|build-docs|docs-serve|apidoc|typedoc|storybook|build-storybook|site|manual",
    ),
    ("release", r"release|publish|deploy|version|changeset|upload|tag|push"),
)
_ROLES = tuple((role, re.compile(f"(?:{pattern})")) for role, pattern in _ROLE_NAMES)


def role_of(name: str) -> Role:
    """Judge a task's role by its name alone; ``other`` when the name says nothing."""
    word = re.sub(r"[:_./ ]+", "-", name.strip().lower()).strip("-")
    return next((role for role, pattern in _ROLES if pattern.fullmatch(word)), "other")


def command_name(system: str, task: str, scope: str = "") -> str:
    """Name a command: ``make:test``; in a nested component ``scope`` (package name or folder): ``npm:@a/b:dev``."""
    return f"{system}:{scope}:{task}" if scope else f"{system}:{task}"
