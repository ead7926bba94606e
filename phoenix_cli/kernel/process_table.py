"""All processes of the machine at one moment: who is whose child, and which carry a mark of ours.

Linux tells it in ``/proc``, read here without psutil: a supervisor lives for weeks and psutil alone would be a fifth of its
memory. Elsewhere psutil answers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: The environment variable that marks every process of one run or service; it survives setsid and double forks.
TREE_VARIABLE = "PHOENIX_TREE"
LINUX = sys.platform == "linux"
_DEAD = (b"Z", b"X")


class Entry(NamedTuple):
    """One live process. ``started`` is clock ticks after boot (Linux) or the creation time (elsewhere)."""

    pid: int
    parent: int
    started: str
    group: int = 0
    session: int = 0


def entry(pid: int) -> Entry | None:
    """Return a live process, None when there is none (a zombie is dead)."""
    if not LINUX:
        return _entry_elsewhere(pid)
    try:
        line = _bytes(f"/proc/{pid}/stat")
    except OSError:
        return None
    fields = line[line.rindex(b")") + 2 :].split()  # the name before it may hold spaces and brackets
    if fields[0] in _DEAD and not _has_other_threads(pid):
        return None
    return Entry(pid, int(fields[1]), fields[19].decode(), int(fields[2]), int(fields[3]))


def _bytes(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(handle, 65_536):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)


def _has_other_threads(pid: int) -> bool:
    """Tell whether only the main thread has ended: such a process looks like a zombie and lives on."""
    try:
        return len(os.listdir(f"/proc/{pid}/task")) > 1
    except OSError:
        return False


def table() -> dict[int, Entry]:
    """Return every live process by its pid."""
    return {found.pid: found for pid in _pids() if (found := entry(pid))}


def _pids() -> Iterable[int]:
    if LINUX:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    import psutil

    return psutil.pids()


def descendants(of: Iterable[int], among: dict[int, Entry]) -> set[int]:
    """Return the pids below some processes, at any depth."""
    children: dict[int, list[int]] = {}
    for each in among.values():
        children.setdefault(each.parent, []).append(each.pid)
    pending, found = list(of), set[int]()
    while pending:
        for pid in children.get(pending.pop(), ()):
            if pid not in found:
                found.add(pid)
                pending.append(pid)
    return found


def marked(tag: str, mark: str, among: Iterable[int]) -> Iterator[int]:
    """Yield the pids whose environment carries ``PHOENIX_TREE=tag``, or whose limits carry the mark."""
    wanted = f"{TREE_VARIABLE}={tag}".encode()
    limits = mark.encode().split(b":")
    for pid in among:
        if (tag and wanted in _environment(pid)) or (mark and _message_queue(pid) == limits):
            yield pid


def _environment(pid: int) -> list[bytes]:
    if not LINUX:
        return _environment_elsewhere(pid)
    try:
        return _bytes(f"/proc/{pid}/environ").split(b"\0")
    except OSError:
        return []  # gone, or not ours to read and so not ours at all


def name_of(pid: int) -> str:
    """Return the name of a process's program, "" when it is gone."""
    try:
        return _bytes(f"/proc/{pid}/comm").decode(errors="replace").rstrip("\n") if LINUX else ""
    except OSError:
        return ""


def environment(pid: int) -> dict[str, str]:
    """Return the environment that a process was started with; empty when it is gone or not ours to read."""
    pairs = (os.fsdecode(item).partition("=") for item in _environment(pid) if b"=" in item)
    return {name: value for name, _, value in pairs}


def _message_queue(pid: int) -> list[bytes]:
    """Return a process's soft and hard RLIMIT_MSGQUEUE as decimal numbers."""
    try:
        text = _bytes(f"/proc/{pid}/limits") if LINUX else b""
    except OSError:
        return []
    _, found, rest = text.partition(b"Max msgqueue size")
    return rest.split(None, 2)[:2] if found else []


def new_mark() -> str:
    """Return limits ``soft:hard`` that nobody else has, or "" where this process may not have such.

    ``RLIMIT_MSGQUEUE`` is inherited through fork, exec, setsid and a cleared environment, can be read by anyone, and
    means nothing to a program that has no POSIX message queue of half a megabyte. A pair is one of 2^34.
    """
    try:
        import resource

        highest = resource.getrlimit(resource.RLIMIT_MSGQUEUE)[1]
    except (ImportError, AttributeError):
        return ""
    span = 1 << 17
    if highest < 3 * span and highest != resource.RLIM_INFINITY:
        return ""
    highest = 819_200 if highest == resource.RLIM_INFINITY else min(highest, 819_200)
    drop = int.from_bytes(os.urandom(8), "big")
    hard = highest - 1 - drop % span
    return f"{hard - 1 - (drop >> 32) % span}:{hard}"


def _entry_elsewhere(pid: int) -> Entry | None:
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return Entry(pid, process.ppid(), str(process.create_time()))
    except psutil.Error:
        return None


def _environment_elsewhere(pid: int) -> list[bytes]:
    import psutil

    try:
        return [f"{name}={value}".encode() for name, value in psutil.Process(pid).environ().items()]
    except (psutil.Error, OSError):
        return []
