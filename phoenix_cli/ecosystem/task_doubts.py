"""What a task's own words take away from its being the main one of its role: the names that lie, and how to see it."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.facts import Command, Role
from phoenix_cli.ecosystem.tool_roles import roles_in

_PARTS = re.compile(r"[^a-z0-9]+")
_OF_DEMOS = "e2e test tests doc docs example examples storybook site website playground bench benchmark fixtures demo"
_SIDE: dict[Role, str] = {
    "lint": "ui web frontend shellcheck yaml yamllint markdown md markdownlint actionlint spell spelling spellcheck codespell"
    " typos hadolint docker dockerfile doc docs links commit commits commitlint license licenses licence html css sql proto helm"
    " zizmor readme type types typecheck typing mypy pyright tsc sherif knip syncpack manypkg depcheck publint attw"
    " unused deadcode",
    "build": f"{_OF_DEMOS} schema image images docker container css icons i18n locales messages translations proto book man deb"
    " rpm license licenses",
    "test": "types typecheck tsd lint format update snapshot snapshots watch debug bench smoke clean setup prepare generate docs"
    " report open",
    "start": _OF_DEMOS,
    "dev": f"{_OF_DEMOS} watch",
}
_SIDE_WORDS = {role: frozenset(words.split()) for role, words in _SIDE.items()}
_BINARIES = frozenset(("mage", "grunt", "gulp", "jake", "scons", "waf", "earthly"))
_VAGUE = frozenset(("init", "setup", "sync", "prepare", "bootstrap", "configure"))
_RUNS = re.compile(r"(?<![-\w])(?:dev|start|serve|server|watch|run|up)(?![-\w])")
OF_SIDE, OF_VAGUE = 0.3, 0.5


def doubt(command: Command) -> float:
    """Return what to take off a task's confidence: a watcher runs no application, ``build-schema`` is not the build."""
    if command.origin not in ("runner", "script"):
        return 0.0
    words = _PARTS.split(command.name.rpartition(":")[2].lower())
    parts = {*words, *_PARTS.split(" ".join(command.argv).lower())} if command.origin == "script" else set(words)
    if parts & _SIDE_WORDS.get(command.role, frozenset()):
        return OF_SIDE
    if command.role == "build" and command.name.partition(":")[0] in ("tox", "nox"):
        return OF_SIDE  # an environment that builds is one to test with, unless CI builds there
    vague = command.origin == "runner" and (_installs_itself(command, parts) or _runs_nothing(command))
    return OF_VAGUE if vague else 0.0


def _installs_itself(command: Command, words: set[str]) -> bool:
    """Tell whether an install task doesn't show that it gets dependencies: it may put the program on the system."""
    if command.role != "install":
        return False
    vague = words & _VAGUE or command.name.partition(":")[0] in _BINARIES or ("install" in words and command.text)
    return bool(vague) and "install" not in roles_in(command.text)


def _runs_nothing(command: Command) -> bool:
    """Tell whether a ``dev`` or ``start`` only prepares or tests: ``dev: ## set up a development environment``."""
    if command.role not in ("start", "dev") or _RUNS.search(command.text):
        return False
    return bool(roles_in(command.text) & {"install", "test", "lint", "format"})
