"""Wait until nothing can be left of a job whose worker, or whose scheduler, is gone."""

from __future__ import annotations

import asyncio

from phoenix_cli.engine.executors.cluster.carried import Carried
from phoenix_cli.engine.executors.cluster.task import END_GRACE_S
from phoenix_cli.engine.executors.cluster.worker_job import TICK_S, place
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock

#: A worker that lives notices within a tick that its scheduler is gone, a keeper at once that its worker is; then the tree
#: has the grace; two more seconds for signals, and for a machine that is busy.
SETTLE_S = TICK_S + END_GRACE_S + 2.0


async def gone(carried: Carried) -> None:
    """End what is left of the job's processes if they are on this machine; else wait for as long as its worker may take."""
    here = carried.process.get("place")
    if not here or here != place() or "pid" not in carried.process:  # without a pid it may be about to start
        await asyncio.sleep(SETTLE_S)
        return
    tag, mark = carried.key.tag, str(carried.process.get("mark", ""))
    await asyncio.to_thread(processes.end, lambda: processes.tree((), tag, mark), SystemClock(), grace_s=END_GRACE_S)
