"""Read a Dockerfile's instructions: stages, ports, commands, and what it copies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from phoenix_cli.ecosystem.commands import shell
from phoenix_cli.ecosystem.ports import port_number, resolve

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_STAGE = re.compile(r"(?:--platform=\S+\s+)?(\S+)(?:\s+as\s+([\w.-]+))?", re.IGNORECASE)
_FLAG = re.compile(r"(?:--[\w-]+(?:=\S+)?\s+)+")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, continued lines joined; ``text`` is without the flags."""

    word: str
    text: str
    line: int
    flags: str = ""


@dataclass(slots=True)
class Dockerfile:
    """What a Dockerfile says. Ports and commands are of the last stage that says any."""

    images: list[tuple[str, int]] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    port_line: int | None = None
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    command_line: int | None = None
    sources: list[str] = field(default_factory=list)
    runs: list[tuple[str, int]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def argv(self) -> tuple[str, ...]:
        """What a container runs."""
        return (*self.entrypoint, *self.command)


def parse(text: str) -> Dockerfile:
    """Return what a Dockerfile says."""
    found = Dockerfile()
    for one in instructions(text):
        _take(found, one)
    return found


def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions; comments inside of continued lines are left out, here-documents belong to theirs."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        start, at, parts = at, at + 1, [lines[at]]
        while parts[-1].rstrip().endswith("\\") and at < len(lines):
            parts[-1] = parts[-1].rstrip()[:-1]
            parts += [lines[at]] if not lines[at].lstrip().startswith("#") else ["\\"]
            at += 1
        joined = " ".join(part.strip() for part in parts if part != "\\")
        heredoc = _HEREDOC.search(joined)
        if heredoc and joined.lstrip().upper().startswith(("RUN", "COPY")):
            body, at = _heredoc(lines, at, heredoc.group(1))
            joined = f"{joined[: heredoc.start()]}\n{body}"
        found = _INSTRUCTION.match(joined) if not joined.lstrip().startswith("#") else None
        if found:
            rest = found.group(2)
            flags = _FLAG.match(rest)
            end = flags.end() if flags else 0
            yield Instruction(found.group(1).upper(), rest[end:].strip(), start + 1, rest[:end].strip())


def _heredoc(lines: list[str], at: int, mark: str) -> tuple[str, int]:
    end = next((index for index in range(at, len(lines)) if lines[index].strip() == mark), len(lines))
    return "\n".join(lines[at:end]), end + 1


SSH = 22  # for people who look into a container, rarely what it serves


def _take(found: Dockerfile, one: Instruction) -> None:
    if one.word == "FROM":
        _from(found, one)
    elif one.word in ("ARG", "ENV"):
        found.variables.update(re.findall(r"(\w+)[= ]\"?([^\s\"]+)", one.text))
    elif one.word == "EXPOSE":
        ports = [port_number(resolve(word, found.variables).split("/")[0].split("-")[0]) for word in one.text.split()]
        found.ports = sorted(found.ports + [port for port in ports if port is not None], key=lambda port: port == SSH)
        found.port_line = found.port_line or one.line
    elif one.word in ("CMD", "ENTRYPOINT"):
        _command(found, one)
    elif one.word in ("COPY", "ADD") and "--from" not in one.flags:
        found.sources += [source for source in one.text.split()[:-1] if "://" not in source]
    elif one.word == "RUN":
        found.runs.append((one.text, one.line))


def _from(found: Dockerfile, one: Instruction) -> None:
    stage = _STAGE.match(f"{one.flags} {one.text}".strip())
    if stage is None:
        return
    image = resolve(stage.group(1), found.variables)
    if image not in found.stages:
        found.images.append((image, one.line))
        found.ports, found.port_line = [], None
        found.entrypoint = found.command = ()
    found.stages.append(stage.group(2) or "")


def _command(found: Dockerfile, one: Instruction) -> None:
    argv = _argv(one.text)
    if one.word == "ENTRYPOINT":
        found.entrypoint, found.command = argv, ()
    else:
        found.command = argv
    found.command_line = one.line


def _argv(text: str) -> tuple[str, ...]:
    if text.startswith("["):
        try:
            words = json.loads(text)
        except ValueError:
            return shell(text)
        return tuple(map(str, words))
    return shell(text) if text else ()
