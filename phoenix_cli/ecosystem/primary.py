"""Choose, for each main role, the one command of the repository that its maintainers would name.

Within a component its module knows best: the surest command of a role stands for it, and what CI runs decides between equals.
Between components at one place the runner that wraps a tool goes before the tool, what CI runs before what it does not, and the
repository's main language before its others. Folders below the root answer only where the root has no answer to give. A wrong
answer is worse than none, so a guess that nothing confirms is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from phoenix_cli.ecosystem.facts import PRIMARY_ROLES, Command, Component, Role
from phoenix_cli.ecosystem.languages import family_of, share_of
from phoenix_cli.ecosystem.places import LOW_PLACES
from phoenix_cli.ecosystem.task_doubts import doubt
from phoenix_cli.ecosystem.usage_evidence import Evidences

_ORIGIN_SCORE = {"platform": 0.05, "runner": 0.15, "script": 0.1, "ci": 0.0, "framework": 0.05, "default": 0.0}
#: What surrounds the code rather than being it; never what makes a folder the main one.
_AROUND = frozenset(
    ("github-actions", "gitlab-ci", "circleci", "travis", "azure-pipelines", "appveyor", "cirrus", "jenkins", "buildkite",
     "drone", "woodpecker", "bitbucket-pipelines", "semaphore", "builds.sr.ht", "cloudbuild", "pre-commit", "docker", "compose",
     "devcontainer", "procfile", "mkdocs", "sphinx", "mdbook", "hugo", "jekyll", "nix", "devbox", "devenv", "mise", "helm",
     "kustomize", "terraform", "opentofu", "terragrunt", "pulumi", "packer", "ansible", "skaffold", "tilt", "okteto", "garden",
     "devspace", "vagrant")
)  # fmt: skip
_OF_C = frozenset(("make", "cmake", "autotools", "meson"))  # told by no language of their own
#: Systems that a repository often has beside its language's own tool, and that fewer people type.
_SECOND = {"bazel": 0.2, "buck": 0.35, "nix": 0.2, "docker": 0.2, "pants": 0.1, "earthly": 0.3, "dagger": 0.3}
#: So many projects with code, or of any kind, may lie side by side; more are a collection that has no main one.
FEW, MANY = 3, 8
#: The least score of an answer, and the least that its own component must be sure of it.
FLOOR, SURE = 0.55, 0.44
_SURE_RUN: dict[str, float] = {"runner": 0.68, "script": 0.58}
FLOORS: dict[Role, float] = {"dev": 0.75}
#: What CI's use adds to a command among its component's others, and to a component among others; an install's part of
#: that; what it adds where CI runs another command of the component; what a language that is hardly used takes away.
WITHIN, BETWEEN, OF_INSTALL, TOOL, FOREIGN = 0.12, 0.3, 0.2, 0.1, 0.5
COMPANION, MUCH = 0.5, 0.35
#: An application's assets are built by their own language's tool; nobody installs what a few helper scripts need.
_FOREIGN_OF: dict[Role, float] = {"build": 0.22, "install": 0.6}
#: Servers that reload what has changed and that their users also simply start.
_SERVES = re.compile(
    r"\brunserver\b|\brails s(?:erver)?\b|\bphx\.server\b|\b(?:jekyll|mdbook|mkdocs|hugo) s(?:erver?)?\b|\bsphinx-autobuild\b"
    r"|\bhtmllive\b|\bspring-boot:run\b|\bbootRun\b|\bartisan serve\b|\bsymfony (?:server:start|serve)\b|\bquarkus:dev\b"
    r"|\bbin/dev\b"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The command that stands for a component in a role, and how well."""

    component: Component
    command: Command
    score: float


def choose_primary(
    components: Sequence[Component], evidences: Evidences, shares: Mapping[str, float] | None = None, title: str = ""
) -> dict[str, str | None]:
    """Return role -> command name, None where the repository has no such command; ``title`` is the repository's name."""
    own = [component for component in components if component.place not in LOW_PLACES]
    chooser = _Chooser(own, evidences, shares or {}, title)
    chosen: dict[str, str | None] = {role: chooser.choose(role) for role in PRIMARY_ROLES}
    return _shared(chosen, {command.name: command for component in own for command in component.commands})


def _shared(chosen: dict[str, str | None], commands: Mapping[str, Command]) -> dict[str, str | None]:
    """Let a development server that is all there is to start answer for both roles."""
    answer = dict(chosen)
    for role, other in (("dev", "start"), ("start", "dev")):
        name = answer[other]
        if answer[role] is None and name is not None and _both(commands[name]):
            answer[role] = name
    return answer


def _both(command: Command) -> bool:
    return _SERVES.search(f"{' '.join(command.argv)}\n{command.text}") is not None


