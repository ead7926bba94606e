"""Which TCP ports some processes listen on, from ``/proc`` on Linux (a supervisor stays small without psutil)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from phoenix_cli.kernel.process_table import LINUX

_LISTEN = "0A"


class Listener(NamedTuple):
    """One listening socket. ``here`` is false in another network namespace (a sandbox): nobody outside reaches it."""

    port: int
    address: str
    here: bool


def listeners(pids: Iterable[int]) -> list[Listener]:
    """Return the listening TCP sockets that some processes of ours hold, by port."""
    if not LINUX:
        return sorted(_listeners_elsewhere(pids))
    ours = _namespace("self")
    spaces: dict[str, dict[str, tuple[int, str]]] = {}
    found = set()
    for pid in pids:
        space = _namespace(str(pid))
        held = _sockets(pid)
        if not space or not held:
            continue
        if space not in spaces:
            spaces[space] = _listening(pid)
        found |= {Listener(*spaces[space][inode], space == ours) for inode in held & spaces[space].keys()}
    return sorted(found)


def _namespace(pid: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return ""


def _sockets(pid: int) -> set[str]:
    """Return the inodes of the sockets that a process holds."""
    found = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            target = _link(f"/proc/{pid}/fd/{name}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        return found
    return found


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _listening(pid: int) -> dict[str, tuple[int, str]]:
    """Return port and address by inode of every listening socket in a process's network namespace."""
    found = {}
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{pid}/net/{name}", encoding="ascii") as file:
                lines = file.readlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                found[fields[9]] = (int(port, 16), readable(address))
    return found


def readable(address: str) -> str:
    """Return an address of ``/proc/net/tcp`` (words of 32 bits, each in the machine's order) as people write it."""
    import socket
    import sys

    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    packed = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _listeners_elsewhere(pids: Iterable[int]) -> set[Listener]:
    import psutil

    found = set()
    for pid in pids:
        try:
            held = psutil.Process(pid).net_connections(kind="tcp")
        except (psutil.Error, OSError):
            continue
        found |= {Listener(one.laddr.port, one.laddr.ip, True) for one in held if one.status == psutil.CONN_LISTEN}
    return found


def place_to_knock(address: str) -> str:
    """Return the address at which a listener on ``address`` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
