"""Take over the jobs of a driver that is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.cluster.carried import GRANTED, Carried
from phoenix_cli.engine.executors.cluster.carrier import Carrier
from phoenix_cli.engine.executors.cluster.contact import Contact
from phoenix_cli.engine.executors.cluster.log_copy import LogCopy
from phoenix_cli.engine.executors.cluster.task import END_GRACE_S
from phoenix_cli.engine.executors.interface import JobKey

END_S = END_GRACE_S + 4.0


async def adopt(carrier: Carrier, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
    """Return which of the jobs still run, or have ended and were not reported; end all others of this session."""
    taking = _Taking(carrier, frozenset(known))
    carrier.found = taking.found  # first: with a fence we talk, and a worker may ring at any time
    carrier.fence = max(fence, carrier.fence)
    try:
        await carrier.link.announce(carrier.fence)  # before we look: what begins later asks for it
        contacts = [carrier.contact(worker) for worker in await carrier.link.workers()]
        await asyncio.gather(*(contact.once() for contact in contacts))
    finally:
        carrier.found = carrier.give_up
    await _until_gone(contacts)
    return frozenset(known) & taking.taken


class _Taking:
    """Sorts what workers tell into jobs to go on with and jobs to end."""

    def __init__(self, carrier: Carrier, known: frozenset[JobKey]) -> None:
        self._carrier, self._known = carrier, known
        self.taken: set[JobKey] = set()

    def found(self, contact: Contact, told: Mapping[str, Any]) -> None:
        """Take a job of the former driver, or give it up; of two submissions of one attempt the newer one counts."""
        key, submission = JobKey(*told["key"]), (int(told["submission"][0]), int(told["submission"][1]))
        other = self._carrier.jobs.get(key)
        if key not in self._known or (other is not None and other.submission > submission):
            self._carrier.give_up(contact, told)
            return
        if other is not None:
            self._carrier.give_up(self._carrier.contact(other.worker), {"id": other.task})
            self._carrier.abandon(other)
        self._carrier.keep(self._carried(contact, key, submission, told))
        self.taken.add(key)
        contact.ring()

    def _carried(self, contact: Contact, key: JobKey, submission: tuple[int, int], told: Mapping[str, Any]) -> Carried:
        path, base, tells = told["log"]
        now = time.monotonic()
        return Carried(
            key, submission, LogCopy(Path(path), base), tells, state=GRANTED, task=told["id"], worker=contact.address,
            bound=now + self._carrier.lease_s, granted_at=now, process=told["process"], total=told["total"],
        )  # fmt: skip


async def _until_gone(contacts: Collection[Contact]) -> None:
    """Wait until nothing is left of what was given up, or its workers do not answer for too long."""
    deadline = time.monotonic() + END_S
    while any(one.strangers for one in contacts) and time.monotonic() < deadline:
        await asyncio.gather(*(one.once() for one in contacts if one.strangers))
        await asyncio.sleep(0.1)
