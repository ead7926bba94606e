"""Performs commands as children of the coordinator, under a foster host; what an earlier coordinator left, by its host."""

from __future__ import annotations

import gc
import math
import os
import threading
from collections.abc import Collection
from pathlib import Path
from signal import SIGKILL

from phoenix_cli.engine.executors.direct import ledger
from phoenix_cli.engine.executors.direct.foster import Foster
from phoenix_cli.engine.executors.direct.hands import Hands
from phoenix_cli.engine.executors.direct.ledger import Ledger, Writer
from phoenix_cli.engine.executors.host import jobs, remains, sweeping
from phoenix_cli.engine.executors.host.executor import SUPERSEDED, HostExecutor
from phoenix_cli.engine.executors.interface import LOG_BYTES, Capabilities, Deliver, Job, JobEnded, JobKey
from phoenix_cli.engine.model import Chain, Run
from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.processes import Identity

CLOSING_GRACE_S = 1.0
LOOK_S = 0.01
GONE_S = 5.0  # until a process that was killed is gone


class CommandExecutor:
    """Commands of one run and of its sub-flows. With a foster host they are children of this process, else of a host.

    One host serves a run at any time, and holds ``host.lock``. Where one lives that has commands of an earlier coordinator it
    gets the new ones, too. Who calls ``wait`` in a loop (``driven``) spares this a thread that waits.
    """

    def __init__(
        self, folder: Path, run_id: str, clock: Clock, foster: Foster | None, slots: int = 0, *, driven: bool = False,
        log_bytes: int = LOG_BYTES,
    ) -> None:  # fmt: skip
        self._folder, self._clock, self._foster, self._log_bytes = folder, clock, foster, log_bytes
        self._slots = slots or os.cpu_count() or 1
        self._driven = driven
        self._host = HostExecutor(folder, run_id, clock, slots=slots, log_bytes=log_bytes)
        self._runs = {run_id}
        self._fence = 0
        self._deliver: Deliver = _nobody
        self._file = FileLock(folder / remains.LOCK)
        self._hands: Hands | None = None
        self._ledger: Ledger | None = None
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def open(self, deliver: Deliver) -> None:
        """Get ready; nothing is started yet."""
        self._deliver = deliver
        self._host.open(deliver)

    def capabilities(self) -> Capabilities:
        """Tell what it can do."""
        return Capabilities(self._slots, survives=True, kinds=(Run, Chain))

    @property
    def host_pid(self) -> int:
        """The host that has the commands, or will have them."""
        return self._foster.pid if self._hands is not None and self._foster is not None else self._host.host_pid

    def submit(self, job: Job) -> None:
        """Take a job; a second time the same while it is here is nothing."""
        hands = self._hands or self._begin(job.fence)
        if hands is None:
            self._host.submit(job)
        elif not isinstance(job.action, Run | Chain):
            self._deliver(JobEnded(job.key, "refused", None, "only commands are performed here"))
        elif not all(one.argv or one.shell for one in jobs.parts_of(job.action)):
            self._deliver(JobEnded(job.key, "failed", None, "there is no command to start"))
        elif job.fence < self._fence:
            self._deliver(JobEnded(job.key, "refused", None, SUPERSEDED))
        else:
            with self._lock:
                self._fence = max(self._fence, job.fence)
                self._runs.add(job.key.run)
                if job.key.tag not in hands.keys:
                    hands.take(job)
            if self._thread is not None:
                hands.wake()

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """End the tree of a job."""
        if self._hands is None or key.tag not in self._hands.keys:
            self._host.cancel(key, grace_s)
            return
        with self._lock:
            self._hands.stop(key.tag, grace_s)
            self._hands.wake()

    def settled(self, keys: Collection[JobKey]) -> None:
        """Count what the ledger need not tell any more."""
        if self._hands is not None:
            self._hands.unsettled -= len(keys)

    # ---- beginnings

    def _begin(self, fence: int) -> Hands | None:
        """Be who starts commands, unless there is no foster host, or a host lives already."""
        if self._foster is None or not self._foster.lives() or not self._file.acquire(wait=False):
            return None
        foster, folder = self._foster, str(self._folder)
        remains.sign(self._file.fileno(), foster.pid)
        foster.entrust(folder, self._file.fileno())
        own = process_table.entry(os.getpid())
        self._ledger = Ledger(folder, Writer(fence, os.getpid(), own.started if own else "", self._log_bytes))
        self._hands = Hands(self._ledger, self._deliver, foster.pid, self._log_bytes)
        gc.freeze()  # the flow and all modules stay to the end: looking through them again and again is 0.05 ms a command
        if not self._driven:
            self._thread = threading.Thread(target=self._serve, name="phoenix-commands", daemon=True)
            self._thread.start()
        return self._hands

    def _serve(self) -> None:
        while not self._stopping:
            self.see_to(self.wait(math.inf))

    @property
    def active(self) -> bool:
        """Whether ``wait`` has something to wait for."""
        return self._driven and self._hands is not None and bool(self._hands.commands)

    def wait(self, timeout_s: float) -> list[int]:
        """Wait until a command ends or needs to be looked at, for so long, or for ``wake``."""
        assert self._hands is not None
        with self._lock:
            timeout_s = min(timeout_s, self._hands.patience_s())
        return self._hands.wait(timeout_s)

    def see_to(self, ready: list[int]) -> None:
        """Go on with what has ended and what is due, and report."""
        assert self._hands is not None
        with self._lock:
            self._hands.see_to(ready)

    def wake(self) -> None:
        """Let ``wait`` return. Safe in a signal handler."""
        if self._hands is not None:
            self._hands.wake()

    # ---- what an earlier coordinator left

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Take over what lives, tell how what has ended meanwhile did, end everything else of the coordinator before."""
        self._fence = max(self._fence, fence)
        self._runs.update(key.run for key in known)
        left = ledger.read(str(self._folder))
        if left.writer is not None:
            self._relieve(left.writer)
        adopted = self._host.adopt(known, fence)
        told = {key for key in known if key not in adopted and key.tag in left.ends}
        for key in told:
            self._deliver(jobs.ended(key, *left.ends[key.tag][1:]))
        return adopted | told

    def _relieve(self, writer: Writer) -> None:
        """Kill a coordinator that was too silent (stopped, or hung) and has lost its run: its host inherits only then."""
        one = Identity(writer.pid, writer.started, processes.boot_id())
        if one.pid == os.getpid() or not one.started:
            return
        processes.send(one, SIGKILL)
        deadline = self._clock.monotonic() + GONE_S
        while processes.alive(one) and self._clock.monotonic() < deadline:
            self._clock.sleep(LOOK_S)

    # ---- the end

    def close(self, *, kill: bool) -> None:
        """Let go; with ``kill`` end everything of the run and of its sub-flows first, also what earlier hosts left."""
        if self._hands is not None:
            self._part(self._hands, kill=kill)
        self._host.close(kill=kill)

    def _part(self, hands: Hands, *, kill: bool) -> None:
        assert self._ledger is not None and self._foster is not None
        self._stopping = True
        if self._thread is not None:
            hands.wake()
            self._thread.join()
        self._hands = None
        if kill:
            self._end_all(hands)
            self._end_strays(self._foster)
            _sign_off(self._file)
            self._foster.release(str(self._folder))
        hands.close()
        self._ledger.close(remove=kill and hands.unsettled <= 0)
        self._file.release()

    def _end_all(self, hands: Hands) -> None:
        for tag in list(hands.commands):
            hands.stop(tag, CLOSING_GRACE_S)
        while hands.commands:
            hands.see_to(hands.wait(hands.patience_s()))

    def _end_strays(self, foster: Foster) -> None:
        """End what steps have left running."""
        if not foster.lives():
            sweeping.end_runs(self._runs, self._clock, CLOSING_GRACE_S)
            return
        boot = processes.boot_id()

        def left() -> set[Identity]:
            table = process_table.table()
            roots = foster.strays(table)
            everything = roots | process_table.descendants(roots, table)
            return {Identity(pid, table[pid].started, boot) for pid in everything}

        processes.end(left, self._clock, grace_s=CLOSING_GRACE_S)


def _sign_off(lock: FileLock) -> None:
    """Give the lock back, which the foster host has, too."""
    import fcntl

    remains.sign_off(lock.fileno())
    fcntl.flock(lock.fileno(), fcntl.LOCK_UN)


def _nobody(_: object) -> None:
    return None
