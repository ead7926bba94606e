"""Run a repository's commands, keep what they said, and know which are proven here."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from phoenix_cli.ecosystem import environments
from phoenix_cli.ecosystem.execution import Listener, Outcome, execute
from phoenix_cli.ecosystem.repositories import Repository
from phoenix_cli.ecosystem.trust import Level
from phoenix_cli.kernel import processes, sandbox
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

Form = Literal["plain", "locked", "offline"]
Status = Literal["running", "passed", "failed", "interrupted"]

#: Names of variables that a repository's commands do not get, unless one is asked for by name.
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|_PAT$|^GITHUB_PAT|SESSION_KEY", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``exit_code`` is None while it runs, after a timeout or an interruption; ``reason`` then says why.

    ``advice`` names roles that usually come before this one and never passed here; told only of a run that failed.
    """

    id: str
    repo_id: str
    command: str
    role: str
    argv: tuple[str, ...]
    dir: str
    level: Level
    commit: str | None
    status: Status
    exit_code: int | None
    reason: str
    started_at: str
    ended_at: str | None
    duration_s: float | None
    log: Path
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything that decides how a command is run. ``argv`` is the command's own, not yet wrapped.

    ``makes_environment``: it installs with pip, so a ``.venv`` is made for it where there is none.
    """

    repository: Repository
    command: str
    role: str
    argv: tuple[str, ...]
    dir: str
    level: Level
    network: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    makes_environment: bool = False


def choose_command(detection: Mapping[str, Any], word: str) -> dict[str, Any]:
    """Return the one command that a word means: a role (``test``), a full name (``make:test``), or its unique last part.

    Raises ``NotFound`` with near names, ``Usage`` when several fit.
    """
    commands = [command for component in detection["components"] for command in component["commands"]]
    wanted = detection["primary"].get(word) or word
    exact = [command for command in commands if command["name"] == wanted]
    found = exact or [command for command in commands if command["name"].rpartition(":")[2] == word]
    if len({command["name"] for command in found}) > 1:
        names = ", ".join(command["name"] for command in found[:6]) + (" ..." if len(found) > 6 else "")
        raise Usage(f"{word!r} fits several commands", code="ecosystem.command_ambiguous", cause=names)
    if not found:
        known = [command["name"] for command in commands]
        near = did_you_mean(word, dict.fromkeys([*known, *(name.rpartition(":")[2] for name in known)]))
        raise NotFound(
            f"no command {word!r} in this repository", code="ecosystem.command_not_found",
            hints=(*near, "phoenix ecosystem commands"),
        )  # fmt: skip
    return dict(found[0])


def argument_list(command: Mapping[str, Any], form: Form, arguments: Sequence[str]) -> tuple[str, ...]:
    """Return what is run: the asked form of a command with the user's arguments put where its runner takes them."""
    argv = command["argv"] if form == "plain" else command[form]
    if argv is None:
        raise Usage(f"{command['name']} has no {form} form", code="ecosystem.no_form", hints=(f"leave out --{form}",))
    if not arguments:
        return tuple(argv)
    if tuple(argv[:2]) == ("sh", "-c"):
        return ("sh", "-c", f'{argv[2]} "$@"', "sh", *arguments)
    takes_dashes = argv[0] in ("npm", "lerna") and len(argv) > 1 and argv[1] in ("run", "test", "start", "run-script")
    return (*argv, *(["--"] if takes_dashes and "--" not in argv else []), *arguments)


def carry_out(
    launch: Launch,
    *,
    state: State,
    events: Events,
    home: Home,
    clock: Clock,
    environ: Mapping[str, str],
    user_home: Path,
    listen: Listener,
    readable: tuple[Path, ...] = (),
    timeout_s: float | None = None,
    stdin: bool = False,
) -> Run:
    """Run to the end and record it; a run that is cut short by ^C or a signal is recorded as interrupted."""
    run = _begin(launch, state, home, clock)
    argv, environment, limits = prepare(launch, run.id, home, environ, user_home, readable)
    try:
        outcome = execute(
            argv, cwd=launch.repository.path / launch.dir, environment=environment, log=run.log, clock=clock,
            listen=listen, limits=limits, timeout_s=timeout_s, stdin=stdin,
        )  # fmt: skip
    except BaseException:
        _finish(replace(run, status="interrupted", reason="phoenix was stopped"), state, events, clock)
        raise
    if outcome.exit_code is None:
        _end_tagged(run.id, clock)  # the keeper did, unless somebody killed the keeper
    return _finish(_judge(run, outcome, timeout_s), state, events, clock)


def _end_tagged(tag: str, clock: Clock) -> None:
    processes.end(lambda: processes.tagged(tag), clock, grace_s=1.0)


