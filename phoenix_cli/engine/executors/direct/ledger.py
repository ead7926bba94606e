"""What a coordinator notes of its commands, for whoever inherits them: lines that are only added, read after its death.

    ["begin", FENCE, PID, STARTED, LOG_BYTES]                      a coordinator, by which what follows was written
    ["+", TAG, PID, LOG, OUTPUTS, LIMIT_AT, TELLS, PARTS, DIR, ENV]  a process began; the last three for chains only
    ["-", TAG, ERROR, CODE, MESSAGE, OUTPUTS]                      a job ended

A write survives the writer's death without being on the disk. A line that is not whole was being written at that moment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from phoenix_cli.kernel.compact_json import compact

LEDGER = "host.ledger"


class Begun(NamedTuple):
    """A command that runs; ``parts``, ``dir`` and ``env`` are for what of a chain follows it."""

    tag: str
    pid: int
    log: str
    outputs: list[str]
    limit_at: float | None
    tells: bool
    parts: list[list[str]]
    dir: str
    env: Mapping[str, str]


class Writer(NamedTuple):
    """The last coordinator that wrote here."""

    fence: int
    pid: int
    started: str
    log_bytes: int


@dataclass(slots=True)
class Read:
    """What a ledger says: its last writer, what that one left running by tag, and every end that any of them noted."""

    writer: Writer | None = None
    running: dict[str, Begun] = field(default_factory=dict)
    ends: dict[str, list[Any]] = field(default_factory=dict)


class Ledger:
    """The file of one run, to be added to."""

    def __init__(self, folder: str, writer: Writer) -> None:
        self._path = os.path.join(folder, LEDGER)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._open = 0
        self.add("begin", *writer)

    def add(self, *items: Any) -> None:
        """Add a line. On a full disk there is none: what it would tell is lost if this process is killed now."""
        try:
            os.write(self._handle, f"{compact(items)}\n".encode("ascii"))
        except OSError:
            pass

    def close(self, *, remove: bool) -> None:
        """Let go; ``remove`` it when everything that it says is in the journal."""
        os.close(self._handle)
        if remove:
            os.unlink(self._path)


def read(folder: str) -> Read:
    """Read what a ledger says; nothing when there is none."""
    found = Read()
    try:
        with open(os.path.join(folder, LEDGER), "rb") as file:
            lines = file.read().split(b"\n")
    except OSError:
        return found
    for text in lines:
        try:
            kind, *values = json.loads(text)
        except ValueError:
            continue
        _TAKE[kind](found, *values)
    return found


def _begin(found: Read, *values: Any) -> None:
    found.writer, found.running = Writer(*values), {}


def _began(found: Read, *values: Any) -> None:
    found.running[values[0]] = Begun(*values)


def _ended(found: Read, *values: Any) -> None:
    found.running.pop(values[0], None)
    found.ends[values[0]] = list(values)


_TAKE = {"begin": _begin, "+": _began, "-": _ended}
