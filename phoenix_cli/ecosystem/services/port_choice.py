"""Which port a service is given, and who has it already."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3

from phoenix_cli.ecosystem.services import store
from phoenix_cli.kernel.errors import Conflict, Refused, Unavailable, Usage
from phoenix_cli.kernel.state import State

#: Free ports are taken from here: above the registered services' usual ones, below Linux's range for outgoing connections.
_FIRST, _LAST = 20_000, 32_000
_TRIES = 200
_PLACES = (
    (socket.AF_INET, "0.0.0.0"),
    (socket.AF_INET, "127.0.0.1"),
    (socket.AF_INET6, "::"),
    (socket.AF_INET6, "::1"),
)


def choose(state: State, service_id: str, wanted: int | None) -> int:
    """Return the port to give to a service: the wanted one if it is free, with 0 or None any free one.

    Raises ``Usage`` for a number that is no port, ``Conflict`` that names who has it.
    """
    if not wanted:
        return _free(state, service_id)
    if not 0 < wanted < 65_536:
        raise Usage(f"{wanted} is not a port", hints=("1 to 65535, or 0 for a free one",))
    refuse_taken(state.connection, service_id, wanted)
    return wanted


def _free(state: State, service_id: str) -> int:
    for _ in range(_TRIES):
        port = _FIRST + int.from_bytes(os.urandom(4), "big") % (_LAST - _FIRST)
        if is_free(port) and store.holder_of_port(state.connection, port, service_id) is None:
            return port
    raise Unavailable(f"no free port between {_FIRST} and {_LAST}", code="service.no_port")


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port, at any address."""
    return all(_bind(family, address, port) != errno.EADDRINUSE for family, address in _PLACES)


def _bind(family: socket.AddressFamily, address: str, port: int) -> int:
    """Return 0 or the error number of binding; connections that are merely fading out do not count."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((address, port))
            return 0
    except OSError as error:
        return error.errno or 0


def refuse_taken(connection: sqlite3.Connection, service_id: str, port: int) -> None:
    """Raise ``Conflict`` when another service was given the port, or any process listens on it."""
    holder = store.holder_of_port(connection, port, service_id)
    if holder is not None:
        raise _taken(port, f"service {holder[1]} of {holder[0]}", hints=(f"phoenix ecosystem stop {' '.join(holder)}",))
    if _bind(socket.AF_INET, "127.0.0.1", port) == errno.EACCES:
        raise Refused(f"port {port} needs a privilege that you do not have", code="service.port_privileged",
                      hints=("--port with a number above 1023",))  # fmt: skip
    if not is_free(port):
        raise _taken(port, who_listens(port))


def _taken(port: int, who: str, hints: tuple[str, ...] = ()) -> Conflict:
    return Conflict(
        f"port {port} is in use", code="service.port_taken", cause=f"by {who}", details={"port": port},
        hints=(*hints, "--port 0 takes a free one"),
    )  # fmt: skip


def who_listens(port: int) -> str:
    """Name the process that listens on a port: ``nginx (pid 812)``."""
    import psutil

    try:
        found = [one.pid for one in psutil.net_connections(kind="tcp")
                 if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr[1] == port and one.pid]  # fmt: skip
        return f"{psutil.Process(found[0]).name()} (pid {found[0]})" if found else "a process of another user"
    except psutil.Error:
        return "a process that cannot be seen"
