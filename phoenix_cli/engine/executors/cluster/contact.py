"""The driver's talk with one worker: orders out, news in, once a second and whenever either side rings."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from phoenix_cli.engine.executors.cluster.link import UNREACHABLE, Link

PERIOD_S = 1.0


class Talker(Protocol):
    """Who decides what is said."""

    link: Link
    fence: int
    stale: bool

    def orders(self, contact: Contact) -> list[dict[str, Any]]:
        """Return what the worker is to do."""

    def heard(self, contact: Contact, asked_at: float, jobs: Sequence[Mapping[str, Any]]) -> None:
        """Take in what the worker tells; ``asked_at`` is when it was asked, by our clock."""

    def superseded(self) -> None:
        """Take note that a newer driver is obeyed."""


class Contact:
    """One worker. ``waiting`` are tasks there that ask for a go (with their stamp), ``strangers`` are to be ended.

    ``settled`` are tasks whose end is in the journal: the worker is told to forget them.
    """

    def __init__(self, address: str, talker: Talker) -> None:
        self.address, self._talker = address, talker
        self.waiting: dict[str, float] = {}
        self.denied: set[str] = set()
        self.strangers: dict[str, float] = {}
        self.settled: set[str] = set()
        self.seen = 0.0  # the stamp of the last answer, by the worker's clock
        self.seen_at = 0.0  # when it came, by ours
        self._rung = asyncio.Event()
        self._turn = asyncio.Lock()

    def ring(self) -> None:
        """Talk soon."""
        self._rung.set()

    async def talk(self) -> None:
        """Talk until this is cancelled."""
        while True:
            try:
                async with asyncio.timeout(PERIOD_S):
                    await self._rung.wait()
            except TimeoutError:
                pass
            self._rung.clear()
            if self._may_talk() and not await self.once():
                await asyncio.sleep(PERIOD_S)  # it does not answer; a ring does not change that

    def _may_talk(self) -> bool:
        """Tell whether anybody would listen: not before it is known which driver of the run this is, nor when it was replaced."""
        return self._talker.link.connected and self._talker.fence > 0 and not self._talker.stale

    async def once(self) -> bool:
        """Ask once; tell whether there was an answer."""
        async with self._turn:
            asked_at = time.monotonic()
            orders = self._orders()
            message = {"fence": self._talker.fence, "seen": self.seen, "orders": orders}
            try:
                answer = await self._talker.link.exchange(self.address, message)
            except UNREACHABLE:
                return False
            if answer["stale"]:
                if answer["stale"] > self._talker.fence:  # else it is we who became the newer one, meanwhile
                    self._talker.superseded()
                return True
            self.seen, self.seen_at = answer["at"], time.monotonic()
            self._done(orders)
            told = [{"id": one["id"], "data": one["data"], **json.loads(one["about"])} for one in answer["jobs"]]
            self._talker.heard(self, asked_at, told)
            return True

    @property
    def idle(self) -> bool:
        """Tell whether there is nothing to talk about, apart from the jobs that run there."""
        return not (self.waiting or self.denied or self.strangers or self.settled)

    def _orders(self) -> list[dict[str, Any]]:
        orders = self._talker.orders(self)
        orders += [{"id": id, "deny": True} for id in self.denied]
        orders += [{"id": id, "cancel": grace, "forget": True} for id, grace in self.strangers.items()]
        return orders + [{"id": id, "forget": True} for id in self.settled]

    def _done(self, orders: list[dict[str, Any]]) -> None:
        self.denied.clear()
        self.settled.difference_update(order["id"] for order in orders if order.get("forget"))