def prepare(
    launch: Launch, tag: str, home: Home, environ: Mapping[str, str], user_home: Path, readable: tuple[Path, ...]
) -> tuple[list[str], dict[str, str], str]:
    """Return the argument list, environment and limits that a launch comes to at its level."""
    root, cwd = launch.repository.path, launch.repository.path / launch.dir
    mark = {processes.TREE_VARIABLE: tag, **dict(launch.variables)}
    trusted = launch.level == "trusted"
    given = {name: value for name, value in environ.items() if not _SECRET.search(name)}
    given = environments.inside(given if trusted else sandbox.environment(environ, user_home), root, cwd)
    argv = launch.argv
    if launch.makes_environment:
        argv, given = environments.making(argv, given, cwd)
    if trusted:
        return list(argv), {**given, **mark}, "CORE=0"
    private = home.cache / "homes" / launch.repository.id
    private.mkdir(parents=True, exist_ok=True)
    box = sandbox.Box(
        writable=root, home=private, user_home=user_home, network=launch.network, readable=readable, hidden=(home.root,)
    )
    given = {**given, **mark}
    return sandbox.wrap(box, argv, cwd, given), sandbox.variables(box, given), sandbox.limits()


def _begin(launch: Launch, state: State, home: Home, clock: Clock) -> Run:
    now = clock.now()
    run_id = new_id("run", now)
    me = processes.identify(os.getpid())
    run = Run(
        id=run_id, repo_id=launch.repository.id, command=launch.command, role=launch.role, argv=launch.argv,
        dir=launch.dir, level=launch.level, commit=launch.repository.commit, status="running", exit_code=None, reason="",
        started_at=iso(now), ended_at=None, duration_s=None, log=home.logs / "runs" / f"{run_id}.log",
    )  # fmt: skip
    with state.write() as connection:
        connection.execute(
            "INSERT INTO runs (id, repo_id, command, role, argv, dir, level, commit_id, status, started_at, log, pid,"
            " started, boot_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)",
            (run.id, run.repo_id, run.command, run.role, json.dumps(run.argv), run.dir, run.level, run.commit,
             run.started_at, str(run.log), me.pid if me else 0, me.started if me else "", processes.boot_id()),
        )  # fmt: skip
    return run


def _judge(run: Run, outcome: Outcome, timeout_s: float | None) -> Run:
    duration = round(outcome.duration_s, 3)
    if outcome.exit_code is None:
        in_time = timeout_s is None or outcome.duration_s < timeout_s
        reason = "the process that watched it was killed" if in_time else f"ended after {timeout_s:g} s, its time limit"
        return replace(run, status="failed", reason=reason, duration_s=duration)
    status: Status = "passed" if outcome.exit_code == 0 else "failed"
    reason = "" if status == "passed" else processes.describe_exit(outcome.exit_code)
    return replace(run, status=status, exit_code=outcome.exit_code, reason=reason, duration_s=duration)


def _finish(run: Run, state: State, events: Events, clock: Clock) -> Run:
    run = replace(run, ended_at=iso(clock.now()))
    with state.write() as connection:
        connection.execute(
            "UPDATE runs SET status = ?, exit_code = ?, reason = ?, ended_at = ?, duration_s = ? WHERE id = ?",
            (run.status, run.exit_code, run.reason, run.ended_at, run.duration_s, run.id),
        )
        events.append(
            connection, "ecosystem.run", run.repo_id, outcome="ok" if run.status == "passed" else f"run.{run.status}",
            arguments={"run": run.id, "command": run.command, "argv": list(run.argv), "level": run.level},
            after={"exit_code": run.exit_code, "duration_s": run.duration_s, "reason": run.reason},
        )  # fmt: skip
    return run


def runs_of(state: State, events: Events, clock: Clock, repo_id: str = "", limit: int = 50) -> list[Run]:
    """Return the newest runs, newest first, after those whose phoenix died have been told from those that go on."""
    if not state.exists():
        return []
    _reconcile(state, events, clock)
    rows = state.read(
        "SELECT * FROM runs WHERE ? IN ('', repo_id) ORDER BY started_at DESC, id DESC LIMIT ?", (repo_id, limit)
    )
    return [_run(row) for row in rows]


def proven(state: State, repo_id: str) -> dict[str, Run]:
    """Return, for each command that ever ran to its end here, its newest such run."""
    rows = state.read(
        "SELECT *, max(started_at) FROM runs WHERE repo_id = ? AND status IN ('passed', 'failed') GROUP BY command",
        (repo_id,),
    )
    return {row["command"]: _run(row) for row in rows}


def _reconcile(state: State, events: Events, clock: Clock) -> None:
    for row in state.read("SELECT * FROM runs WHERE status = 'running'"):
        owner = processes.Identity(row["pid"], row["started"], row["boot_id"])
        if processes.alive(owner):
            continue
        _end_tagged(row["id"], clock)
        run = replace(_run(row), status="interrupted", reason="phoenix or the machine went away")
        _finish(run, state, events, clock)


def _run(row: sqlite3.Row) -> Run:
    return Run(
        id=row["id"], repo_id=row["repo_id"], command=row["command"], role=row["role"],
        argv=tuple(json.loads(row["argv"])), dir=row["dir"], level=row["level"], commit=row["commit_id"],
        status=row["status"], exit_code=row["exit_code"], reason=row["reason"], started_at=row["started_at"],
        ended_at=row["ended_at"], duration_s=row["duration_s"], log=Path(row["log"]),
    )  # fmt: skip


def missing_tool(argv: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str | None:
    """Return the program that a command needs and this machine lacks, None when it is there."""
    name = argv[0]
    if "/" in name:
        return None if (cwd / name).exists() else name
    return None if shutil.which(name, path=environ.get("PATH")) else name
