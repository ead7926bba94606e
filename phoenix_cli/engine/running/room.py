"""How many steps run at once."""

from __future__ import annotations

import os

from phoenix_cli.kernel.errors import Usage

REMOTE = ("dask", "tcp", "tls")


def usual_room() -> int:
    """Return how many steps run at once when nobody says so: two more than there are processors, as steps also wait."""
    return len(os.sched_getaffinity(0)) + 2 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 2) + 2


def room_at(executor: str) -> int:
    """Return how many steps run at once on an executor when nobody says so.

    Asked before a run is made: raises ``Usage`` for an address that means none, ``Unavailable`` for a cluster out of reach.
    """
    if executor == "local":
        return usual_room()
    if executor.partition("://")[0] not in REMOTE or "://" not in executor:
        raise Usage(f"no executor {executor!r}", code="flow.executor", hints=("local, or dask://HOST:PORT",))
    from phoenix_cli.engine.executors.cluster import reach

    return reach(executor).slots
