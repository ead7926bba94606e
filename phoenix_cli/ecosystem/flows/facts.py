"""What built-in flows are written from: repositories, what is detected in them, and what this machine has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem import environments, runs, trust
from phoenix_cli.ecosystem.checks.sources import Sources
from phoenix_cli.ecosystem.knowledge import known
from phoenix_cli.ecosystem.places import LOW_PLACES
from phoenix_cli.ecosystem.repositories import Repository, all_repositories, find
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git

Command = Mapping[str, Any]


@record
class Repo:
    """One imported repository with its detection."""

    repository: Repository
    detection: Mapping[str, Any]
    level: trust.Level

    @property
    def id(self) -> str:
        """Its id, of letters that no expression, shell or option is made of: what flows name it by."""
        return self.repository.id

    def commands(self) -> Iterator[Command]:
        """Yield the commands that stand for the repository itself: not those of examples, tests, docs or vendored code."""
        for component in self.detection["components"]:
            if component["place"] not in LOW_PLACES:
                yield from component["commands"]

    def named(self, name: str | None) -> Command | None:
        """Return a command by its full name."""
        return next((one for one in self.commands() if one["name"] == name), None)

    def primary(self, role: str) -> Command | None:
        """Return the main command of a role."""
        return self.named(self.detection["primary"].get(role))

    def languages(self) -> list[str]:
        """Return the languages of its components, those of the root first."""
        own = [one for one in self.detection["components"] if one["place"] not in LOW_PLACES]
        return list(dict.fromkeys(one["language"] for one in sorted(own, key=lambda one: one["dir"] != ".")))


@record
class Ground:
    """Where flows are written: the state, and the machine as ``environ`` shows it. ``cores`` bounds what computes."""

    state: State
    home: Home
    git: Git
    clock: Clock
    environ: Mapping[str, str]
    cores: int

    def repo(self, word: str) -> Repo:
        """Return a repository by what a person types. Raises ``NotFound``."""
        return self._repo(find(self.state, word))

    def repos(self) -> list[Repo]:
        """Return every imported repository, by name."""
        return [self._repo(one) for one in all_repositories(self.state)]

    def _repo(self, repository: Repository) -> Repo:
        detection = known(repository.path, state=self.state, git=self.git, clock=self.clock)
        return Repo(repository, detection, trust.trust_of(self.state, repository).level)

    def sources(self, repo: Repo) -> Sources:
        """Return the tracked files of a repository."""
        return Sources(repo.repository.path, self.git)

    def lacks(self, repo: Repo, command: Command) -> str | None:
        """Return the program that a command needs and this machine lacks, None when it is there."""
        root = repo.repository.path
        cwd = root / command["dir"]
        return runs.missing_tool(command["argv"], cwd, environments.inside(self.environ, root, cwd))

    def tool(self, name: str) -> str | None:
        """Return the absolute path of a program of this machine, never one of a repository's own."""
        found = shutil.which(name, path=self.environ.get("PATH", ""))
        return found if found and Path(found).is_absolute() else None
