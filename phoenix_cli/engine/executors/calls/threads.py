"""Calls in threads of this process: the cheapest way, for functions that need not be stopped.

They share this process: its environment variables, its working folder and its imports. A call in a thread cannot be
stopped. When it is cancelled its own end is the answer; after the grace it is given up as ``lost``, another thread takes
the place of the one that is stuck, and what the call comes to later is told to nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import perf_counter

from phoenix_cli.engine.executors.calls import printing, targets
from phoenix_cli.engine.executors.calls.calling import perform
from phoenix_cli.engine.executors.calls.desk import Desk
from phoenix_cli.engine.executors.calls.printing import Seat
from phoenix_cli.engine.executors.interface import Deliver, Job, JobEnded, JobKey, JobStarted
from phoenix_cli.engine.model import Call

CANCELLED = -15  # what a command comes to that is ended by SIGTERM
BEFORE = "cancelled before it began"
SLOW_S = 0.001  # what waits behind a call of so long is told to begin when it does
STUCK = "a call in a thread cannot be stopped: it did not end in time and may still be running"


class ThreadCalls:
    """Performs calls in at most ``slots`` daemon threads, started when they are needed."""

    def __init__(self, slots: int, deliver: Deliver) -> None:
        self._slots = slots
        self._deliver = deliver
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._desk: Desk[Seat] = Desk()
        self._functions: dict[tuple[str, str], targets.Function] = {}
        self._threads: list[threading.Thread] = []  # also those that are stuck
        self._serving = 0
        self._given_up = False
        self._timers: list[threading.Timer] = []
        self._folder = ""
        self._held_up = False

    def __contains__(self, key: JobKey) -> bool:
        return key in self._desk

    def serves(self, job: Job) -> bool:
        """Tell whether this process can hold the modules of the job's folder; the first folder that is asked for stays.

        A module that comes from elsewhere (installed, the standard library's) is the same for every folder.
        """
        assert isinstance(job.action, Call)
        target = job.action.target
        if (job.dir, target) in self._functions or targets.own_module(target, job.dir) is None:
            return True
        if targets.shadowed(target, job.dir):
            return False
        if not self._folder and targets.claim(job.dir):
            self._folder = job.dir
        return self._folder == job.dir

    def submit(self, job: Job) -> None:
        """Put a job into the queue; reports come from the threads."""
        self._desk.put(job)
        self._queue.put(job)
        if self._serving < self._slots and self._serving < len(self._desk):
            try:
                self._start()
                self._serving += 1
            except RuntimeError as error:  # no more threads: those that there are will have to do
                if not self._serving and self._desk.withdraw(job.key):
                    self._deliver(JobEnded(job.key, "unavailable", None, f"cannot start a thread for calls: {error}"))

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """Withdraw a job that waits; give up one that is performed when it has not ended after the grace."""
        if self._desk.withdraw(key):
            self._deliver(JobEnded(key, "failed", CANCELLED, BEFORE))
        elif self._desk.place_of(key) is not None:
            timer = threading.Timer(grace_s, self._give_up, (key,))
            timer.daemon = True
            self._timers.append(timer)
            timer.start()

    def close(self, *, tell: bool) -> None:
        """Withdraw what waits, give up what is performed, and let the threads go; ``tell`` reports on both."""
        for timer in self._timers:
            timer.cancel()
        deliver = self._deliver if tell else _nobody
        withdrawn = {key for key in self._desk.waiting() if self._desk.withdraw(key)}
        stuck = [key for key in self._desk.performed() if key not in withdrawn and self._desk.finish(key)]
        for key in withdrawn:
            deliver(JobEnded(key, "failed", CANCELLED, BEFORE))
        for key in stuck:
            deliver(JobEnded(key, "lost", None, STUCK))
        self._leave(wait=not stuck and not self._given_up)

    def _leave(self, *, wait: bool) -> None:
        self._queue.put(None)
        for thread in list(self._threads) if wait else ():
            thread.join(1.0)
        if self._folder:
            self._folder = ""
            targets.release()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="phoenix-call", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _work(self) -> None:
        seat = printing.sit()
        get, desk, deliver, find, log = self._queue.get, self._desk, self._deliver, self._find, seat.file
        while (job := get()) is not None:
            key = job.key
            if not desk.begin(key, seat):
                continue
            seat.log = job.log
            if self._held_up:
                deliver(JobStarted(key, {}))  # it has waited for a slow one: its time counts from here
                self._held_up = not self._queue.empty()
            began = perf_counter()
            outcome = perform(job, find, log)
            self._held_up = self._held_up or perf_counter() - began > SLOW_S
            seat.clear()
            if not desk.finish(key):
                break  # given up; another thread is in this one's place
            deliver(JobEnded(key, *outcome))
        else:
            self._queue.put(None)  # for the next thread, also for one that is only now taking the place of another
        printing.stand_up()

    def _find(self, job: Job) -> Callable[..., object]:
        """Return the function of a call, looked up once for each folder."""
        assert isinstance(job.action, Call)
        found = self._functions.get((job.dir, job.action.target))
        if found is None:
            found = targets.find(job.action.target, job.dir)
            self._functions[job.dir, job.action.target] = found
        return found

    def _give_up(self, key: JobKey) -> None:
        if self._desk.finish(key):
            self._given_up = True
            try:
                self._start()
            except RuntimeError:
                self._serving -= 1  # no more threads just now; the next job tries again
            self._deliver(JobEnded(key, "lost", None, STUCK))


def _nobody(_: object) -> None:
    return None
