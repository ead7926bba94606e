"""Which leases count at one moment. Monotonic seconds only: no jump of the wall clock frees or keeps anything."""

from __future__ import annotations

from collections.abc import Callable

from phoenix_cli.engine.leases.records import Lease
from phoenix_cli.kernel.processes import Identity

SILENT_S = 10.0  # who waits and has not asked for so long is stopped or stuck: nothing is kept for it meanwhile


class Living:
    """Tells what is alive; each process is looked at once."""

    def __init__(self, lives: Callable[[Identity], bool], boot_id: str, now: float) -> None:
        self._look = lives
        self._boot_id = boot_id
        self._now = now
        self._seen: dict[Identity, bool] = {}

    def holds(self, lease: Lease) -> bool:
        """Tell whether a lease still counts."""
        if lease.boot_id != self._boot_id:
            return False
        if lease.ttl_s is not None and self._now < lease.beat + lease.ttl_s:
            return True
        return self._any_lives(lease) if lease.processes else lease.ttl_s is None

    def exists(self, wait: Lease) -> bool:
        """Tell whether somebody is still there who waits, or may go on waiting."""
        return wait.boot_id == self._boot_id and (self._any_lives(wait) if wait.processes else not self.silent(wait))

    def silent(self, wait: Lease) -> bool:
        """Tell whether somebody has not asked for long."""
        return self._now - wait.beat >= SILENT_S

    def _any_lives(self, lease: Lease) -> bool:
        return any(self._lives(one) for one in lease.processes)

    def _lives(self, process: Identity) -> bool:
        if process not in self._seen:
            self._seen[process] = self._look(process)
        return self._seen[process]
