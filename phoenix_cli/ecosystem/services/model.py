"""The words of services as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity

Status = Literal["stopped", "starting", "running", "stopping", "failed"]
STATUSES: tuple[Status, ...] = get_args(Status)
ACTIVE: tuple[Status, ...] = ("starting", "running", "stopping")
Restart = Literal["on-failure", "always", "never"]
#: How a service was seen to be ready; "" while it is not.
ReadyBy = Literal["http", "tcp", "log", "alive", ""]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known about when a service is ready: http, if there is a path, else the first of tcp, log and alive.

    ``alive_s``: having lived for so long is enough; None: never. ``connect``: the listener is not a process of ours (a
    container's), so that only a connection can tell. ``log_pattern`` is a regular expression.
    """

    http_path: str = ""
    log_pattern: str = ""
    alive_s: float | None = 2.0
    connect: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """When to start again and when to give up; times in seconds."""

    restart: Restart = "on-failure"
    first_delay_s: float = 0.25
    longest_delay_s: float = 30.0
    most_starts: int = 5
    within_s: float = 60.0
    grace_s: float = 5.0
    kill_s: float = 3.0


@dataclass(frozen=True, slots=True)
class LaunchSpec:
    """Everything that a service is started with. ``argv`` is wrapped already where it runs in a sandbox.

    ``limits`` are the keeper's. ``reachable`` is false for a sandbox without network: what listens in there listens to
    itself. ``environment`` is complete; it is handed to the supervisor through a pipe and never stored.
    """

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str] = field(repr=False)
    limits: str = ""
    level: str = "trusted"
    reachable: bool = True
    readiness: Readiness = Readiness()
    policy: Policy = Policy()


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its row tells. ``child`` and ``supervisor`` are processes, ``exit_code`` Python's return code.

    ``port`` is the one to use: the observed one, until then the one that it was told. ``log_from`` is where in the log
    this start begins; ``restarts`` counts since then.
    """

    id: str
    repo_id: str
    name: str
    status: Status = "stopped"
    reason: str = ""
    tag: str = ""
    mark: str = ""
    launch: Mapping[str, object] = field(default_factory=dict)
    port: int | None = None
    ports: tuple[int, ...] = ()
    child: Identity | None = None
    supervisor: Identity | None = None
    exit_code: int | None = None
    restarts: int = 0
    ready_by: ReadyBy = ""
    ready_s: float | None = None
    started_at: str | None = None
    ended_at: str | None = None
    heartbeat_at: str | None = None
    log_from: int = 0

    @property
    def active(self) -> bool:
        """Tell whether a supervisor should be there."""
        return self.status in ACTIVE


@dataclass(frozen=True, slots=True)
class Report:
    """What a person or a script is told about one service."""

    service: str
    status: Status
    pid: int | None
    port: int | None
    ready_s: float | None
    repo: str
    reason: str = ""
    ready_by: str = ""
    ports: tuple[int, ...] = ()
    exit_code: int | None = None
    restarts: int = 0
    started_at: str | None = None
    ended_at: str | None = None
    log: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one service below the state folder."""

    folder: Path
    lock: Path
    log: Path

    @property
    def output(self) -> Path:
        """The FIFO that the service writes to."""
        return self.folder / "output"

    @property
    def diary(self) -> Path:
        """What the supervisor itself had to say: nothing, unless it has a bug."""
        return self.folder / "supervisor.err"


def places(home: Home, service_id: str) -> Places:
    """Return where the files of a service are."""
    return Places(
        home.root / "services" / service_id, home.locks / "services" / f"{service_id}.lock",
        home.logs / "services" / service_id,
    )  # fmt: skip
