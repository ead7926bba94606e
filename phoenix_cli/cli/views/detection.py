"""A detection for people: components, primary commands, services, and why."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from phoenix_cli.cli.console import Console, one_line
from phoenix_cli.ecosystem.repositories import by_weight

LOW = frozenset({"example", "test", "docs", "benchmark", "template", "vendored"})


def show_detection(console: Console, found: Mapping[str, Any], all: bool) -> None:
    """Print the components, the primary commands, the services and what is odd."""
    components = found["components"]
    shown = by_weight(_own(components, all), dict(found))
    console.table(
        ("system", "dir", "language", "sure", "because of"),
        [
            (one["system"], one["dir"], one["language"], f"{one['confidence']:.0%}", _because(one["evidence"]))
            for one in shown
        ],
        colours={"system": "cyan"},
    )
    if not components:
        console.note("no build system found")
    _note_more(console, len(components) - len(shown))
    show_primary(console, found)
    show_services(console, found["services"])
    for conflict in found["conflicts"]:
        console.done(f"{conflict['dir'] or '.'}: {conflict['message']}", "warn")
    for problem in found["problems"]:
        console.done(f"{place(problem)}: {problem['message']}", "warn")


def _because(evidence: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(one["file"] for one in evidence))


def place(where: Mapping[str, Any]) -> str:
    """Write ``file:line``, so that an editor can jump there."""
    return f"{where['file']}:{where['line']}" if where["line"] else str(where["file"])


def command_line(command: Mapping[str, Any]) -> str:
    """Write what one would type at the repository's root."""
    line = shlex.join(command["argv"])
    return line if command["dir"] in (".", "") else f"cd {shlex.quote(command['dir'])} && {line}"


def show_primary(console: Console, found: Mapping[str, Any], proven: Mapping[str, str] | None = None) -> None:
    """Print role, command line, name; ``proven`` tells of a command's name how it went here."""
    commands = {command["name"]: command for one in found["components"] for command in one["commands"]}
    rows = [
        (
            role,
            name,
            *((proven.get(name, "–" if console.terminal else ""),) if proven is not None else ()),
            command_line(commands[name]),
        )
        for role, name in found["primary"].items()
        if name in commands
    ]
    if rows:
        if console.terminal:
            console.line()
        header = ("role", "name", *(("proven here",) if proven is not None else ()), "command")
        console.table(header, rows, colours={"name": "cyan"})


def show_services(console: Console, services: Sequence[Mapping[str, Any]]) -> None:
    """Print what one would start and leave running."""
    if not services:
        return
    if console.terminal:
        console.line()
    console.table(
        ("service", "port", "from", "runs"),
        [(one["name"], one["port"] or "", place(one["source"]), _runs(one)) for one in services],
        colours={"service": "cyan"},
        places=("from",),
    )


def _runs(service: Mapping[str, Any]) -> str:
    return shlex.join(service["argv"]) if service["argv"] else str(service["image"] or "")


def show_commands(console: Console, commands: Sequence[Mapping[str, Any]], all: bool) -> None:
    """Print every command with its role, its line and where it is written."""
    shown = _own(commands, all)
    console.table(
        ("name", "role", "from", "command"),
        [(one["name"], one["role"], place(one["source"]), command_line(one)) for one in shown],
        colours={"name": "cyan"},
        places=("from",),
    )
    if not commands:
        console.note("no command found")
    _note_more(console, len(commands) - len(shown))


def show_explanation(console: Console, found: Mapping[str, Any], all: bool) -> None:
    """Print evidence, rejected alternatives and the choice of primary commands."""
    shown = _own(found["components"], all)
    for one in shown:
        head = f"{one_line(one['dir'])}  {one['confidence']:.0%} sure, {one['place']}"
        console.line(f"{console.paint(one_line(one['system']), 'cyan')} in {head}")
        for evidence in one["evidence"]:
            console.line(
                f"  {console.sign('done')} {one_line(place(evidence))}  {console.paint(evidence['rule'], 'dim')}"
            )
        for rejected in one["rejected"]:
            where = f"  {place(rejected['source'])}" if rejected["source"] else ""
            console.line(
                f"  {console.sign('none')} not {one_line(rejected['system'])}: {one_line(rejected['reason'] + where)}"
            )
        for command in one["commands"]:
            role = command["role"] + (f", the primary {command['primary']}" if command["primary"] else "")
            source = console.paint(one_line(place(command["source"])), "dim")
            console.line(f"    {one_line(command['name'])}  {role}  {source}")
    for conflict in found["conflicts"]:
        console.line(f"{console.sign('warn')} {one_line(conflict['dir'] or '.')}: {one_line(conflict['message'])}")
        for source in conflict["sources"]:
            console.line(f"    {one_line(place(source))}")
    _note_more(console, len(found["components"]) - len(shown))


def _own(things: Sequence[Mapping[str, Any]], all: bool) -> list[dict[str, Any]]:
    """Leave out what stands in examples and the like, unless there is nothing else."""
    own = [dict(one) for one in things if all or one["place"] not in LOW]
    return own or [dict(one) for one in things]


def _note_more(console: Console, count: int) -> None:
    if count:
        console.note(f"{count} more in examples, tests, docs and the like: --all")
