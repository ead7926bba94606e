"""What goes on beside in the driver's event loop, and how it is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any


class Beside:
    """Tasks that nobody waits for. ``broken`` is told, once for each, that one of them has failed."""

    def __init__(self, broken: Callable[[str], None]) -> None:
        self._broken = broken
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something go on beside."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._broken(f"the executor has a fault: {type(fault).__name__}: {fault}")
            raise fault

    async def stop(self) -> None:
        """End all of it."""
        await end_tasks(self._tasks)


async def end_tasks(tasks: Collection[asyncio.Task[Any] | None]) -> None:
    """Cancel tasks until they have ended: before Python 3.12 ``wait_for``, which Dask uses, may swallow a cancel."""
    going = {task for task in tasks if task is not None}
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=0.2)