class _Chooser:
    """The repository's own components, what its maintainers run, and how much of it is which language."""

    def __init__(
        self, components: Sequence[Component], evidences: Evidences, shares: Mapping[str, float], title: str
    ) -> None:
        self.components = components
        self.evidences = evidences
        self.shares = shares
        self.titles = {title.lower(), *(one.name.lower() for one in components if not one.dir)} - {""}
        self.has_root = any(not one.dir and is_code(one) for one in components)
        self._used: dict[int, float] = {}

    def choose(self, role: Role) -> str | None:
        """Return the name of a role's best command, None when none is good enough."""
        found = list(self._candidates(role))
        best = _best([one for one in found if not one.component.dir], FLOORS.get(role, FLOOR))
        if best is None:
            best = self._below(role, [one for one in found if one.component.dir])
        return best.command.name if best is not None else None

    def _below(self, role: Role, found: list[Candidate]) -> Candidate | None:
        """Look further in: for the main folder where the root has no code of its own, else for the only one of its kind."""
        if not self.has_root:
            return _best([one for one in found if one.component.dir == self._main_dir()], FLOORS.get(role, FLOOR))
        named = [
            one
            for one in found
            if role == "start" and one.component.name.lower() in self.titles and one.component.system != "cargo"
        ]
        if named:
            return _best(named, FLOOR)
        sure = [one for one in found if one.command.confidence >= 0.9 and is_code(one.component)]
        if role in ("install", "lint") or len({one.command.dir for one in sure}) != 1:
            return None
        best = max(sure, key=lambda one: one.score)
        return best if self.evidences.strength(best.command) > 0 else None

    def _main_dir(self) -> str | None:
        """Return the folder that bears the repository's name, else the weightiest of a few; a collection has none."""
        code = [one for one in self.components if one.dir and is_code(one)]
        many = _side_by_side(code) > FEW or _side_by_side(self.components) > MANY
        named = [one for one in code if one.dir.rpartition("/")[2].lower() in self.titles]
        named = named or [one for one in code if one.name.lower() in self.titles and not many]
        if many and not named:
            return None
        return max(named or code, key=self._weight).dir if code else None

    def _weight(self, component: Component) -> float:
        share = share_of(component.language, self.shares) or 0.0
        return component.confidence + share + 0.3 * self._use_of(component) - 0.5 * component.dir.count("/")

    def _candidates(self, role: Role) -> Iterator[Candidate]:
        for component in self.components:
            ranked = [(self._within(command), command) for command in component.commands if command.role == role]
            sure, command = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
            if command is not None and sure >= _least(command):
                yield Candidate(component, command, self._between(component, command, sure))

    def _use_of(self, component: Component) -> float:
        """Return how well the maintainers' use speaks for the tool itself: 1 when CI runs any of its commands."""
        if id(component) not in self._used:
            self._used[id(component)] = max((self.evidences.direct(each) for each in component.commands), default=0.0)
        return self._used[id(component)]

    def _within(self, command: Command) -> float:
        return command.confidence - doubt(command) + self._seen(command, WITHIN)

    def _seen(self, command: Command, weight: float) -> float:
        plain = command.role == "install" and not _wraps(command)  # CI runs one for every language, which tells little
        return self.evidences.strength(command) * weight * (OF_INSTALL if plain else 1.0)

    def _between(self, component: Component, command: Command, sure: float) -> float:
        score = sure + _ORIGIN_SCORE[command.origin] - _SECOND.get(component.system, 0.0)
        score += self._seen(command, BETWEEN) + TOOL * self._use_of(component)
        foreign = _FOREIGN_OF.get(command.role, FOREIGN) * (0.5 if _wraps(command) else 1.0)
        return score - foreign * (1 - self._share(component))

    def _share(self, component: Component) -> float:
        """Return how much of the code beside a component is in its language: 1 for the most used one, or for none at all."""
        if share_of(component.language, self.shares) is None:
            return 1.0
        beside = self._languages_in(component.dir)
        most = max(beside.values(), default=0.0)
        return beside.get(family_of(component.language), 0.0) / most if most else 1.0

    def _languages_in(self, dir: str) -> dict[str, float]:
        """Return the shares of the languages that have a component in a folder."""
        here = [one for one in self.components if one.dir == dir and is_code(one)]
        shares = {family_of(one.language): share_of(one.language, self.shares) or 0.0 for one in here}
        if any(one.system in _OF_C for one in here):
            shares["c"] = self.shares.get("c", 0.0)
        web = shares.get("javascript", 0.0)
        if (
            web
            and max((share for language, share in shares.items() if language != "javascript"), default=0.0) > MUCH * web
        ):
            shares["javascript"] *= COMPANION  # the assets of an application in another language count many small files
        return shares


def _wraps(command: Command) -> bool:
    """Tell whether a command may stand for any language: a task runner's, or a platform file's."""
    return command.origin in ("runner", "platform")


def _side_by_side(components: Sequence[Component]) -> int:
    """Count the folders of components that are in no other one's folder."""
    dirs = {one.dir for one in components if one.dir}
    return sum(1 for dir in dirs if not any(dir.startswith(f"{other}/") for other in dirs))


def _least(command: Command) -> float:
    """Return how sure a component must be: a runner's variant of ``start`` is often a helper's or all examples'."""
    return _SURE_RUN.get(command.origin, SURE) if command.role in ("start", "dev") else SURE


def is_code(component: Component) -> bool:
    """Tell whether a component is code itself rather than what surrounds code."""
    return component.system not in _AROUND


def _best(found: Sequence[Candidate], floor: float) -> Candidate | None:
    best = max(found, key=lambda one: one.score, default=None)
    return best if best is not None and best.score >= floor else None
