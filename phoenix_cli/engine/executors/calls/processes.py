"""Calls in processes of their own, which can be killed: warm workers, started when they are needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from queue import SimpleQueue

from phoenix_cli.engine.executors.calls.desk import Desk
from phoenix_cli.engine.executors.calls.logs import Watched
from phoenix_cli.engine.executors.calls.threads import BEFORE, CANCELLED
from phoenix_cli.engine.executors.calls.worker_process import WorkerProcess
from phoenix_cli.engine.executors.interface import Deliver, Job, JobEnded, JobKey, JobOutput, JobStarted
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.process_table import TREE_VARIABLE
from phoenix_cli.kernel.processes import Identity, describe_exit

CLOSING_GRACE_S = 1.0
LOST_GRACE_S = 1.0  # for what a worker that died has left
LOOK_S = 0.25  # how often a log is looked at
OUTPUT_S = 1.0  # between two ``JobOutput`` of a job
JOIN_S = 10.0


class _Seat:
    """A thread with at most one worker. Who cancels leaves the time to kill here and writes to ``alarm``."""

    __slots__ = ("alarm", "cancelled", "waker", "worker")

    def __init__(self) -> None:
        self.waker, self.alarm = os.pipe()
        os.set_blocking(self.waker, False)
        os.set_blocking(self.alarm, False)
        self.cancelled: dict[JobKey, float] = {}
        self.worker: WorkerProcess | None = None

    def wake(self) -> None:
        """Let the thread look at what was cancelled."""
        try:
            os.write(self.alarm, b"!")
        except BlockingIOError:
            pass  # it is full, so the thread will wake

    def drain(self) -> None:
        """Forget what woke it."""
        try:
            os.read(self.waker, 4096)
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self.waker)
        os.close(self.alarm)


class ProcessCalls:
    """Performs calls in at most ``slots`` workers, each for one folder and watched by a thread of its own.

    The thread that starts a worker lives as long as the worker: the kernel's death signal is bound to that thread.
    """

    def __init__(self, slots: int, deliver: Deliver, clock: Clock, environ: Mapping[str, str], tag: str) -> None:
        self._slots, self._deliver, self._clock, self._environ, self._tag = slots, deliver, clock, environ, tag
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._desk: Desk[_Seat] = Desk()
        self._seats: list[tuple[threading.Thread, _Seat]] = []
        self._left: set[str] = set()

    def __contains__(self, key: JobKey) -> bool:
        return key in self._desk

    def submit(self, job: Job) -> None:
        """Put a job into the queue; reports come from the threads."""
        self._desk.put(job)
        self._queue.put(job)
        if len(self._seats) < self._slots and len(self._seats) < len(self._desk):
            try:
                self._start()
            except (OSError, RuntimeError) as error:  # no descriptors, no threads: those that there are will have to do
                if not self._seats and self._desk.withdraw(job.key):
                    self._deliver(JobEnded(job.key, "unavailable", None, f"cannot start a thread for calls: {error}"))

    def _start(self) -> None:
        seat = _Seat()
        thread = threading.Thread(target=self._work, args=(seat,), name="phoenix-worker", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            seat.close()
            raise
        self._seats.append((thread, seat))

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """Withdraw a job that waits; end the whole tree of one that is performed."""
        if self._desk.withdraw(key):
            self._deliver(JobEnded(key, "failed", CANCELLED, BEFORE))
        elif (seat := self._desk.place_of(key)) is not None:
            kill_at = self._clock.monotonic() + grace_s
            seat.cancelled[key] = min(kill_at, seat.cancelled.get(key, kill_at))
            seat.wake()

    def close(self, *, kill: bool) -> None:
        """Withdraw what waits, end what is performed; with ``kill`` report on it and end what calls have left running."""
        if not kill:
            self._deliver = _nobody
        for key in self._desk.waiting():
            self.cancel(key, CLOSING_GRACE_S)
        for key in self._desk.performed():
            self.cancel(key, CLOSING_GRACE_S)
        for _ in self._seats:
            self._queue.put(None)
        for thread, _ in self._seats:
            thread.join(JOIN_S)
        self._seats.clear()
        if kill and self._left:
            processes.end(self._leftovers, self._clock, grace_s=CLOSING_GRACE_S)
        self._left.clear()

    def _leftovers(self) -> set[Identity]:
        return {one for mark in self._left for one in processes.tree((), "", mark)}

    def _work(self, seat: _Seat) -> None:
        while (job := self._queue.get()) is not None:
            if not self._desk.begin(job.key, seat):
                continue
            ended = self._perform(job, seat)
            self._desk.finish(job.key)
            seat.cancelled.clear()
            self._deliver(ended)
        self._retire(seat)
        seat.close()

    def _perform(self, job: Job, seat: _Seat) -> JobEnded:
        try:
            log = Watched(job.log)
        except OSError as error:
            return JobEnded(job.key, "unavailable", None, f"cannot write its log {job.log}: {error.strerror}")
        try:
            worker = self._worker(job, seat)
        except OSError as error:
            return JobEnded(job.key, "unavailable", None, f"cannot start a process for calls: {error.strerror}")
        else:
            return self._performed_by(worker, job, seat, log)
        finally:
            log.close()

    def _performed_by(self, worker: WorkerProcess, job: Job, seat: _Seat, log: Watched) -> JobEnded:
        key, told_at = job.key, self._clock.monotonic()
        self._deliver(JobStarted(key, asdict(worker.identity) if worker.identity else {"pid": worker.pid}))
        worker.send(replace(job, env={**job.env, TREE_VARIABLE: key.tag}))  # if it cannot, the worker has died
        grew = False
        while True:
            try:
                outcome = worker.wait(seat.waker, LOOK_S)
            except ValueError:
                return self._garbled(key, seat)
            seat.drain()  # before the look at what was cancelled: who cancels now wakes the next wait
            if outcome is not None:
                return JobEnded(key, *outcome)
            if key in seat.cancelled:
                return self._stopped(key, seat)
            if (code := worker.died()) is not None:
                return self._lost(key, seat, code)
            grew = log.grew() or grew
            if grew and job.tells_output and self._clock.monotonic() - told_at >= OUTPUT_S:
                grew, told_at = False, self._clock.monotonic()
                self._deliver(JobOutput(key))

    def _worker(self, job: Job, seat: _Seat) -> WorkerProcess:
        """Return the seat's worker, another one when it serves another folder: a process holds one module of a name."""
        worker = seat.worker
        if worker is not None and (worker.folder != job.dir or worker.died() is not None):
            self._retire(seat)
        if seat.worker is None:
            seat.worker = WorkerProcess(job.dir, self._environ, self._tag, job.log)
        return seat.worker

    def _retire(self, seat: _Seat) -> None:
        worker, seat.worker = seat.worker, None
        if worker is not None and worker.leave(self._clock):
            self._left.add(worker.mark)

    def _stopped(self, key: JobKey, seat: _Seat) -> JobEnded:
        code = self._end(key, seat)
        return JobEnded(key, "failed", code, f"cancelled; its process {_died(code)}")

    def _lost(self, key: JobKey, seat: _Seat, code: int) -> JobEnded:
        seat.cancelled.setdefault(key, self._clock.monotonic() + LOST_GRACE_S)
        self._end(key, seat)
        return JobEnded(key, "lost", code, f"the process of the call {_died(code)}")

    def _garbled(self, key: JobKey, seat: _Seat) -> JobEnded:
        """End a worker in whose descriptors the call has written: nobody knows how it ended."""
        seat.cancelled.setdefault(key, self._clock.monotonic() + LOST_GRACE_S)
        self._end(key, seat)
        return JobEnded(key, "lost", None, "the process of the call answered with something that is no answer")

    def _end(self, key: JobKey, seat: _Seat) -> int:
        worker, seat.worker = seat.worker, None
        assert worker is not None
        return worker.end(key.tag, self._clock, lambda: seat.cancelled[key])


def _died(code: int) -> str:
    return f"was {describe_exit(code)}" if code < 0 else describe_exit(code)


def _nobody(_: object) -> None:
    return None
