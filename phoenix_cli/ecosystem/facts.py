"""What a look at a repository's files can tell: the words of docs/detection.md as types.

A build-system module yields facts; ``detect`` gathers them into a ``Detection``. Folders are posix paths relative to the
repository, the root is ``""``. Confidence runs from 0 to 1: 0.95 a maintainer wrote it down, 0.7 a convention of the tool
holds, 0.4 a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["install", "build", "test", "start", "dev", "lint", "format", "check", "docs", "release", "other"]
PRIMARY_ROLES: tuple[Role, ...] = ("install", "build", "test", "start", "dev", "lint")

#: Where a command comes from, strongest first: a platform file names it, a task runner has it, a manifest's script is
#: it, CI or a document runs it though no file offers it, a framework or the tool itself gives it by convention.
Origin = Literal["platform", "runner", "script", "ci", "framework", "default"]

#: Where a component stands. Everything after ``nested`` ranks low: reported, never primary.
Place = Literal["root", "member", "nested", "example", "test", "docs", "benchmark", "template", "vendored"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place in one file, and the rule that it made true."""

    file: str
    line: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class Command:
    """Something that one can run: an argument list, never shell text unless the list says ``sh -c``.

    ``name`` is unique in the repository: ``make:test``, ``npm:@a/b:dev``. ``locked`` is the form that fails rather than
    changes a lock file, ``offline`` the form that does without the network; None where the tool has no such form.
    ``dynamic`` marks a name that was computed by code we did not run. ``text`` is what the maintainers wrote, where the
    command stands for a script (the value in package.json, the recipe of a make target); it helps to judge the role.
    """

    name: str
    role: Role
    argv: tuple[str, ...]
    dir: str
    source: Evidence
    origin: Origin = "default"
    confidence: float = 0.7
    locked: tuple[str, ...] | None = None
    offline: tuple[str, ...] | None = None
    dynamic: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An alternative that was considered for a component and turned down."""

    system: str
    reason: str
    source: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A pair of folder and system, with the commands that this system offers there.

    ``name`` is the name that the manifest gives (a package's, a crate's), "" without one. ``member`` is true when a
    workspace above claims this folder. ``place`` is filled in by ``detect``.
    """

    dir: str
    system: str
    language: str
    confidence: float
    evidence: tuple[Evidence, ...]
    commands: tuple[Command, ...] = ()
    name: str = ""
    member: bool = False
    place: Place = "nested"
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """Something that one would start and leave running: a process with ``argv``, or a container with ``image``.

    ``ports`` are all that it listens on as seen from this machine, ``port`` is the one that a person would open first.
    """

    name: str
    source: Evidence
    dir: str = ""
    argv: tuple[str, ...] | None = None
    image: str | None = None
    port: int | None = None
    confidence: float = 0.9
    ports: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Count the main port among all of them, first."""
        if self.port is not None and self.port not in self.ports:
            object.__setattr__(self, "ports", (self.port, *self.ports))


@dataclass(frozen=True, slots=True)
class PackageManager:
    """The manager that a language's dependencies are got with in a folder, and why it is that one."""

    language: str
    name: str
    dir: str
    reason: str
    source: Evidence


@dataclass(frozen=True, slots=True)
class Version:
    """A pinned or demanded version of a tool or language: ``node`` ``20.11.1``, ``python`` ``>=3.11``."""

    tool: str
    version: str
    source: Evidence


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements in the repository that cannot both hold: two lock files, a field against a lock."""

    dir: str
    message: str
    sources: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be read as what it is."""

    file: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """A command line that the maintainers themselves run, as one simple command without ``&&``, ``|`` or redirections.

    ``where`` tells what it was seen in. Usages confirm or overrule guesses; they are never run from here.
    """

    argv: tuple[str, ...]
    dir: str
    where: Literal["ci", "docs", "container", "platform"]
    source: Evidence


Fact = Component | Service | PackageManager | Version | Conflict | Problem | Usage


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything that the files of one repository at one state tell. The documented JSON is made from this."""

    path: str
    commit: str | None
    components: tuple[Component, ...] = ()
    primary: dict[str, str | None] = field(default_factory=dict)
    package_managers: tuple[PackageManager, ...] = ()
    versions: tuple[Version, ...] = ()
    services: tuple[Service, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Problem, ...] = ()
