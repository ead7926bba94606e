"""How well a command stands for a role: its module's word, where it comes from, what CI runs, which language it is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from phoenix_cli.ecosystem.code_shape import Code, is_code, share_beside
from phoenix_cli.ecosystem.facts import Command, Component, Role
from phoenix_cli.ecosystem.languages import family_of
from phoenix_cli.ecosystem.task_doubts import doubt
from phoenix_cli.ecosystem.usage_evidence import Evidences

_ORIGIN = {"platform": 0.05, "runner": 0.15, "script": 0.1, "ci": 0.0, "framework": 0.05, "default": 0.0}
#: A manager's own install is known to everyone and does nothing else, so a task for it must be seen in use to go first;
#: where the root has managers of several languages, only a task can install for all of them.
_TASK_INSTALLS, _TASK_INSTALLS_ALL = -0.1, 0.15
#: Systems that a repository often has beside its language's own tool, and that fewer people type.
_SECOND = {"bazel": 0.4, "buck": 0.35, "nix": 0.2, "docker": 0.2, "pants": 0.1, "earthly": 0.3, "dagger": 0.3}
#: The least that its own component must be sure of a command; a variant of ``start`` is often a helper's or all examples'.
SURE = 0.44
_SURE_RUN: dict[str, float] = {"runner": 0.68, "script": 0.58}
#: What CI's use adds to a command among its component's others, and to a component among others; an install's part of
#: that; what it adds where CI runs another command of the component.
WITHIN, BETWEEN, OF_INSTALL, TOOL = 0.12, 0.3, 0.2, 0.1
#: What a language that is hardly used takes away. An application's assets are built by their own language's tool; nobody
#: installs what a few helper scripts need.
FOREIGN = 0.5
_FOREIGN_OF: dict[Role, float] = {"build": 0.22, "install": 0.6}


@dataclass(frozen=True, slots=True)
class Candidate:
    """The command that stands for a component in a role, and how well."""

    component: Component
    command: Command
    score: float


class Scoring:
    """The repository's own components, what its maintainers run, and the shape of its code."""

    def __init__(self, components: Sequence[Component], evidences: Evidences, code: Code) -> None:
        self.components = components
        self.evidences = evidences
        self.code = code
        self._used: dict[int, float] = {}

    def candidates(self, role: Role) -> Iterator[Candidate]:
        """Yield each component's best command of a role, where it is sure enough of one."""
        for component in self.components:
            ranked = [(self._within(command), command) for command in component.commands if command.role == role]
            sure, command = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
            if command is not None and sure >= _least(command):
                yield Candidate(component, command, self._between(component, command, sure))

    def use_of(self, component: Component) -> float:
        """Return how well the maintainers' use speaks for the tool itself: 1 when CI runs any of its commands."""
        if id(component) not in self._used:
            self._used[id(component)] = max((self.evidences.direct(each) for each in component.commands), default=0.0)
        return self._used[id(component)]

    def _within(self, command: Command) -> float:
        return command.confidence - doubt(command) + self._seen(command, WITHIN)

    def _between(self, component: Component, command: Command, sure: float) -> float:
        origin = self._of_install(command) if command.role == "install" else _ORIGIN[command.origin]
        score = sure + origin - _SECOND.get(component.system, 0.0)
        score += self._seen(command, BETWEEN) + TOOL * self.use_of(component)
        foreign = _FOREIGN_OF.get(command.role, FOREIGN) * (0.5 if _wraps(command) else 1.0)
        return score - foreign * (1 - share_beside(component, self.components, self.code))

    def _of_install(self, command: Command) -> float:
        if command.origin != "runner":
            return 0.0
        return _TASK_INSTALLS_ALL if len(self._installed()) > 1 else _TASK_INSTALLS

    def _installed(self) -> set[str]:
        """Return the languages whose managers install at the root."""
        managed = (one for one in self.components if not one.dir and is_code(one))
        return {
            family_of(one.language)
            for one in managed
            if any(command.role == "install" and not _wraps(command) for command in one.commands)
        }

    def _seen(self, command: Command, weight: float) -> float:
        plain = command.role == "install" and not _wraps(command)  # CI runs one for every language, which tells little
        return self.evidences.strength(command) * weight * (OF_INSTALL if plain else 1.0)


def _wraps(command: Command) -> bool:
    """Tell whether a command may stand for any language: a task runner's, or a platform file's."""
    return command.origin in ("runner", "platform")


def _least(command: Command) -> float:
    return _SURE_RUN.get(command.origin, SURE) if command.role in ("start", "dev") else SURE
