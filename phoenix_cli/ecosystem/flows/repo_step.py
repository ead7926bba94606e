"""The step kind ``repo``: an operation of an imported repository as a step of a flow.

A step becomes a call of phoenix itself, so that it is ended, logged and adopted like any other command, and so that the
repository's trust is asked at the moment when the step runs, not when the flow was written.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.engine.model import Run
from phoenix_cli.engine.problems import nearest
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.engine.texts import has_expression
from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.records import record

KEYS = ("run", "on", "arguments", "trust", "net", "env")
TRUSTS = ("as-is", "sandbox")
#: Operations that are no commands of the repository: the words of ``phoenix ecosystem``, followed by the repository.
PLAIN = ("sync", "detect")
SHORT = 'repo: "test NAME", or repo: {run: test, on: NAME}'
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")


@record
class RepoStep:
    """What a step asks for. ``run`` is a role, a command's name, ``sync`` or ``detect``; ``trust`` is ``sandbox`` for the
    sandbox whatever the level, ``as-is`` for what the repository has been given. ``env`` are ``NAME`` or ``NAME=VALUE``."""

    run: str
    on: str
    arguments: tuple[str, ...] = ()
    trust: str = "as-is"
    net: bool = False
    env: tuple[str, ...] = ()


def repo_kind(home: Path) -> StepKind:
    """Return the step kind for the repositories of a home."""
    return StepKind("repo", mistake_in, lambda body: command_of(body, home))


def step_kinds(home: Path) -> Mapping[str, StepKind]:
    """Return every kind of step that the ecosystem adds to the engine's own."""
    kind = repo_kind(home)
    return {kind.name: kind}


def mistake_in(body: Any) -> str:
    """Return what is wrong with a body, "" for nothing. Texts with expressions are looked at again when they are filled in."""
    try:
        read(body)
    except Usage as wrong:
        return wrong.message + (f"; {wrong.hints[0]}" if wrong.hints else "")
    return ""


def command_of(body: Any, home: Path) -> Run:
    """Return the command that a body, every text filled in, comes to. Raises ``Usage``."""
    step = read(body)
    phoenix = (sys.executable, "-m", "phoenix_cli", "--home", str(home), "--no-input", "ecosystem")
    if step.run in PLAIN:
        return Run((*phoenix, step.run, "--", step.on))
    flags = ["--sandbox"] * (step.trust == "sandbox") + ["--net"] * step.net
    flags += [word for one in step.env for word in ("--env", one)]
    return Run((*phoenix, "run", *flags, "--", step.on, step.run, *step.arguments))


def read(body: Any) -> RepoStep:
    """Read both forms. Raises ``Usage`` with the first thing that is wrong."""
    step = _short(body) if isinstance(body, str) else _long(body)
    for what, word in (("run", step.run), ("on", step.on)):
        if not word.strip() or "\0" in word:
            raise _wrong(f"repo needs {what}: {'a command' if what == 'run' else 'a repository'}")
        if word.startswith("-"):
            raise _wrong(f"{what} cannot begin with a dash: {word[:60]!r}")
    if step.run in PLAIN and (step.arguments or step.net or step.env or step.trust != "as-is"):
        raise _wrong(f"{step.run} takes nothing but on")
    for one in step.env:
        if not has_expression(one) and not _VARIABLE.fullmatch(one.partition("=")[0]):
            raise _wrong(f"{one[:60]!r} is no variable", "env: [NAME], or [NAME=VALUE]")
    return step


def _short(text: str) -> RepoStep:
    if has_expression(text):
        raise _wrong("a short form has no expressions", "repo: {run: ..., on: ${{ ... }}}")
    try:
        words = shlex.split(text)
    except ValueError:
        raise _wrong("a quote in it is not closed") from None
    if len(words) < 2:
        raise _wrong("repo needs a command and a repository")
    return RepoStep(words[0], words[1], tuple(words[2:]))


def _long(body: Any) -> RepoStep:
    if not isinstance(body, Mapping):
        raise _wrong("repo is a text or a mapping")
    for key in body:
        if key not in KEYS:
            raise _wrong(f"repo has no key {str(key)[:60]}", nearest(str(key), KEYS) or f"keys: {', '.join(KEYS)}")
    return RepoStep(
        run=_text(body.get("run", ""), "run"),
        on=_text(body.get("on", ""), "on"),
        arguments=_texts(body.get("arguments", ()), "arguments"),
        trust=_trust(body.get("trust", "as-is")),
        net=_flag(body.get("net", False)),
        env=_texts(body.get("env", ()), "env"),
    )


def _text(value: Any, what: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or "\0" in str(value):
        raise _wrong(f"{what} is to be text")
    return str(value)


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if isinstance(value, str) and has_expression(value):
        return ()  # an expression may give a list: looked at when it is filled in
    if not isinstance(value, list | tuple):
        raise _wrong(f"{what} is to be a list")
    return tuple(_text(one, f"each of {what}") for one in value)


def _trust(value: Any) -> str:
    if isinstance(value, str) and (value in TRUSTS or has_expression(value)):
        return value
    raise _wrong(f"trust is {' or '.join(TRUSTS)}", "a flow cannot trust a repository: phoenix ecosystem trust NAME")


def _flag(value: Any) -> bool:
    if isinstance(value, bool) or (isinstance(value, str) and (has_expression(value) or value in ("true", "false"))):
        return value in (True, "true")  # --input gives text
    raise _wrong("net is true or false")


def _wrong(message: str, hint: str = SHORT) -> Usage:
    return Usage(message, code="flow.repo", hints=(hint,))
