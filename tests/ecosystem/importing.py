"""A home of its own, and imports into it, for the tests of import, sync and remove."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phoenix_cli.app import App, build
from phoenix_cli.ecosystem.importing import import_repositories
from phoenix_cli.ecosystem.imports.model import Imported, ImportResult, Progress
from phoenix_cli.ecosystem.removing import Removed, remove_repository
from phoenix_cli.ecosystem.repositories import all_repositories
from phoenix_cli.ecosystem.syncing import SyncResult, sync_repositories
from phoenix_cli.kernel.errors import PhoenixError
from phoenix_cli.kernel.settings import Settings


@dataclass
class World:
    """One home, as one process sees it."""

    root: Path
    forge_url: str = "https://forge.invalid"
    told: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app: App = build(self.root / "home", {"PATH": os.environ["PATH"], "USER": "tester"})
        self.app.settings = Settings(github_url=self.forge_url)

    def bring(self, *sources: object, **options: Any) -> ImportResult:
        app = self.app
        return import_repositories(
            state=app.state, events=app.events, home=app.home, git=app.git, clock=app.clock, settings=app.settings,
            user_home=self.root, sources=[str(one) for one in sources], cwd=self.root, report=self.told.append, **options,
        )  # fmt: skip

    def one(self, source: object, **options: Any) -> Imported:
        result = self.bring(source, **options)
        assert not result.failed, result.failed
        return result.items[0]

    def failure(self, source: object, **options: Any) -> PhoenixError:
        result = self.bring(source, **options)
        assert not result.items
        return result.failed[0].error

    def sync(self, *repos: str, **options: Any) -> SyncResult:
        app = self.app
        return sync_repositories(
            state=app.state, events=app.events, home=app.home, git=app.git, clock=app.clock, repos=repos, **options
        )

    def remove(self, repo: str, **options: Any) -> Removed:
        app = self.app
        return remove_repository(
            state=app.state, events=app.events, home=app.home, git=app.git, clock=app.clock, repo=repo, **options
        )

    def names(self) -> list[str]:
        return [one.name for one in all_repositories(self.app.state)]

    def folders(self) -> list[str]:
        """Every checkout below ``repos/``, listed or not, and everything that was left aside."""
        repos = self.app.home.repos
        found = [path.parent for path in repos.rglob(".git")] + list((repos / ".aside").glob("*"))
        return sorted(str(path.relative_to(repos)) for path in found)

    def events(self, operation: str = "ecosystem.") -> list[tuple[str, str]]:
        return [(one.operation, one.outcome) for one in self.app.events.list(operation=operation)]

    def close(self) -> None:
        self.app.state.close()
