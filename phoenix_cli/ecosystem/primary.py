"""Choose, for each main role, the one command of the repository that its maintainers would name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from phoenix_cli.ecosystem.facts import PRIMARY_ROLES, Command, Component, Role, Usage

_ORIGIN_SCORE = {"platform": 0.5, "runner": 0.4, "script": 0.35, "framework": 0.2, "default": 0.0}
_LOW = frozenset({"example", "test", "docs", "benchmark", "template", "vendored"})


def choose_primary(components: Sequence[Component], usages: Iterable[Usage]) -> dict[str, str | None]:
    """Return role -> command name, None where the repository has no such command."""
    used = list(usages)
    offered = [
        (component, command) for component in components if component.place not in _LOW for command in component.commands
    ]
    return {role: _best(role, offered, used) for role in PRIMARY_ROLES}


def _best(role: Role, offered: list[tuple[Component, Command]], used: list[Usage]) -> str | None:
    scored = [(_score(component, command, used), command.name) for component, command in offered if command.role == role]
    if not scored:
        return None
    return max(scored, key=lambda pair: pair[0])[1]


def _score(component: Component, command: Command, used: list[Usage]) -> float:
    depth = component.dir.count("/") + bool(component.dir)
    seen = any(usage.argv[: len(command.argv)] == command.argv and usage.dir == command.dir for usage in used)
    return command.confidence + _ORIGIN_SCORE[command.origin] + seen - depth
