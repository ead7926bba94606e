"""See whether a starting service is ready, and on which ports it listens, without ever waiting for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from phoenix_cli.ecosystem.services.model import Readiness, ReadyBy
from phoenix_cli.ecosystem.services.probes import Probe
from phoenix_cli.ecosystem.services.readiness import LogPattern, Seen, judge, port_of
from phoenix_cli.ecosystem.services.sockets import Listener, listeners, place_to_knock

#: Looks follow each other at first quickly, then ever more slowly.
FIRST_LOOK_S = 0.03
SLOWER = 1.25
LONGEST_LOOK_S = 0.5
PROBE_S = 2.0


@dataclass
class Watch:
    """What is known about one start of a service. Times are monotonic seconds."""

    hints: Readiness
    expected: int | None
    reachable: bool
    began: float = 0.0
    pause: float = FIRST_LOOK_S
    listening_since: float | None = None
    found: list[Listener] = field(default_factory=list)
    answered: bool = False
    probe: Probe | None = None
    probe_until: float = 0.0

    def __post_init__(self) -> None:
        self.log = LogPattern(self.hints.log_pattern)

    def restart(self, at: float) -> None:
        """Forget everything: the service is started at this moment."""
        self.close()
        self.began, self.pause, self.listening_since, self.answered = at, FIRST_LOOK_S, None, False
        self.found = []
        self.log.restart()

    def look(self, at: float, pids: Iterable[int]) -> ReadyBy:
        """Look at the sockets of the service, ask it what is to be asked, and judge."""
        self.found = listeners(pids)
        if not self.found:
            self.listening_since = None
        elif self.listening_since is None:
            self.listening_since = at
        self.pause = min(self.pause * SLOWER, LONGEST_LOOK_S)
        self._knock(at)
        return self.verdict(at)

    def verdict(self, at: float) -> ReadyBy:
        """Judge by what was seen up to now."""
        return judge(self.hints, self.expected, self._seen(at))

    def _seen(self, at: float) -> Seen:
        return Seen(
            alive_s=at - self.began, answered=self.answered, matched=self.log.matched,
            listening=tuple(one.port for one in self.found if one.here or not self.reachable),
            listening_s=0.0 if self.listening_since is None else at - self.listening_since,
        )  # fmt: skip

    def _knock(self, at: float) -> None:
        """Ask over the network, one question at a time, where that is the way to know."""
        if self.probe is not None and at > self.probe_until:
            self.close()
        if self.probe is not None or self.answered or not (self.hints.http_path or self.hints.connect):
            return
        address, port = self._door(at)
        if port is not None:
            self.probe, self.probe_until = Probe(address, port, self.hints.http_path), at + PROBE_S

    def _door(self, at: float) -> tuple[str, int | None]:
        port = port_of(self.expected, self._seen(at))
        for one in self.found:
            if one.here and one.port == port:
                return place_to_knock(one.address), port
        return "127.0.0.1", self.expected if self.hints.connect else None

    def advance(self) -> None:
        """Go on with the question that is under way; its socket is ready."""
        result = self.probe.advance() if self.probe is not None else None
        if result is not None:
            self.answered = result
            self.close()

    def close(self) -> None:
        """Give up the question that is under way."""
        if self.probe is not None:
            self.probe.close()
            self.probe = None

    def ports(self) -> tuple[int, ...]:
        """Return the ports at which the service can be reached."""
        seen = {one.port for one in self.found if one.here}
        return tuple(
            sorted(seen | ({self.expected} if self.hints.connect and self.answered and self.expected else set()))
        )

    def port(self, at: float) -> int | None:
        """Return the port to use, None as long as the service listens on none."""
        if self.expected in self.ports():
            return self.expected
        return port_of(None, self._seen(at)) if self.ports() else None

    def out_of_reach(self) -> tuple[int, ...]:
        """Return the ports that only the sandbox itself can reach."""
        return tuple(sorted({one.port for one in self.found if not one.here}))
