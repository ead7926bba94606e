"""Processes by identity, and whole trees of them.

A pid alone is no identity: it is reused (``pid_max`` is often 32,768). Identity is (boot, pid, start time), and a signal
goes through a pidfd that was opened before the identity was checked, so a stranger is never hit.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from phoenix_cli.kernel.clock import Clock

#: The environment variable that marks every process of one run or service; it survives setsid and double forks.
TREE_VARIABLE = "PHOENIX_TREE"


@dataclass(frozen=True, slots=True)
class Identity:
    """One process, for ever. ``started`` is clock ticks after boot (Linux) or the creation time (elsewhere)."""

    pid: int
    started: str
    boot_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What ending a tree came to: how many processes were signalled, and which would not die."""

    signalled: int
    survivors: tuple[Identity, ...]


@functools.cache
def boot_id() -> str:
    """Return an id of this boot of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        import psutil

        return str(int(psutil.boot_time()))


def identify(pid: int) -> Identity | None:
    """Return the identity of a live process, None when there is none (a zombie is dead)."""
    started = _started(pid)
    return Identity(pid, started, boot_id()) if started else None


def alive(identity: Identity) -> bool:
    """Tell whether exactly this process still lives."""
    return identity.boot_id == boot_id() and _started(identity.pid) == identity.started


def _started(pid: int) -> str:
    try:
        line = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _started_elsewhere(pid)
    fields = line[line.rindex(b")") + 2 :].split()  # the name before it may hold spaces and brackets
    return "" if fields[0] in (b"Z", b"X") else fields[19].decode()


def _started_elsewhere(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.Error:
        return ""


def send(identity: Identity, number: int) -> bool:
    """Signal exactly this process; False when it is gone or not ours."""
    try:
        if not hasattr(os, "pidfd_open"):
            if not alive(identity):
                return False
            os.kill(identity.pid, number)
            return True
        handle = os.pidfd_open(identity.pid)
    except (ProcessLookupError, PermissionError):
        return False
    try:
        if not alive(identity):
            return False
        signal.pidfd_send_signal(handle, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(handle)


def tree(roots: Iterable[Identity], tag: str = "") -> set[Identity]:
    """Return the live processes below and including the roots, and every process that carries the tag."""
    found = {root for root in roots if alive(root)}
    for root in list(found):
        found |= _descendants(root)
    return found | (tagged(tag) if tag else set())


def _descendants(root: Identity) -> set[Identity]:
    import psutil

    try:
        children = psutil.Process(root.pid).children(recursive=True)
    except psutil.Error:
        return set()
    return {identity for child in children if (identity := identify(child.pid))}


def tagged(tag: str) -> set[Identity]:
    """Return every process of this user whose environment carries ``PHOENIX_TREE=tag``, wherever it went."""
    import psutil

    found = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get(TREE_VARIABLE) == tag and (identity := identify(process.pid)):
                found.add(identity)
        except (psutil.Error, OSError):
            continue  # not ours to read, so not ours at all
    return found


def end(
    find: Callable[[], set[Identity]],
    clock: Clock,
    *,
    grace_s: float = 5.0,
    first: int = signal.SIGTERM,
    spare: frozenset[int] = frozenset(),
) -> Ended:
    """End everything that ``find`` returns: ``first`` to all, time to leave, then SIGKILL, until nothing is found.

    ``find`` is asked again and again, so that what was forked meanwhile is ended too. ``spare`` are pids never touched.
    """
    spare = spare | {os.getpid()}
    asked: set[Identity] = set()
    deadline = clock.monotonic() + grace_s
    while clock.monotonic() < deadline:
        left = {one for one in find() if one.pid not in spare}
        if not left:
            return Ended(len(asked), ())
        for one in left - asked:
            send(one, first)
        asked |= left
        clock.sleep(0.05)
    return _kill(find, clock, spare, asked)


def _kill(find: Callable[[], set[Identity]], clock: Clock, spare: frozenset[int], asked: set[Identity]) -> Ended:
    deadline = clock.monotonic() + 3.0
    left: set[Identity] = set()
    while clock.monotonic() < deadline:
        left = {one for one in find() if one.pid not in spare}
        if not left:
            return Ended(len(asked), ())
        for one in left:
            send(one, signal.SIGKILL)
        asked |= left
        clock.sleep(0.05)
    return Ended(len(asked), tuple(sorted(left, key=lambda one: one.pid)))


def describe_exit(status: int) -> str:
    """Say how a process ended: ``exited 3``, ``killed by SIGKILL``; ``status`` is a Python return code."""
    if status >= 0:
        return f"exited {status}"
    known = {member.value: member.name for member in signal.Signals}
    name = known.get(-status, f"signal {-status}")
    hint = " (out of memory, or somebody's kill -9)" if -status == signal.SIGKILL else ""
    return f"killed by {name}{hint}"
