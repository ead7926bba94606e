"""One job on a worker: waits for the go, performs, ends itself when nobody asks for it any more."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from phoenix_cli.engine.executors.calls.worker import as_line
from phoenix_cli.engine.executors.cluster.kept_output import KeptOutput
from phoenix_cli.engine.executors.cluster.task import END_GRACE_S, Result, Task
from phoenix_cli.engine.executors.cluster.tree import Tree
from phoenix_cli.engine.executors.interface import Job
from phoenix_cli.engine.executors.values import read_values, told, wanted
from phoenix_cli.engine.model import Call
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import Failed

TICK_S = 0.5
RING_S = 1.0
GO_S = 20.0  # a slot is not held for longer for a driver that does not answer


class Host(Protocol):
    """What a job needs of its worker."""

    def ring(self, job: WorkerJob) -> None:
        """Tell the driver that there is something to ask for."""

    def closing(self) -> bool:
        """Tell whether the worker is about to end, as it does when its scheduler is gone."""

    def newest_fence(self, session: str) -> int:
        """Return the fence of the session's newest driver, by the scheduler. Raises ``OSError`` when it cannot be asked."""


class WorkerJob:
    """``state`` is waiting, running, ended, or dropped (never begun). Times are this machine's monotonic clock."""

    def __init__(self, task: Task, host: Host, folder: str) -> None:
        self.task, self.host, self.folder = task, host, folder
        self.id = uuid.uuid4().hex
        self.state = "waiting"
        self.result: Result | None = None
        self.output = KeptOutput(folder)
        self.ended_at = 0.0
        self.lease_until = 0.0
        self.kill_at: float | None = None
        self._limit_at: float | None = None
        self._answer = threading.Event()
        self._tree: Tree | None = None
        self._lock = threading.Lock()

    # From the worker's event loop.

    def go(self, stamp: float) -> None:
        """Let it begin; the lease counts from a moment that the driver knows of."""
        with self._lock:
            if self.state != "waiting":
                return
            self.state = "granted"
        self.renew(stamp)
        self._answer.set()

    def deny(self) -> None:
        """Keep it from beginning."""
        with self._lock:
            if self.state == "waiting":
                self.state = "dropped"
        self._answer.set()

    def renew(self, stamp: float) -> None:
        """Take note that a driver has read an answer that was given at ``stamp``."""
        self.lease_until = max(self.lease_until, stamp + self.task.lease_s)

    def cancel(self, grace_s: float) -> None:
        """End the whole tree; a second cancel may only be more urgent."""
        self.deny()
        at = time.monotonic() + grace_s
        with self._lock:
            self.kill_at = at if self.kill_at is None else min(at, self.kill_at)
            if self._tree is not None:
                self._tree.wake()

    def told(self, read: tuple[int, int] | None) -> dict[str, Any]:
        """Return what the driver wants to know, and a piece of the output.

        All but the output goes as JSON text: Dask's own format has no long integers and no paths that are not UTF-8.
        """
        about = {
            "key": self.task.key,
            "submission": self.task.submission,
            "state": self.state,
            "total": self.output.total,
            "from": read[0] if read else 0,
            "result": self.result,
            "process": self.process(),
            "log": [self.task.log, self.task.log_base, self.task.tells_output],
        }
        return {"id": self.id, "about": json.dumps(about), "data": self.output.read(*read) if read else b""}

    def process(self) -> dict[str, Any]:
        """Return what tells the job's processes from all others."""
        tree = self._tree
        return {"pid": tree.pid, "mark": tree.mark, "place": place()} if tree else {"place": place()}

    # In a thread of the worker.

    def perform(self) -> None:
        """Wait for the go, perform the job, keep its result until the driver has it."""
        self._wait_for_an_answer()
        self.deny()  # if there was none
        if self.state == "dropped":
            return
        self.state = "running"
        if self.task.limit_s is not None:
            self._limit_at = time.monotonic() + self.task.limit_s
        self.result = self._performed()
        self.ended_at = time.monotonic()
        self.state = "ended"
        self.host.ring(self)

    def _wait_for_an_answer(self) -> None:
        deadline = time.monotonic() + GO_S
        while not self._answer.is_set() and time.monotonic() < deadline and not self.host.closing():
            self.host.ring(self)
            self._answer.wait(RING_S)

    def _performed(self) -> Result:
        try:
            if self.host.newest_fence(self.task.session) > self.task.fence:
                return Result("refused", None, "another coordinator has taken the run over")
            if not os.path.isdir(self.task.dir):
                where = f"{self.task.dir} is no folder on the worker's machine {os.uname().nodename}"
                return Result("failed", None, f"{where}; workers must see the same files")
            with tempfile.TemporaryDirectory(dir=self.folder, prefix="phoenix-", ignore_cleanup_errors=True) as desk:
                return self._call(desk) if "call" in self.task.action else self._commands(desk)
        except OSError as error:
            return Result("lost", None, f"its worker could not go on: {error}")

    def _commands(self, desk: str) -> Result:
        values = Path(desk, "outputs")
        env = wanted(self.task.env, values)
        for command in self.task.action["commands"]:
            bad = self._run(command, env)
            if bad is not None:
                return bad
        try:
            return Result("", 0, "", read_values(values, self.task.outputs))
        except Failed as error:
            return Result("failed", 0, told(error))

    def _call(self, desk: str) -> Result:
        job, result = Path(desk, "job"), Path(desk, "result")
        call = Call(self.task.action["call"], self.task.action["arguments"])
        job.write_bytes(as_line(Job(self.task.key, call, self.task.dir, {}, Path(), self.task.outputs)))
        module = "phoenix_cli.engine.executors.cluster.call_process"
        command = [sys.executable, "-u", "-P", "-m", module, str(job), str(result)]
        bad = self._run(command, {**os.environ, **self.task.env})
        try:
            return Result(*json.loads(result.read_bytes()))
        except FileNotFoundError:
            return bad or Result("failed", 0, "the process ended before the call did")

    def _run(self, command: list[str], env: Mapping[str, str]) -> Result | None:
        """Run one command to its end; return None when that was good."""
        why = self._reason_to_end()
        if why is not None:
            return why
        try:
            tree = Tree(command, self.task.dir, env, self.task.key.tag, self.output.write)
        except OSError as error:
            return Result("failed", None, f"cannot start it: {error.strerror}")
        with self._lock:
            self._tree = tree
        try:
            self.host.ring(self)
            while not tree.over and why is None:
                tree.pump(self._patience())
                why = self._reason_to_end()
            if why is not None and not tree.over:
                tree.end(self._kill_time())
        finally:
            tree.close()
        return self._judged(tree, why)

    def _judged(self, tree: Tree, why: Result | None) -> Result | None:
        if why is not None:
            return why._replace(code=tree.status)
        if tree.status is None:
            return Result("lost", None, f"the process that kept it was {tree.keepers_end}")
        return None if tree.status == 0 else Result("failed", tree.status, processes.describe_exit(tree.status))

    def _reason_to_end(self) -> Result | None:
        now = time.monotonic()
        if self.kill_at is not None:
            return Result("failed", None, "it was stopped")
        if self._limit_at is not None and now >= self._limit_at:
            return Result("failed", None, "its time limit is over")
        if self.host.closing():
            return Result("lost", None, "its worker was closed")
        if now >= self.lease_until:
            return Result("lost", None, "no coordinator asked for it any more")
        return None

    def _patience(self) -> float:
        return TICK_S if self._limit_at is None else max(0.0, min(TICK_S, self._limit_at - time.monotonic()))

    def _kill_time(self) -> Callable[[], float]:
        default = time.monotonic() + END_GRACE_S
        return lambda: default if self.kill_at is None else self.kill_at


def place() -> str:
    """Return what names this machine, and the pids that can be seen from here."""
    try:
        return f"{processes.boot_id()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""
