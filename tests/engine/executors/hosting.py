"""A host executor at work in a folder, and a driver of its own process that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.host import remains
from phoenix_cli.engine.executors.host.executor import HostExecutor
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey
from phoenix_cli.engine.model import Chain, Run
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock
from tests.engine.executors.conformance import Reports

#: Not the same in two test runs: what is ended by its tag is nobody else's. Drivers in processes of their own inherit it.
RUN = os.environ.setdefault("PHOENIX_TEST_RUN", f"run_{os.getpid()}_{os.urandom(3).hex()}")


class At:
    """An executor in a folder, with what it has told."""

    def __init__(self, folder: Path, fence: int = 1, **more: Any) -> None:
        self.folder, self.fence, self.reports = folder, fence, Reports()
        self.executor = HostExecutor(folder, RUN, SystemClock(), slots=2, **more)
        self.executor.open(self.reports)

    def job(self, step: str, action: Run | Chain | str, **more: Any) -> Job:
        """Return a job; a text is a shell's."""
        action = Run(shell=action) if isinstance(action, str) else action
        more = {"dir": str(self.folder), "env": {"PATH": os.environ["PATH"]}, "fence": self.fence, **more}
        return Job(key(step), action, log=self.log(step), **more)

    def log(self, step: str) -> Path:
        """Return where a step's output goes."""
        return self.folder / f"{step}.1.log"

    def submit(self, step: str, action: Run | Chain | str, **more: Any) -> JobKey:
        """Hand a job in."""
        self.executor.submit(self.job(step, action, **more))
        return key(step)

    def perform(self, step: str, action: Run | Chain | str, **more: Any) -> JobEnded:
        """Hand a job in and wait for its end."""
        return self.reports.end_of(self.submit(step, action, **more))

    @property
    def host(self) -> int:
        """The process of the host that lives here."""
        note = remains.read_note(str(self.folder))
        assert note is not None
        return note[0]


def key(step: str) -> JobKey:
    """Return the key of a step's first attempt."""
    return JobKey(RUN, step, 1)


def tagged(step: str) -> set[processes.Identity]:
    """Return what of a step lives."""
    return processes.tagged(key(step).tag)


DRIVER = """
import json, os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.engine.executors.hosting import At
at = At(Path(sys.argv[2]), int(sys.argv[3]))
for step, text in json.loads(sys.argv[4]):
    print("+" + step, flush=True)
    at.submit(step, text, outputs=("v",))
print("all", flush=True)
for line in sys.stdin:
    at.executor.close(kill=line.strip() == "kill")
    print("closed", flush=True)
"""
ROOT = Path(__file__).parents[3]


class Driver:
    """A driver in a process of its own; ``submitted`` are the steps whose submission it began."""

    def __init__(self, folder: Path, steps: list[tuple[str, str]], fence: int = 1) -> None:
        import json

        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(ROOT), str(folder), str(fence), json.dumps(steps)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.submitted: list[str] = []

    def read(self, until: str = "all") -> None:
        """Read what it says until a word, or its end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("+"):
                self.submitted.append(line[1:].strip())
            if line.strip() == until:
                return

    def kill(self) -> None:
        """Kill it as the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.read()
        self.end()

    def end(self) -> None:
        """See that nothing of it is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
