"""Procfile (row 71): one service a line. ``Procfile.dev`` is the development set; other suffixes are alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from phoenix_cli.ecosystem.buildsystems.program_names import is_runnable
from phoenix_cli.ecosystem.commands import command_name, shell
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role, Service
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_in_line, port_number

_LINE = re.compile(r"([A-Za-z0-9_][\w.-]*):\s*(\S.*)$")
_RUNNERS = ("goreman", "overmind", "hivemind", "honcho", "forego", "foreman")
#: Lines that run once at a deployment; nothing stays up.
_ONCE = frozenset({"release", "postdeploy", "predeploy", "console"})
_ENDS = re.compile(r"\b(?:db:\w+|cache:clear|assets:precompile|migrate|collectstatic)\s*$")
MANIFESTS = (
    "package.json", "pyproject.toml", "requirements.txt", "setup.py", "Pipfile", "manage.py", "app.py", "Gemfile", "config.ru",
    "go.mod", "Cargo.toml", "mix.exs", "pom.xml", "build.gradle", "build.gradle.kts", "composer.json", "project.clj",
    "deps.edn", "build.sbt",
)  # fmt: skip
RAILS_PORT = 3000
FIRST_PORT = 5000  # foreman gives PORT=5000 to the first line, 5100 to the second


@dataclass(frozen=True, slots=True)
class Process:
    """One line of a Procfile; ``index`` counts the lines as foreman does."""

    name: str
    text: str
    source: Evidence
    index: int


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the procfile component of a folder and its services."""
    main, dev = ("Procfile" in folder.names), folder.first("Procfile.dev", "Procfile.development", "Procfile.local")
    if not main and dev is None:
        return
    processes = _processes(folder, "Procfile") if main else []
    development = _processes(folder, dev) if dev else []
    names = [name for name in ("Procfile", dev) if name in folder.names]
    evidence = tuple(folder.evidence(name, "procfile.file", line=1) for name in names if name)
    commands = (*_commands(folder, processes), *_dev_commands(folder, dev, development))
    yield Component(folder.path, "procfile", "procfile", 0.95 if commands else 0.6, evidence, commands=commands)
    if _is_a_project(folder):
        most = 0.5 if _is_further_in(folder) else 0.95
        known = {process.name for process in processes}
        yield from _services(folder, processes, most)
        yield from _services(
            folder, [one for one in development if one.name not in known], min(most, 0.6 if main else 0.85)
        )


def _processes(folder: Folder, name: str) -> list[Process]:
    found: list[Process] = []
    for number, line in enumerate(folder.text(name).splitlines(), 1):
        process = _LINE.match(line) if not line.startswith("#") else None
        if process:
            source = folder.evidence(name, "procfile.line", line=number)
            found.append(Process(process.group(1), process.group(2).rstrip(), source, len(found)))
    return found


def _is_a_project(folder: Folder) -> bool:
    """Tell whether the folder is what the lines run in: a Procfile alone in ``deploy/`` is a part of a deployment."""
    return not folder.path or folder.has(*MANIFESTS)


def _is_further_in(folder: Folder) -> bool:
    """Tell whether a Procfile above already says what runs here; this one is for another occasion."""
    return any(above.has("Procfile") for above in folder.up() if above.path != folder.path)


def _commands(folder: Folder, processes: list[Process]) -> Iterator[Command]:
    for process in processes:
        yield _own_command(folder, process)
    lasting = [process for process in processes if process.name not in _ONCE]
    if len(lasting) > 1:
        whole = any(process.name == "web" for process in lasting)
        yield _runner_command(folder, "Procfile", "start", 0.7 if whole else 0.85)


def _own_command(folder: Folder, process: Process) -> Command:
    argv = shell(process.text)
    role: Role = "start" if process.name == "web" else "release" if process.name in _ONCE else "other"
    runnable = is_runnable(process.text, folder)
    sure = 0.4 if not runnable else 0.95 if process.name == "web" else 0.7
    name = command_name("procfile", process.name, folder.path)
    return Command(
        name, role, argv, folder.path, process.source, origin="platform", confidence=sure, text=process.text,
    )  # fmt: skip


def _runner_command(folder: Folder, file: str, task: Role, sure: float) -> Command:
    text = folder.text(file)
    runner = next((name for name in _RUNNERS if name in text), "foreman")
    if folder.has(".overmind.env"):
        runner = "overmind"
    chosen = () if file == "Procfile" else ("-f", file)
    name = command_name("procfile", task, folder.path)
    source = folder.evidence(file, "procfile.file", line=1)
    return Command(name, task, (runner, "start", *chosen), folder.path, source, origin="platform", confidence=sure)


def _dev_commands(folder: Folder, file: str | None, processes: list[Process]) -> Iterator[Command]:
    if file is None or not processes:
        return
    if "dev" in folder.at("bin").names:  # the Rails way: a script that starts this very file
        source = Evidence(folder.join("bin/dev"), 1, "procfile.bin-dev")
        name = command_name("procfile", "dev", folder.path)
        yield Command(name, "dev", ("bin/dev",), folder.path, source, origin="platform", confidence=0.9)
    else:
        yield _runner_command(folder, file, "dev", 0.85)


def _services(folder: Folder, processes: list[Process], sure: float) -> Iterator[Service]:
    for process in processes:
        if process.name in _ONCE or _ENDS.search(process.text):
            continue
        port = _port(folder, process)
        service = Service(process.name, process.source, folder.path, shell(process.text), port=port, confidence=sure)
        yield service
        given = _given_port(folder, process) if port is None else None
        if given is not None:  # less sure than what compose or a framework's settings say of the same process
            yield replace(service, port=given, source=replace(process.source, rule="procfile.given-port"))


def _port(folder: Folder, process: Process) -> int | None:
    """Return the port that the line sets, else the one of its server's configuration."""
    port = port_in_line(process.text) or _gunicorn_port(folder, process.text)
    if port is None and re.search(r"\brails (?:server|s)\b|\bpuma\b", process.text):
        port = RAILS_PORT  # what bin/dev and config/puma.rb set where nothing else does
    return port


def _given_port(folder: Folder, process: Process) -> int | None:
    """Return what foreman gives a process as PORT, for one that is known to look at it."""
    looks = (process.name == "web" and is_runnable(process.text, folder)) or re.search(r"\$\{?PORT\b", process.text)
    return _first_port(folder) + 100 * process.index if looks else None


def _first_port(folder: Folder) -> int:
    """Foreman takes PORT of ``.env`` for its first process; a checked-in example shows what that would be."""
    for name in (".env", ".env.example", ".env.sample", ".env.development"):
        found = (
            re.search(r"^PORT=[\"']?(\d{2,5})", folder.head(name, 20_000), re.MULTILINE)
            if name in folder.names
            else None
        )
        if found:
            return int(found.group(1))
    return FIRST_PORT


def _gunicorn_port(folder: Folder, line: str) -> int | None:
    """Read ``bind`` of gunicorn's configuration, which is a program, as text."""
    named = re.search(r"(?:-c|--config)[ =](?:file:)?(\S+\.py)", line)
    path = named.group(1) if named else "gunicorn.conf.py"
    above, _, name = path.rpartition("/")
    if "gunicorn" not in line or name not in folder.at(above).names:
        return None
    text = folder.at(above).text(name)
    found = re.search(r"""PORT["'],\s*(?:default=)?["']?(\d{2,5})|^bind\s*=.*?:(\d{2,5})""", text, re.MULTILINE)
    return port_number(found.group(1) or found.group(2)) if found else None
