"""pre-commit (row 27): its hooks, run over all files, are many repositories' lint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.python_ci import ci_tools
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact
from phoenix_cli.ecosystem.files import Folder

FILES = (".pre-commit-config.yaml", ".pre-commit-config.yml")
_LINTERS = re.compile(
    r"ruff|flake8|pylint|eslint|biome|clippy|golangci|shellcheck|mypy|pyright|hadolint|yamllint|markdownlint|codespell|bandit|"
    r"rubocop|stylelint|ansible-lint|tflint|cppcheck|clang-tidy|actionlint|zizmor|lint|isort|pyupgrade|check-|typos|buildifier"
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the pre-commit component; it lints when it has a hook that does, and when CI runs it."""
    name = folder.first(*FILES)
    if name is None:
        return
    hooks = list(_hooks(folder.yaml(name)))
    source = folder.evidence(name, "pre-commit.file", "repos:")
    linting = [hook for hook in hooks if _LINTERS.search(hook)]
    sure = 0.9 if "pre-commit" in ci_tools(folder.files) else 0.85 if linting else 0.6
    command = Command(
        command_name("pre-commit", "run", folder.path), "lint", ("pre-commit", "run", "--all-files"), folder.path, source,
        origin="runner", confidence=sure, text=" ".join(hooks),
    )  # fmt: skip
    yield Component(
        folder.path, "pre-commit", "python", 0.95 if hooks else 0.5, (source,), commands=(command,) if hooks else ()
    )


def _hooks(config: dict[str, Any]) -> Iterator[str]:
    repos = config.get("repos")
    for repo in repos if isinstance(repos, list) else ():
        hooks = repo.get("hooks") if isinstance(repo, dict) else None
        for hook in hooks if isinstance(hooks, list) else ():
            if isinstance(hook, dict) and isinstance(hook.get("id"), str):
                yield hook["id"]
