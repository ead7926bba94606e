"""Conda's environment files: which there are, what each holds, and whether it is for developing (row 21)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.buildsystems.python_requirements import normal_name
from phoenix_cli.ecosystem.files import Folder

_FILE = re.compile(
    r"(?:conda[-_])?(?:environment|env)(?:[-_.][\w.-]+)?\.ya?ml|conda\.ya?ml|(?:dev|test)[-_]environment\.ya?ml",
    re.IGNORECASE,
)
_DOCS = re.compile(r"(?:^|[-_.])(?:docs?|rtd|readthedocs|binder)(?:[-_.]|$)", re.IGNORECASE)
_DEVELOPMENT = re.compile(r"dev|test|contrib|build|ci", re.IGNORECASE)
_TOOLS = frozenset(
    "pytest pre-commit ruff flake8 black mypy tox nox pylint coverage pytest-cov compilers cmake ninja".split()
)


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment file. ``development`` tells that it is meant for contributors, by its name or its packages."""

    path: str
    names: frozenset[str]
    development: bool
    python: str


def environment_files(folder: Folder) -> tuple[Environment, ...]:
    """Return a folder's environment files, those for developing first, then the plainest name."""
    names = [name for name in folder.names if name.endswith((".yml", ".yaml")) and _FILE.fullmatch(name)]
    found = [one for name in names if not _DOCS.search(name.rpartition(".")[0]) for one in _read(folder, name)]
    return tuple(
        sorted(found, key=lambda one: (not _DEVELOPMENT.search(one.path), not one.development, len(one.path), one.path))
    )


def _read(folder: Folder, name: str) -> Iterator[Environment]:
    wanted = folder.yaml(name).get("dependencies")
    if not isinstance(wanted, list):
        return
    names = frozenset(_names(wanted))
    python = next((each for each in wanted if isinstance(each, str) and re.match(r"python\s*[=<>]", each)), "")
    development = bool(_DEVELOPMENT.search(name.rpartition(".")[0].replace("environment", ""))) or bool(names & _TOOLS)
    yield Environment(name, names, development, re.sub(r"^python\s*=?=?|=\*$", "", python).strip())


def _names(wanted: list[Any]) -> Iterator[str]:
    for each in wanted:
        if isinstance(each, str):
            found = re.match(r"(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)", each)
            if found:
                yield normal_name(found.group(1))
        elif isinstance(each, dict) and isinstance(each.get("pip"), list):
            yield from _names(each["pip"])
