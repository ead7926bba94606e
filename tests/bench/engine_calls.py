"""What a Python call that does nothing costs through the executor alone, beside a thread pool that does the same."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue

from measure import report

from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey, Report
from phoenix_cli.engine.model import Call
from phoenix_cli.kernel.clock import SystemClock

COUNT = 5_000
WARM = 300


def jobs(count: int, folder: str, *, killable: bool = False) -> list[Job]:
    """Return calls that do nothing."""
    call = Call("tasks:nothing")
    return [Job(JobKey("r", f"s{n}", 1), call, folder, {}, killable=killable) for n in range(count)]


def through(executor: CallExecutor, reports: SimpleQueue[Report], work: list[Job], ahead: int) -> None:
    """Perform calls, so many of them handed in before the first is answered."""
    waiting = iter(work)
    for _, job in zip(range(ahead), waiting, strict=False):
        executor.submit(job)
    left = len(work)
    while left:
        if isinstance(reports.get(), JobEnded):
            left -= 1
            for job in waiting:
                executor.submit(job)
                break


def pool_wide(pool: ThreadPoolExecutor) -> None:
    """Do nothing many times in a pool, all handed in at once."""
    wait([pool.submit(int) for _ in range(COUNT)])


def pool_chain(pool: ThreadPoolExecutor) -> None:
    """Do nothing many times in a pool, one after the other."""
    for _ in range(COUNT):
        pool.submit(int).result()


def us_each(work: Callable[[], object], count: int, times: int = 5) -> float:
    """Return the least CPU time of this process for one call, in microseconds."""
    found = []
    for _ in range(times):
        gc.collect()
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found) / count * 1e6


def main() -> int:
    """Measure: the executor may cost what the pool costs; the rest of the engine needs the remainder of its bar."""
    met = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        Path(folder, "tasks.py").write_text("def nothing():\n    pass\n")
        executor, reports = CallExecutor(2, SystemClock(), dict(os.environ)), SimpleQueue[Report]()
        executor.open(reports.put)
        work = jobs(COUNT, folder)
        for name, ahead, other in (("beside each other", COUNT, pool_wide), ("a chain", 1, pool_chain)):
            ours = us_each(lambda ahead=ahead: through(executor, reports, work, ahead), COUNT)  # type: ignore[misc]
            base = us_each(lambda other=other: other(pool), COUNT)  # type: ignore[misc]
            detail = f"{ours:.1f} us a call, ThreadPoolExecutor(2) {base:.1f} us"
            met.append(report(f"in-process calls, {name}", ours / base, 1.0, "x", detail))
        warm = jobs(WARM, folder, killable=True)
        spent = us_each(lambda: through(executor, reports, warm, WARM), WARM)
        met.append(report("a call in a warm process, coordinator's CPU", spent, 1_000, " us"))
        executor.close(kill=True)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
