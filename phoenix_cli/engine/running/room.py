"""How many steps run at once."""

from __future__ import annotations

import os


def usual_room() -> int:
    """Return how many steps run at once when nobody says so: two more than there are processors, as steps also wait."""
    return len(os.sched_getaffinity(0)) + 2 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 2) + 2


def room_at(executor: str) -> int:
    """Return how many steps run at once on an executor when nobody says so. Raises ``Unavailable`` for a cluster out of reach."""
    if "://" not in executor:
        return usual_room()
    from phoenix_cli.engine.executors.cluster import reach

    return reach(executor).slots
