"""A real Dask cluster on this machine for tests: scheduler and workers are processes of their own, ended by identity."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock
from tests.engine.executors.conformance import eventually


class Cluster:
    """One scheduler and its workers, at an address that stays when the scheduler is started anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tag = f"dask-test-{os.getpid()}-{time.monotonic_ns()}"
        self.address = ""
        self.ready = False  # for who shares it: all workers have been seen
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        """The address as a person writes it."""
        return self.address.replace("tcp://", "dask://")

    def start_scheduler(self) -> None:
        """Start the scheduler, at a free port the first time."""
        file = self.folder / f"scheduler-{time.monotonic_ns()}.json"
        port = self.address.rpartition(":")[2] or "0"
        words = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--scheduler-file", str(file)]
        words += ["--idle-timeout", "600s"]  # if the tests are killed
        self.scheduler = self._start(words)
        eventually(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = str(json.loads(file.read_text())["address"])

    def add_worker(self, *, nanny: bool, python_path: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a worker with one slot; it is there a little later."""
        place = self.folder / f"worker-{time.monotonic_ns()}"
        words = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(place)]
        worker = self._start([*words, "--host", "127.0.0.1", "--nanny" if nanny else "--no-nanny"], python_path)
        self.workers.append(worker)
        return worker

    def heal(self) -> None:
        """Start what is missing: a scheduler, one worker with a nanny and one without."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            for worker in list(self.workers):
                self.kill_node(worker)  # they are about to leave: their scheduler is gone
            self.start_scheduler()
        self.workers = [one for one in self.workers if one.poll() is None]
        for nanny in {True, False} - {looked_after(one) for one in self.workers}:
            self.add_worker(nanny=nanny)

    def _start(self, words: list[str], python_path: Path | None = None) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb")
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), processes.TREE_VARIABLE: self.tag}
        if python_path is not None:
            env["PYTHONPATH"] = str(python_path)
        with log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "dask", *words], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill_scheduler(self) -> None:
        """kill -9 the scheduler."""
        assert self.scheduler is not None
        self.scheduler.kill()
        self.scheduler.wait()

    def kill_node(self, worker: subprocess.Popen[bytes]) -> None:
        """kill -9 a worker with its nanny, at once."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def stop(self) -> None:
        """End all of it."""
        processes.end(lambda: processes.tagged(self.tag), SystemClock(), grace_s=0.0)
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.wait()


def looked_after(worker: subprocess.Popen[bytes]) -> bool:
    """Tell whether a worker has a nanny, which starts it again when it dies."""
    assert isinstance(worker.args, list)
    return str(worker.args[-1]) == "--nanny"
