"""``build-and-test-everything``: all imported repositories, those that others need first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from phoenix_cli.ecosystem.checks.manifests import manifests
from phoenix_cli.ecosystem.flows.facts import Ground, Repo
from phoenix_cli.ecosystem.flows.order import needs_of
from phoenix_cli.ecosystem.flows.review import command_options, tree_of
from phoenix_cli.ecosystem.flows.writing import COMMAND_TIMEOUT, Draft, literal
from phoenix_cli.engine.running.sources import Source
from phoenix_cli.kernel.errors import NotFound

ROLES = ("install", "build", "test")


def write(ground: Ground, asked: Mapping[str, str]) -> Source:
    """Write the flow for all repositories, or for those that are asked for. Raises ``NotFound`` and ``Usage``."""
    options = command_options(asked)
    repos = _chosen(ground, asked.get("only", ""))
    names = _unique([one.repository.name for one in repos])
    shown = dict(zip(names, repos, strict=True))
    needs = needs_of({name: manifests(ground.sources(one).files) for name, one in shown.items()})
    told = [f"{later} and {earlier} need each other: {later} comes first" for later, earlier in needs.broken]
    draft = Draft(
        "build-and-test-everything",
        ground.home,
        ground.home.root,
        "\n".join(["All repositories, in the order of their needs.", *told]),
    )
    draft.resources["cpu"] = {"capacity": max(1, ground.cores), "scope": "run"}
    planned = {name: _planned(ground, one) for name, one in shown.items()}
    for name, one in shown.items():
        earlier = [last for other in needs.before[name] if (last := _built(other, planned[other]))]
        _add(draft, ground, one, name, planned[name], earlier, options)
    return draft.source()


def _chosen(ground: Ground, only: str) -> list[Repo]:
    words = [word.strip() for word in only.split(",") if word.strip()]
    repos = list({one.id: one for one in map(ground.repo, words)}.values()) if words else ground.repos()
    if not repos:
        hint = "phoenix ecosystem import owner/name"
        raise NotFound("no repository is imported here", code="ecosystem.no_repositories", hints=(hint,))
    return repos


def _unique(names: Sequence[str]) -> list[str]:
    """Return names that steps can have: letters, digits, - and _, each once."""
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:60].strip("-") or "repository"
        plain = plain if plain[0].isalpha() or plain[0] == "_" else f"r-{plain}"
        number, free = 2, plain
        while free in found:
            free, number = f"{plain}-{number}", number + 1
        found.append(free)
    return found


def _planned(ground: Ground, repo: Repo) -> dict[str, str]:
    """Return role -> the main command's name, or "" where its program is not on this machine; once for each command."""
    found: dict[str, str] = {}
    for role in ROLES:
        command = repo.primary(role)
        if command is not None and command["name"] not in found.values():
            found[role] = "" if ground.lacks(repo, command) else str(command["name"])
    return found


def _built(name: str, planned: Mapping[str, str]) -> str:
    """Return the step after which others can use a repository: its build, else its install, else nothing that is known."""
    return next((f"{name}-{role}" for role in ("build", "install", "test") if role in planned), "")


def _add(
    draft: Draft,
    ground: Ground,
    repo: Repo,
    name: str,
    planned: Mapping[str, str],
    earlier: list[str],
    options: Mapping[str, Any],
) -> None:
    if not planned:
        draft.skip(
            f"{name}-build",
            name,
            f"a command that builds or tests {name}",
            "nothing here tells how it is built or tested",
        )
        return
    draft.resources[tree_of(repo)] = 1
    needs = earlier
    for role, command in planned.items():
        step = f"{name}-{role}"
        if command:
            body = {"run": literal(command), "on": repo.id, **options}
            wants = {"cpu": 1, tree_of(repo): "shared"}
            draft.add(step, name, repo=body, needs=needs, resources=wants, timeout=COMMAND_TIMEOUT)
        else:
            lacking = ground.lacks(repo, repo.primary(role) or {})
            draft.skip(step, name, f"a program that can {role} {name}", f"{lacking} is not installed here")
            draft.steps[step]["needs"] = needs
        needs = [step]
