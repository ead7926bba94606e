"""Everything that belongs to a job, wherever it went, and signals for exactly that.

Four marks lead to a process: it is below the job's command, in its session, in its group, or its environment carries the
job's tag. The host is a subreaper: what was double-forked is still below it.
"""

from __future__ import annotations

import os
import signal

from phoenix_cli.kernel import process_table
from phoenix_cli.kernel.process_table import Entry

Table = dict[int, Entry]


def of_job(pid: int, tag: str, table: Table) -> set[Entry]:
    """Return the live processes of a job; ``pid`` is its command's, 0 when its session is known to be empty."""
    found = set(process_table.marked(tag, "", table))
    if pid:
        found.update(one.pid for one in table.values() if pid in (one.pid, one.session, one.group))
    return _entries(found, table)


def below(pid: int, table: Table) -> set[Entry]:
    """Return the live processes below one, without itself."""
    return {table[one] for one in process_table.descendants((pid,), table)}


def _entries(pids: set[int], table: Table) -> set[Entry]:
    everything = pids | process_table.descendants(pids, table)
    return {table[one] for one in everything if one != os.getpid()}


def send(one: Entry, number: int) -> bool:
    """Signal exactly this process; False when it is not ours to signal. One that is gone is nothing to do."""
    try:
        handle = os.pidfd_open(one.pid) if hasattr(os, "pidfd_open") else -1
        try:
            found = process_table.entry(one.pid)
            if found is None or found.started != one.started:
                return True
            signal.pidfd_send_signal(handle, number) if handle >= 0 else os.kill(one.pid, number)
        finally:
            if handle >= 0:
                os.close(handle)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True
