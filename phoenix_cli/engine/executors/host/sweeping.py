"""End what hosts cannot end any more: trees of a host that was killed, or does not answer."""

from __future__ import annotations

from collections.abc import Callable, Collection

from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.process_table import TREE_VARIABLE
from phoenix_cli.kernel.processes import Ended, Identity


def end_jobs(tags: Collection[str], clock: Clock, grace_s: float) -> Ended:
    """End every process that carries one of these tags, and what is below it."""
    return processes.end(lambda: _carrying(frozenset(tags).__contains__), clock, grace_s=grace_s)


def end_runs(runs: Collection[str], clock: Clock, grace_s: float) -> Ended:
    """End everything of some runs, jobs and what jobs have left running."""
    starts = tuple(f"{run}/" for run in runs)
    return processes.end(lambda: _carrying(lambda tag: tag.startswith(starts)), clock, grace_s=grace_s)


def kill_host(note: tuple[int, str] | None, clock: Clock) -> None:
    """Kill the host that a lock's note names; what it has started is not touched."""
    if note is not None and note[1]:
        host = Identity(note[0], note[1], processes.boot_id())
        processes.end(lambda: {host} if processes.alive(host) else set(), clock, grace_s=0.0)


def _carrying(wanted: Callable[[str], bool]) -> set[Identity]:
    table = process_table.table()
    found = {pid for pid in table if wanted(process_table.environment(pid).get(TREE_VARIABLE, ""))}
    everything = found | process_table.descendants(found, table)
    return {Identity(pid, table[pid].started, processes.boot_id()) for pid in everything}
