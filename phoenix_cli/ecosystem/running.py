"""Operations that run a repository's own code, and the decision whether they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem import environments, runs, trust
from phoenix_cli.ecosystem.execution import Listener
from phoenix_cli.ecosystem.knowledge import known
from phoenix_cli.ecosystem.repositories import Repository, find
from phoenix_cli.ecosystem.runs import Form, Launch, Run
from phoenix_cli.ecosystem.trust import Level, Trust
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Unavailable, Usage
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.runner import Git


def run_command(
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    git: Git,
    environ: Mapping[str, str],
    user_home: Path,
    repo: str,
    command: str,
    listen: Listener,
    arguments: Sequence[str] = (),
    form: Form = "plain",
    trusting: bool = False,
    sandboxed: bool = False,
    network: bool = False,
    variables: Sequence[str] = (),
    timeout_s: float | None = None,
    stdin: bool = False,
) -> Run:
    """Run one command of an imported repository and record how it went.

    ``command`` is a role (``build``, ``test``), a full command name, or its unique last part. ``trusting`` trusts the
    repository first, ``sandboxed`` runs in the sandbox whatever the level. Raises ``Refused`` for a repository at level
    inspect, ``Unavailable`` when the tool or the sandbox is missing.
    """
    repository = find(state, repo)
    detection = known(repository.path, state=state, git=git, clock=clock)
    chosen = runs.choose_command(detection, command)
    argv = runs.argument_list(chosen, form, arguments)
    level = decide_level(
        repository, detection, f"{_verb(repository, command)}", state=state, events=events, clock=clock,
        trusting=trusting, sandboxed=sandboxed,
    )  # fmt: skip
    dir = "" if chosen["dir"] == "." else chosen["dir"]
    require_tool(argv, repository.path / dir, environments.inside(environ, repository.path, repository.path / dir))
    launch = Launch(
        repository, chosen["name"], chosen["role"], argv, dir, level, network, read_variables(variables, environ),
        environments.wanted(detection, chosen),
    )  # fmt: skip
    run = runs.carry_out(
        launch, state=state, events=events, home=home, clock=clock, environ=environ, user_home=user_home, listen=listen,
        timeout_s=timeout_s, stdin=stdin,
    )  # fmt: skip
    return run if run.status == "passed" else replace(run, advice=_never_passed(state, repository, detection, run))


#: What usually comes before a command of a role; a build only where tests run what a build folder holds.
_BEFORE = {
    "build": ("install",),
    "test": ("install",),
    "start": ("install",),
    "dev": ("install",),
    "lint": ("install",),
}
_BUILT_FIRST = ("cmake:", "meson:", "autotools:")


def _never_passed(state: State, repository: Repository, detection: dict[str, Any], run: Run) -> tuple[str, ...]:
    passed = {name for name, last in runs.proven(state, repository.id).items() if last.status == "passed"}
    built = ("build",) if run.role == "test" and run.command.startswith(_BUILT_FIRST) else ()
    wanted = {before: detection["primary"].get(before) for before in (*_BEFORE.get(run.role, ()), *built)}
    return tuple(before for before, name in wanted.items() if name and name not in passed)


def _verb(repository: Repository, command: str) -> str:
    plain = command in ("build", "test")
    return f"{command} {repository.name}" if plain else f"run {repository.name} {command}"


def decide_level(
    repository: Repository,
    detection: dict[str, Any],
    verb: str,
    *,
    state: State,
    events: Events,
    clock: Clock,
    trusting: bool,
    sandboxed: bool,
) -> Level:
    """Return the level at which something of a repository runs now, or raise ``Refused``."""
    if trusting and sandboxed:
        raise Usage("--trust and --sandbox exclude each other")
    if trusting:
        return trust.give(
            state=state, events=events, clock=clock, repository=repository, detection=detection, level="trusted"
        ).level
    if sandboxed:
        return "sandboxed"
    held = trust.trust_of(state, repository)
    if held.level == "inspect":
        raise trust.refuse(repository, held, verb)
    return held.level


def require_tool(argv: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
    """Raise ``Unavailable`` when the program is not on this machine."""
    missing = runs.missing_tool(argv, cwd, environ)
    if missing:
        raise Unavailable(f"{missing} is not installed here", code="ecosystem.tool_missing", hints=("phoenix doctor",))


def read_variables(words: Sequence[str], environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Read ``NAME=VALUE`` and ``NAME`` (its value here) as variables for a command."""
    found = []
    for word in words:
        name, equals, value = word.partition("=")
        if not name.isidentifier() or (not equals and name not in environ):
            raise Usage(f"--env {word}: no such variable here", hints=("--env NAME=VALUE",))
        found.append((name, value if equals else environ[name]))
    return tuple(found)


def set_trust(*, state: State, events: Events, clock: Clock, git: Git, repo: str, level: Level) -> Trust:
    """Set how much an imported repository may do: inspect, sandboxed or trusted."""
    repository = find(state, repo)
    detection = known(repository.path, state=state, git=git, clock=clock)
    return trust.give(state=state, events=events, clock=clock, repository=repository, detection=detection, level=level)
