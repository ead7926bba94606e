"""What is looked after beside the jobs: the connection, the workers that are there, how long jobs may wait for them."""

from __future__ import annotations

import asyncio
import time

from phoenix_cli.engine.executors.cluster.carried import GRANTED, QUEUED, SENT
from phoenix_cli.engine.executors.cluster.carrier import Carrier
from phoenix_cli.engine.executors.cluster.link import UNREACHABLE, Link
from phoenix_cli.engine.executors.cluster.losing import SETTLE_S
from phoenix_cli.engine.executors.cluster.task import Result
from phoenix_cli.kernel.errors import PhoenixError, Unavailable

TICK_S = 0.25
LOOK_S = 1.0
RETRY_S = 0.5


class Upkeep:
    """``trouble`` says why nothing can be performed now; jobs in the queue wait for ``patience_s`` for the end of it."""

    def __init__(self, carrier: Carrier, link: Link, patience_s: float) -> None:
        self._carrier, self._link, self._patience_s = carrier, link, patience_s
        self.trouble: PhoenixError | None = None
        self._since: float | None = None
        self._looked_at = 0.0
        self._tried_at = 0.0
        self._scheduler = ""
        self._connecting = asyncio.Lock()

    async def live(self) -> None:
        """Look after things until this is cancelled."""
        while True:
            await self._tick()
            await asyncio.sleep(TICK_S)

    async def _tick(self) -> None:
        now = time.monotonic()
        if not self._link.connected:
            self._recall()  # the scheduler drops it with our connection
            if now - self._tried_at >= RETRY_S:
                await self.connect()
        elif now - self._looked_at >= LOOK_S:
            await self.look()
        self._expire()
        self._carrier.drop_idle()
        self._carrier.fill()

    async def connect(self) -> None:
        """Connect if there is no connection, and find out what that means for the jobs. Never raises."""
        async with self._connecting:
            if self._link.connected:
                return
            self._carrier.slots = {}
            try:
                await self._link.connect()
                await self._link.announce(self._carrier.fence)
            except PhoenixError as error:
                self._missing(error)
            except UNREACHABLE as error:
                self._missing(Unavailable("the Dask scheduler does not answer", cause=str(error)))
            else:
                self._recognise()
                await self.look()
            self._tried_at = time.monotonic()
            if self._link.refused:
                self._lose_all("the Dask scheduler is gone")

    def _recognise(self) -> None:
        """See whether it is the scheduler that knew our jobs."""
        if self._scheduler not in ("", self._link.scheduler):
            self._lose_all("the Dask scheduler was started anew")
        self._scheduler = self._link.scheduler

    def _lose_all(self, why: str) -> None:
        for carried in list(self._carrier.jobs.values()):
            if carried.state == GRANTED:
                self._carrier.lose(carried, why)

    def _recall(self) -> None:
        """Take what was sent and has not begun into the queue again."""
        for carried in list(self._carrier.jobs.values()):
            if carried.state == SENT:
                self._carrier.recall(carried)

    async def look(self) -> None:
        """See which workers are there."""
        self._looked_at = time.monotonic()
        before, carrier = set(self._carrier.slots), self._carrier
        try:
            carrier.slots = await self._link.workers()
        except UNREACHABLE:
            return  # the connection will say so
        for carried in list(carrier.jobs.values()):
            if carried.state == GRANTED and carried.worker not in carrier.slots:
                carrier.lose(carried, f"its worker {carried.worker} is gone")
        if not carrier.slots:
            self._missing(self._link.without_workers())
        else:
            self.trouble = self._since = None
        if not carrier.slots or (self._link.unfit and before != carrier.slots.keys()):
            self._recall()  # it was meant for others

    def _missing(self, trouble: PhoenixError) -> None:
        self.trouble = trouble
        self._since = time.monotonic() if self._since is None else self._since

    def _expire(self) -> None:
        """Report what has waited in vain, and what cannot have outlived the silence."""
        now = time.monotonic()
        waited = self._since is not None and now - self._since >= self._patience_s
        for carried in list(self._carrier.jobs.values()):
            if carried.state == QUEUED and waited and self.trouble is not None:
                cause = f": {self.trouble.cause}" if self.trouble.cause else ""
                self._carrier.finish(carried, Result("unavailable", None, f"{self.trouble.message}{cause}"))
            elif carried.state == GRANTED and now > carried.bound + SETTLE_S and not carried.losing:
                self._carrier.finish(carried, Result("lost", None, "nothing has been heard from its worker"))
