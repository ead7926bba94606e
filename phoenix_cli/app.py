"""The composition root: the real objects, built once and handed down. No logic."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_cli.kernel.clock import Clock, SystemClock
from phoenix_cli.kernel.paths import Home, default_home
from phoenix_cli.kernel.settings import Settings

if TYPE_CHECKING:
    from phoenix_cli.ecosystem.flows.facts import Ground
    from phoenix_cli.engine.cache.step_results import StepResults
    from phoenix_cli.engine.cache.store import Store
    from phoenix_cli.engine.running.driving import Means
    from phoenix_cli.engine.running.sources import Builtins
    from phoenix_cli.engine.step_reading import StepKind
    from phoenix_cli.kernel.events import Events
    from phoenix_cli.kernel.state import State
    from phoenix_cli.vcs.runner import Git


@dataclass
class App:
    """Everything that an operation may ask for, by the names in ``operations.Operation.needs``."""

    home: Home
    settings: Settings
    environ: Mapping[str, str]
    clock: Clock
    actor: str
    user_home: Path

    @cached_property
    def state(self) -> State:
        """The database."""
        from phoenix_cli.kernel.state import State

        return State(self.home.database)

    @cached_property
    def events(self) -> Events:
        """The event log."""
        from phoenix_cli.kernel.events import Events

        return Events(self.state, self.clock, self.actor)

    @cached_property
    def git(self) -> Git:
        """The hardened git runner."""
        from phoenix_cli.vcs.runner import Git

        return Git(environ=self.environ)

    @cached_property
    def cache(self) -> Store:
        """The cache of results; whoever reads much from it closes it."""
        from phoenix_cli.engine.cache.store import Store

        return Store(self.home.cache, self.clock)

    @cached_property
    def kinds(self) -> Mapping[str, StepKind]:
        """The kinds of steps that layers above the engine carry out."""
        from phoenix_cli.ecosystem.flows.repo_step import step_kinds

        return step_kinds(self.home.root)

    @cached_property
    def builtins(self) -> Builtins:
        """The flows that are written from facts."""
        from phoenix_cli.ecosystem.flows.builtins import builtin_flows

        return builtin_flows(lambda: self.ground)

    @cached_property
    def ground(self) -> Ground:
        """What built-in flows are written from."""
        from phoenix_cli.ecosystem.flows.facts import Ground

        return Ground(self.state, self.home, self.git, self.clock, self.environ, os.cpu_count() or 1)

    @cached_property
    def means(self) -> Means:
        """What runs of flows work with."""
        from phoenix_cli.engine.running.means import means_of

        return means_of(
            state=self.state,
            events=self.events,
            home=self.home,
            clock=self.clock,
            environ=self.environ,
            kinds=self.kinds,
            results=self._results,
        )

    def _results(self) -> StepResults:
        from phoenix_cli.engine.cache.step_results import StepResults

        return StepResults(self.cache, self.clock)


def build(home: Path | None = None, environ: Mapping[str, str] | None = None) -> App:
    """Build the application for a home folder (default: from the environment)."""
    environ = dict(os.environ if environ is None else environ)
    root = home.expanduser().absolute() if home else default_home(environ, Path.home())
    actor = environ.get("USER") or environ.get("LOGNAME") or _login()
    return App(Home(root), Settings.from_environment(environ), environ, SystemClock(), actor, Path.home())


def _login() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
