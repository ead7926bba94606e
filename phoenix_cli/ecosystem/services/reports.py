"""What is said about a service: to scripts as values, to people as errors that name the way on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.services import logs
from phoenix_cli.ecosystem.services.model import Report, Service, places
from phoenix_cli.ecosystem.services.port_choice import is_free, who_listens
from phoenix_cli.kernel.errors import Failed, NotFound, Unavailable
from phoenix_cli.kernel.paths import Home

_IN_USE = re.compile(
    rb"[^\n]*(?:EADDRINUSE|address (?:is )?already in use|port \d+ is (?:already )?in use)[^\n]*", re.IGNORECASE
)
_PORT = re.compile(rb"(?::|\bport\b[ =:]*)(\d{2,5})\b", re.IGNORECASE)
_LAST_WORDS = 8_192


@dataclass(frozen=True, slots=True)
class Target:
    """One service of one imported repository. ``repo`` is the repository's name, for words to people."""

    repo_id: str
    repo: str
    name: str

    @property
    def words(self) -> str:
        """Return what is typed to mean it."""
        return f"{self.repo} {self.name}"


def report(service: Service, repo: str, home: Home) -> Report:
    """Return what people and scripts are told: nothing that was not seen."""
    log = logs.newest_segment(places(home, service.id).log)
    return Report(
        service=service.name, repo=repo, status=service.status, reason=service.reason,
        pid=service.child.pid if service.child else None, port=_shown_port(service), ports=service.ports,
        ready_s=service.ready_s if service.active else None, ready_by=service.ready_by if service.active else "",
        exit_code=service.exit_code, restarts=service.restarts, started_at=service.started_at,
        ended_at=service.ended_at, log=str(log) if log else "",
    )  # fmt: skip


def _shown_port(service: Service) -> int | None:
    """Return the port that it was given while it starts, the one that it was seen on when it runs."""
    if service.status == "starting":
        return service.port
    return service.port if service.port in service.ports else None


def never_started(target: Target) -> NotFound:
    """Return the error for a service without a row."""
    return NotFound(
        f"{target.name} of {target.repo} was never started", code="service.not_found",
        hints=(f"phoenix ecosystem start {target.words}",),
    )  # fmt: skip


def ended(service: Service, target: Target, home: Home) -> Failed:
    """Return the error for a service that was waited for and has ended."""
    return Failed(
        f"{target.name} of {target.repo} is {service.status}", code=f"service.{service.status}",
        cause=_blame(service, home), hints=(f"phoenix ecosystem logs {target.words}",),
        details={"service": service.name, "status": service.status, "exit_code": service.exit_code,
                 "reason": service.reason, "restarts": service.restarts},
    )  # fmt: skip


def not_ready(service: Service, target: Target, timeout_s: float) -> Unavailable:
    """Return the error for a service that takes longer than one wanted to wait."""
    verbs = ("logs", "wait", "stop")
    return Unavailable(
        f"{target.name} of {target.repo} is not ready after {timeout_s:g} s; it goes on starting",
        code="service.not_ready", cause=service.reason, hints=[f"phoenix ecosystem {verb} {target.words}" for verb in verbs],
        details={"service": service.name, "status": service.status, "pid": service.child.pid if service.child else None},
    )  # fmt: skip


def _blame(service: Service, home: Home) -> str:
    """Return why a service ended, and who has its port when its last words were about that."""
    folder = places(home, service.id).log
    last = b"".join(logs.read(folder, max(service.log_from, logs.end(folder) - _LAST_WORDS)))
    found = _IN_USE.search(last)
    if found is None:
        return service.reason
    ports = [int(number) for number in _PORT.findall(found.group())] or ([service.port] if service.port else [])
    taken = [
        f"port {port} is in use by {who_listens(port)}" for port in ports[-1:] if port < 65_536 and not is_free(port)
    ]
    return "; ".join([service.reason, *(taken or ["an address that it wants is in use"])])
