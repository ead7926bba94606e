"""What the driver decides about jobs on a cluster: which are sent, which task gets the go, how each one ended.

Everything here happens in one event loop's thread. A job is *queued* here, *sent* to Dask (a few more than there are slots,
so that the urgent ones come first), *granted* to the first task of it that asks for a go, *ended* when that was reported.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from phoenix_cli.engine.executors.cluster.beside import Beside
from phoenix_cli.engine.executors.cluster.carried import ENDED, GRANTED, QUEUED, SENT, Carried
from phoenix_cli.engine.executors.cluster.contact import Contact
from phoenix_cli.engine.executors.cluster.link import UNREACHABLE, Link
from phoenix_cli.engine.executors.cluster.log_copy import LogCopy
from phoenix_cli.engine.executors.cluster.losing import gone
from phoenix_cli.engine.executors.cluster.task import END_GRACE_S, Result, task_of
from phoenix_cli.engine.executors.interface import Deliver, Job, JobEnded, JobKey, JobOutput, JobStarted

SENDINGS = 5  # of a job that no worker begins
AGAIN_S = 2.0
OUTPUT_S = 1.0
STOPPED = Result("failed", None, "it was stopped before it began")
OVERTAKEN = "another coordinator has taken the run over"


class Carrier:
    """The jobs of one driver. ``slots`` are the workers and what they can do at once; ``Upkeep`` keeps them up to date."""

    def __init__(self, session: str, deliver: Deliver, lease_s: float) -> None:
        self.link: Link
        self.session, self.lease_s = session, lease_s
        self.fence = 0
        self.stale = False
        self.jobs: dict[JobKey, Carried] = {}
        self.contacts: dict[str, Contact] = {}
        self.slots: dict[str, int] = {}
        self.found: Callable[[Contact, Mapping[str, Any]], None] = self.give_up
        self._deliver = deliver
        self._unsettled: dict[JobKey, tuple[str, str]] = {}  # where the results are that were reported
        self._by_submission: dict[tuple[int, int], Carried] = {}
        self._queue: list[tuple[Any, Carried]] = []
        self._numbers = itertools.count(1)
        self._talks: dict[str, asyncio.Task[None]] = {}
        self.beside = Beside(self._break_off)

    # What the driver asks.

    def submit(self, job: Job) -> None:
        """Take a job."""
        if self.stale or job.fence < self.fence:
            self._deliver(JobEnded(job.key, "refused", None, OVERTAKEN))
            return
        if job.key in self.jobs:
            return
        if job.fence > self.fence:
            self.fence = job.fence
            self.beside.spawn(self._announce())
        self.settled((job.key,))  # it was put off, and is another submission now
        log = LogCopy(job.log)
        self.keep(Carried(job.key, (job.fence, next(self._numbers)), log, job.tells_output, job))
        self.fill()

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """End a job; one that has not begun never does."""
        carried = self.jobs.get(key)
        if carried is None:
            return
        if carried.state != GRANTED:
            self.finish(carried, STOPPED)
            return
        carried.kill_grace = grace_s if carried.kill_grace is None else min(grace_s, carried.kill_grace)
        self.contact(carried.worker).ring()

    def settled(self, keys: Collection[JobKey]) -> None:
        """Let the workers forget how these ended."""
        for key in keys:
            if key in self._unsettled:
                worker, task = self._unsettled.pop(key)
                self.contact(worker).settled.add(task)

    # What is done with a job.

    def keep(self, carried: Carried) -> None:
        """Take a job into our hands; the queue too when it is to be sent."""
        self.jobs[carried.key] = carried
        self._by_submission[carried.submission] = carried
        if carried.state == QUEUED:
            heapq.heappush(self._queue, (carried.urgency, carried))

    def fill(self) -> None:
        """Send the most urgent jobs, at most twice as many as there are free slots."""
        states = [one.state for one in self.jobs.values()]
        room = 2 * max(1, sum(self.slots.values()) - states.count(GRANTED)) - states.count(SENT)
        while room > 0 and self._queue and self.slots and self.link.connected:
            carried = heapq.heappop(self._queue)[1]
            if carried.state == QUEUED:
                self._send(carried)
                room -= 1

    def recall(self, carried: Carried) -> None:
        """Put a job back into the queue; if a task of it should ask for a go yet, it will not get one."""
        self._let_go(carried)
        carried.state = QUEUED
        self.keep(carried)

    def _send(self, carried: Carried) -> None:
        assert carried.job is not None
        carried.sendings += 1
        body = task_of(carried.job, self.session, carried.submission[1], self.lease_s, carried.log.base)
        carried.state = SENT
        carried.future = self.link.send(body, carried.name, carried.job.priority)
        self.beside.spawn(self._watch(carried, carried.future))

    async def _watch(self, carried: Carried, future: Any) -> None:
        """Wait for what Dask says of a task: that its body has returned, or that something is wrong."""
        problem = await self.link.settled(future)
        if carried.future is not future or not self.link.connected:
            return  # it is over, or the connection is: then others see to it
        text = f"{type(problem).__name__}: {problem}"[:500] if problem is not None else "no worker began it"
        if carried.state == GRANTED and problem is None:
            self.contact(carried.worker).ring()
        elif carried.state == GRANTED:
            self.lose(carried, text)
        elif type(problem).__name__ == "KilledWorker":
            self.finish(carried, Result("lost", None, text))
        elif carried.sendings < SENDINGS:
            await asyncio.sleep(0.0 if problem is None else AGAIN_S)  # a worker that is unfit; soon that is known
            self.again(carried, future)
        else:
            self.finish(carried, Result("unavailable", None, f"the Dask cluster cannot perform it: {text}"))

    def again(self, carried: Carried, future: Any) -> None:
        """Send a job another time, if nothing has happened to it meanwhile."""
        if carried.future is future:
            self.recall(carried)
            self.fill()

    def lose(self, carried: Carried, why: str) -> None:
        """Report a job as lost, once nothing of it can be left."""
        if not carried.losing:
            carried.losing = True
            self.beside.spawn(self._lose(carried, why))

    async def _lose(self, carried: Carried, why: str) -> None:
        await gone(carried)
        if carried.state != ENDED:
            carried.log.note(f"{why}; the rest of the output is lost")
            self.finish(carried, Result("lost", None, why))

    def abandon(self, carried: Carried) -> None:
        """Know a job no more."""
        carried.state = ENDED
        self._let_go(carried)
        self.jobs.pop(carried.key, None)
        self._by_submission.pop(carried.submission, None)

    def finish(self, carried: Carried, result: Result) -> None:
        """Report how a job ended."""
        self.abandon(carried)
        if carried.task:
            self._unsettled[carried.key] = (carried.worker, carried.task)
        self._deliver(JobEnded(carried.key, *result))
        self.fill()

    def _let_go(self, carried: Carried) -> None:
        future, carried.future = carried.future, None
        if future is not None:
            future.release()

    # What workers say.

    def contact(self, address: str) -> Contact:
        """Return the talk with a worker, begun if there is none."""
        if address not in self.contacts:
            self.contacts[address] = Contact(address, self)
            self._talks[address] = self.beside.spawn(self.contacts[address].talk())
        return self.contacts[address]

    def bell(self, word: Mapping[str, Any]) -> None:
        """Hear a worker ring."""
        contact = self.contact(word["worker"])
        if word["state"] == "waiting":
            self._asks(contact, word, word["at"])
        contact.ring()

    def _asks(self, contact: Contact, told: Mapping[str, Any], stamp: float) -> None:
        """Give the go to the first task of a submission that asks, and to no other."""
        carried = self._by_submission.get(tuple(told["submission"]))
        if carried is not None and carried.state == SENT:
            now = time.monotonic()
            carried.state, carried.task, carried.worker = GRANTED, told["id"], contact.address
            carried.granted_at, carried.bound = now, now + self.lease_s
        if carried is not None and carried.task == told["id"]:
            contact.waiting[told["id"]] = stamp
        else:
            contact.denied.add(told["id"])

    def orders(self, contact: Contact) -> list[dict[str, Any]]:
        """Return what a worker is to do with the jobs that it performs."""
        return [self._order(contact, carried) for carried in self._at(contact)]

    def _order(self, contact: Contact, carried: Carried) -> dict[str, Any]:
        if contact.seen:
            carried.bound = max(carried.bound, contact.seen_at + self.lease_s)
        order: dict[str, Any] = {"id": carried.task}
        if carried.task in contact.waiting:
            order["go"] = contact.waiting[carried.task]
        if carried.kill_grace is not None:
            order["cancel"] = carried.kill_grace
        order["read"] = carried.log.wanted(carried.total, carried.result is not None)
        return order

    def _at(self, contact: Contact) -> list[Carried]:
        return [one for one in self.jobs.values() if one.state == GRANTED and one.worker == contact.address]

    def heard(self, contact: Contact, asked_at: float, jobs: Sequence[Mapping[str, Any]]) -> None:
        """Take in what a worker tells about its jobs."""
        told = {job["id"]: job for job in jobs}
        for carried in self._at(contact):
            job = told.pop(carried.task, None)
            if job is not None:
                self._news(contact, carried, job)
            elif carried.granted_at < asked_at:
                self.lose(carried, "its worker knows it no more")
        for id in set(contact.strangers) - set(told):
            del contact.strangers[id]
        reported = {task for _, task in self._unsettled.values()} | contact.settled
        for id, job in told.items():
            if job["state"] == "waiting":
                self._asks(contact, job, contact.seen)
                contact.ring()
            elif id not in reported:
                self.found(contact, job)

    @staticmethod
    def give_up(contact: Contact, told: Mapping[str, Any]) -> None:
        """Have a job ended that is none of ours: a former driver's that nobody takes over."""
        contact.strangers.setdefault(told["id"], END_GRACE_S)

    def _news(self, contact: Contact, carried: Carried, told: Mapping[str, Any]) -> None:
        if told["state"] == "waiting":
            contact.waiting.setdefault(carried.task, contact.seen)
            contact.ring()
            return
        contact.waiting.pop(carried.task, None)
        carried.process = told["process"]
        if told["result"] is not None:
            carried.result = Result(*told["result"])
        if not carried.started and "pid" in carried.process:
            carried.started = True
            carried.log.touch()
            self._deliver(JobStarted(carried.key, {**carried.process, "worker": carried.worker, "task": carried.task}))
        self._output(carried, told)
        if carried.result is not None and carried.log.complete(carried.total):
            self.finish(carried, carried.result)
        elif carried.result is not None or carried.log.behind(carried.total):
            contact.ring()

    def _output(self, carried: Carried, told: Mapping[str, Any]) -> None:
        carried.log.write(told["from"], told["data"])
        now = time.monotonic()
        if told["total"] > carried.total and carried.tells_output and now - carried.told_at >= OUTPUT_S:
            carried.told_at = now
            self._deliver(JobOutput(carried.key))
        carried.total = told["total"]

    def superseded(self) -> None:
        """A newer driver is obeyed: everything here is over."""
        self.stale = True
        self._break_off(OVERTAKEN)

    def _break_off(self, why: str) -> None:
        """Answer every job, rather than none."""
        for carried in list(self.jobs.values()):
            carried.task = ""  # its end is not ours to forget
            self.finish(carried, Result("lost", None, why))

    # What goes on beside.

    def drop_idle(self) -> None:
        """End the talks with workers that have nothing of ours, or are gone."""
        busy = {one.worker for one in self.jobs.values()}
        for address, one in list(self.contacts.items()):
            if address not in busy and (one.idle or (self.link.connected and address not in self.slots)):
                self._talks.pop(address).cancel()
                del self.contacts[address]

    async def _announce(self) -> None:
        try:
            await self.link.announce(self.fence)
        except UNREACHABLE:
            pass  # it is announced again after every connect
