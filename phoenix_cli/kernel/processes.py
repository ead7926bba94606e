"""Processes by identity, and whole trees of them.

A pid alone is no identity: it is reused (``pid_max`` is often 32,768). Identity is (boot, pid, start time), and a signal
goes through a pidfd that was opened before the identity was checked, so a stranger is never hit.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from phoenix_cli.kernel import process_table
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.process_table import TREE_VARIABLE as TREE_VARIABLE
from phoenix_cli.kernel.records import record


@record
class Identity:
    """One process, for ever. ``started`` is clock ticks after boot (Linux) or the creation time (elsewhere)."""

    pid: int
    started: str
    boot_id: str


@record
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
    found = process_table.entry(pid)
    return Identity(pid, found.started, boot_id()) if found else None


def alive(identity: Identity) -> bool:
    """Tell whether exactly this process still lives."""
    return identify(identity.pid) == identity


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


def tree(roots: Iterable[Identity], tag: str = "", mark: str = "") -> set[Identity]:
    """Return the roots that live, every process that carries the tag or the mark, and all that is below these.

    One look at the table: what forks meanwhile is found by the next look.
    """
    table = process_table.table()
    found = {root.pid for root in roots if root in _identities((root.pid,), table)}
    if tag or mark:
        found.update(process_table.marked(tag, mark, table))
    return _identities(found | process_table.descendants(found, table), table)


def _identities(pids: Iterable[int], table: dict[int, process_table.Entry]) -> set[Identity]:
    return {Identity(pid, table[pid].started, boot_id()) for pid in pids if pid in table}


def tagged(tag: str) -> set[Identity]:
    """Return every process of this user whose environment carries ``PHOENIX_TREE=tag``, wherever it went."""
    table = process_table.table()
    return _identities(process_table.marked(tag, "", table), table)


def below(pid: int) -> set[Identity]:
    """Return the live processes below one, at any depth, without itself."""
    table = process_table.table()
    return _identities(process_table.descendants((pid,), table), table)


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
        clock.sleep(0.005)  # short: something may fork as fast as it is found
    return Ended(len(asked), tuple(sorted(left, key=lambda one: one.pid)))


def describe_exit(status: int) -> str:
    """Say how a process ended: ``exited 3``, ``killed by SIGKILL``; ``status`` is a Python return code."""
    if status >= 0:
        return f"exited {status}"
    known = {member.value: member.name for member in signal.Signals}
    name = known.get(-status, f"signal {-status}")
    hint = " (out of memory, or somebody's kill -9)" if -status == signal.SIGKILL else ""
    return f"killed by {name}{hint}"
