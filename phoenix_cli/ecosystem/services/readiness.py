"""When a service is ready: an HTTP answer, a listening port, a line of its log, or having stayed alive."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.services.model import Readiness, ReadyBy

#: So long the expected port is waited for when the service listens on another one: it may be a debugger's.
OTHER_PORT_S = 3.0
#: As much of the output is looked at together, so that a line in two pieces is found.
_WINDOW = 8_192
_COLOUR = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was observed of a starting service. ``answered``: an HTTP request or a connection succeeded."""

    alive_s: float = 0.0
    listening: tuple[int, ...] = ()
    listening_s: float = 0.0
    answered: bool = False
    matched: bool = False


def judge(hints: Readiness, expected: int | None, seen: Seen) -> ReadyBy:
    """Return by what a service is ready, "" as long as it is not."""
    if hints.http_path:
        return "http" if seen.answered else ""
    if port_of(expected, seen) is not None or (hints.connect and seen.answered):
        return "tcp"
    if seen.matched:
        return "log"
    return "alive" if hints.alive_s is not None and seen.alive_s >= hints.alive_s else ""


def port_of(expected: int | None, seen: Seen) -> int | None:
    """Return the port on which a service serves: the expected one, or after a while the lowest that it listens on."""
    if expected in seen.listening:
        return expected
    if seen.listening and (expected is None or seen.listening_s >= OTHER_PORT_S):
        return min(seen.listening)
    return None


class LogPattern:
    """Look for a regular expression in output that comes in pieces, whatever its colours."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern.encode()) if pattern else None
        self._window = b""
        self.matched = False

    def feed(self, data: bytes) -> None:
        """Look at one more piece."""
        if self._pattern is None or self.matched:
            return
        window = self._window + data
        self.matched = self._pattern.search(_COLOUR.sub(b"", window)) is not None
        self._window = b"" if self.matched else window[-_WINDOW:]

    def restart(self) -> None:
        """Forget what was seen: the service is started again."""
        self._window, self.matched = b"", False
