"""Process managers' files (row 72): process-compose, mprocs, supervisor, pm2, systemd.

The first two are made for development, so they are components. The others say how something runs on a server, which is a
hint about how it runs here; a unit file names paths of an installed system, so it only counts as a usage.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.yaml_lines import lines_of
from phoenix_cli.ecosystem.commands import command_name, shell
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Service, Usage
from phoenix_cli.ecosystem.files import Folder, line_of
from phoenix_cli.ecosystem.ports import port_in_line, port_number

PROCESS_COMPOSE = ("process-compose.yaml", "process-compose.yml")
PM2 = (
    "ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "ecosystem.config.json", "pm2.json", "pm2.config.js",
)  # fmt: skip
HINT = 0.5  # how something runs on a server is a hint about how it runs here


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield what each process file of a folder tells."""
    for name in sorted(folder.names):
        if name in PROCESS_COMPOSE:
            yield from _process_compose(folder, name)
        elif name in ("mprocs.yaml", "mprocs.yml"):
            yield from _mprocs(folder, name)
        elif name in PM2:
            yield from _pm2(folder, name)
        elif name in ("supervisord.conf", "supervisor.conf"):
            yield from _supervisor(folder, name)
        elif name.endswith(".service"):
            yield from _unit(folder, name)


def _runner(folder: Folder, name: str, system: str, argv: tuple[str, ...]) -> Component:
    evidence = folder.evidence(name, f"{system}.file", line=1)
    up = Command(
        command_name(system, "up", folder.path), "dev", argv, folder.path, evidence, origin="platform", confidence=0.75,
    )  # fmt: skip
    return Component(folder.path, system, "yaml", 0.95, (evidence,), commands=(up,))


def _entries(document: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    table = document.get(key)
    for name, value in table.items() if isinstance(table, dict) else ():
        if isinstance(value, dict):
            yield str(name), value


def _process_compose(folder: Folder, name: str) -> Iterator[Fact]:
    yield _runner(folder, name, "process-compose", ("process-compose", "up"))
    lines = lines_of(folder.text(name))
    for process, value in _entries(folder.yaml(name), "processes"):
        command = str(value.get("command") or "")
        if command and value.get("disabled") is not True:
            source = Evidence(folder.join(name), lines.get(("processes", process)), "process-compose.process")
            port = port_in_line(command) or _probe_port(value)
            yield Service(
                process, source, _dir(folder, value.get("working_dir")), shell(command), port=port, confidence=0.9
            )


def _probe_port(value: dict[str, Any]) -> int | None:
    probe = value.get("readiness_probe") or value.get("liveness_probe")
    get = probe.get("http_get") if isinstance(probe, dict) else None
    return port_number(get.get("port")) if isinstance(get, dict) else None


def _mprocs(folder: Folder, name: str) -> Iterator[Fact]:
    yield _runner(folder, name, "mprocs", ("mprocs",))
    lines = lines_of(folder.text(name))
    for process, value in _entries(folder.yaml(name), "procs"):
        command = value.get("cmd")
        argv = tuple(map(str, command)) if isinstance(command, list) else shell(str(value.get("shell") or ""))
        if argv and value.get("autostart") is not False:
            source = Evidence(folder.join(name), lines.get(("procs", process)), "mprocs.process")
            yield Service(
                process, source, _dir(folder, value.get("cwd")), argv, port=port_in_line(" ".join(argv)), confidence=0.9,
            )  # fmt: skip


def _dir(folder: Folder, relative: Any) -> str:
    if not isinstance(relative, str) or relative.startswith(("/", "$", "<", "~")):
        return folder.path
    found = folder.at(relative)
    return found.path if found.exists else folder.path


def _pm2(folder: Folder, name: str) -> Iterator[Fact]:
    """Read the applications; a JavaScript file is read as text, its plain literals only."""
    if name.endswith(".json"):
        apps = folder.json(name).get("apps")
        applications = [one for one in apps if isinstance(one, dict)] if isinstance(apps, list) else []
    else:
        applications = list(_literals(folder.text(name)))
    for app in applications:
        title, script = str(app.get("name") or ""), str(app.get("script") or "")
        if title and script:
            source = folder.evidence(name, "pm2.app", title)
            line = f"{script} {app.get('args') or ''}".strip()
            argv = shell(f"node {line}" if re.search(r"\.[cm]?js$", script) else line)
            port = port_number(app.get("port")) or port_in_line(line)
            yield Service(title, source, folder.path, argv, port=port, confidence=HINT)


def _literals(text: str) -> Iterator[dict[str, Any]]:
    found = re.compile(r"""\b(name|script|args|PORT)["']?\s*:\s*(?:["'`]([^"'`\n]*)["'`]|(\d{2,5}))""").findall(text)
    app: dict[str, Any] = {}
    for key, quoted, number in found:
        if key == "name" and app:
            yield app
            app = {}
        app["port" if key == "PORT" else key] = quoted or number
    if app:
        yield app


def _supervisor(folder: Folder, name: str) -> Iterator[Fact]:
    parser = configparser.RawConfigParser(strict=False, interpolation=None, allow_no_value=True)
    text = folder.text(name)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        folder.files.note(folder.join(name), f"not an INI file: {error.message.splitlines()[0]}")
        return
    for section in parser.sections():
        command = parser.get(section, "command", fallback=None)
        if section.startswith("program:") and command:
            source = folder.evidence(name, "supervisor.program", line=line_of(text, f"[{section}]"))
            program = section.partition(":")[2].strip()
            yield Service(program, source, folder.path, shell(command), port=port_in_line(command), confidence=0.4)
            yield Usage(shell(command), folder.path, "platform", source)


def _unit(folder: Folder, name: str) -> Iterator[Usage]:
    text = folder.head(name)
    found = re.search(r"^ExecStart=[-@:+!]*(\S+)(.*)$", text, re.MULTILINE)
    if found is not None:
        source = folder.evidence(name, "systemd.unit", line=text.count("\n", 0, found.start()) + 1)
        yield Usage((found.group(1).rpartition("/")[2], *found.group(2).split()), folder.path, "platform", source)
