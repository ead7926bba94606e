"""The host's side of its connections: who is connected, with which fence, and what has not been told for good."""

from __future__ import annotations

import os
import socket
from typing import Any

from phoenix_cli.engine.executors.host.wire import Lines, line

SOCKET = "host.sock"
_READ = 1 << 16  # larger buffers are mapped and unmapped by each call


class Connection:
    """One driver, or whoever else found the socket."""

    __slots__ = ("_lines", "_outgoing", "socket")

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self.socket = connected
        self._lines = Lines()
        self._outgoing = bytearray()

    def receive(self) -> list[list[Any]] | None:
        """Return what was said since; None at its end. Raises ``ValueError`` for what no driver says."""
        try:
            data = self.socket.recv(_READ)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self._lines.feed(data) if data else None

    def say(self, data: bytes) -> None:
        """Put something into the line; ``flush`` sends it."""
        self._outgoing += data

    def flush(self) -> bool:
        """Send what can be sent now; True when something is left."""
        try:
            while self._outgoing:
                del self._outgoing[: self.socket.send(self._outgoing)]
        except BlockingIOError:
            return True
        except OSError:
            self._outgoing.clear()  # it is gone; its end is read next
        return False


class Untold:
    """Ends that the driver may not have written down yet. They are told again to the next one."""

    def __init__(self) -> None:
        self._ends: dict[int, list[Any]] = {}
        self._number = 0

    def add(self, *end: Any) -> bytes:
        """Keep an end, return the message that tells it."""
        self._number += 1
        self._ends[self._number] = list(end)
        return line("ended", self._number, *end)

    def forget(self, number: int) -> None:
        """Forget what the driver has for good: numbers only grow, so it is the first ones."""
        while self._ends and (first := next(iter(self._ends))) <= number:
            del self._ends[first]

    @property
    def tags(self) -> list[str]:
        """The jobs whose ends are kept."""
        return [one[0] for one in self._ends.values()]

    @property
    def ends(self) -> list[list[Any]]:
        """The ends themselves: tag, error, code, message, outputs."""
        return list(self._ends.values())

    def again(self) -> bytes:
        """Return the messages that tell all of them again."""
        return b"".join(line("ended", number, *end) for number, end in self._ends.items())


def listen() -> socket.socket:
    """Listen in the current folder: its path may be longer than the 107 bytes that an address holds."""
    try:
        os.unlink(SOCKET)  # of a host that was killed: whoever holds the lock is the only one
    except FileNotFoundError:
        pass
    mask = os.umask(0o077)
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(SOCKET)
    finally:
        os.umask(mask)  # commands inherit it
    listener.listen(8)
    listener.setblocking(False)
    return listener
