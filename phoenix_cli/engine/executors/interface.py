"""The seam between the driver and whatever performs steps: jobs go in, reports come out.

An executor decides nothing: no retries, no order, no locks. It answers each job with exactly one ``JobEnded``, also when the
job was cancelled or its worker died, and only when nothing of the job's process tree is left. Reports may come from any
thread. A job is known by its key; a report about a key that the driver has given up is thrown away by the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from phoenix_cli.engine.model import Call, Chain, Run
from phoenix_cli.kernel.records import record

Role = Literal["step", "undo", "check"]
#: How an attempt can end badly: its own fault, its worker's death, something out of reach, a refusal.
Error = Literal["", "failed", "lost", "unavailable", "refused"]

LOG_BYTES = (
    64 << 20
)  # what is kept of a job's output: the beginning and the end, and a line that tells what is left out
OUTPUT_BYTES = 64 << 10  # what a job may hand on as values, as JSON


class JobKey(NamedTuple):
    """One attempt of one step of one run, or of its undo or its check."""

    run: str
    step: str
    attempt: int
    role: Role = "step"

    @property
    def tag(self) -> str:
        """The value of ``PHOENIX_TREE`` in the environment of all processes of this job."""
        return f"{self.run}/{self.role}/{self.step}/{self.attempt}"


@record
class Job:
    """What is to be performed. Every text is filled in; ``action`` is a command, a chain of them, or a Python call.

    ``dir`` is absolute. ``env`` is all variables of a command, not a difference. ``log`` is where output goes (appended).
    ``outputs`` are the names of values that the job hands on: a command writes them to the file that ``PHOENIX_OUTPUT``
    names, a call returns them. ``killable`` asks for a process of its own for a call. ``limit_s`` is a last resort for the
    time when no driver is there: past it the executor ends the job by itself. ``fence`` grows with each driver of a run:
    an executor that outlives its driver refuses jobs and cancels with a lower one.
    """

    key: JobKey
    action: Run | Chain | Call
    dir: str
    env: Mapping[str, str] = field(default_factory=dict)
    log: Path = Path()
    outputs: tuple[str, ...] = ()
    killable: bool = False
    limit_s: float | None = None
    tells_output: bool = False  # send ``JobOutput``, at most once a second, because an idle limit wants it
    fence: int = 1
    priority: float = 0.0  # larger is more urgent, for executors with queues of their own


class JobStarted(NamedTuple):
    """A process began; ``process`` is what ``adopt`` needs to find it again, as JSON."""

    key: JobKey
    process: Mapping[str, Any]


class JobOutput(NamedTuple):
    """It wrote something since the last report."""

    key: JobKey


class JobEnded(NamedTuple):
    """It is over: ``error`` is "" when it ended well; ``code`` is Python's return code (negative for a signal)."""

    key: JobKey
    error: Error
    code: int | None = None
    message: str = ""
    outputs: Mapping[str, Any] = {}


Report = JobStarted | JobOutput | JobEnded
Deliver = Callable[[Report], None]


@record
class Capabilities:
    """``slots`` jobs at once; ``survives``: jobs live on when the driver dies, and can be adopted by the next one."""

    slots: int
    survives: bool
    kinds: tuple[type, ...] = (Run, Chain, Call)
    labels: Mapping[str, str] = field(default_factory=dict)


class Executor(Protocol):
    """Performs jobs. ``open`` is called once, before anything else; every method comes from the driver's thread."""

    def open(self, deliver: Deliver) -> None:
        """Get ready; from now on ``deliver`` is called with reports."""

    def capabilities(self) -> Capabilities:
        """Tell what it can do, now. Raises ``Unavailable`` when it cannot be reached."""

    def submit(self, job: Job) -> None:
        """Take a job; returns at once. What goes wrong is reported, not raised."""

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """Ask the whole tree of a job to end, kill it after the grace; answered by ``JobEnded``. Unknown keys: nothing."""

    def settled(self, keys: Collection[JobKey]) -> None:
        """Take note that the ends of these jobs are in the journal: they need not be told to the next driver."""

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Return which of the jobs of a driver that is gone still run or have ended unsettled, and report on them from now on.

        Whatever else is left of that driver's jobs is ended before this returns.
        """

    def close(self, *, kill: bool) -> None:
        """Let go. With ``kill`` end every job and what jobs left behind first; otherwise running jobs may live on."""


class Source(Protocol):
    """What reports from the coordinator's own thread, while that waits for it: no other thread, no waking of each other."""

    @property
    def active(self) -> bool:
        """Whether there is anything to wait for."""

    def wait(self, timeout_s: float) -> list[int]:
        """Wait for so long, or until something happens, or for ``wake``; return what ``see_to`` takes."""

    def see_to(self, ready: list[int]) -> None:
        """Report what happened."""

    def wake(self) -> None:
        """Let ``wait`` return. Safe in a signal handler."""


def source_of(executor: Executor) -> Source | None:
    """Return what the driver waits for in its own thread; None for an executor that reports from threads of its own."""
    found: Source | None = getattr(executor, "source", None)
    return found
