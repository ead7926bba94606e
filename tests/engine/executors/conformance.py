"""What every executor is held against: work that each performs in its own way, and what each can do.

A test asks for capabilities (``over("cancels", "trees")``) and is made once for each executor that has them all, so that
the list of tests says who is held against what. The work is named (``Work``); a *stand* turns it into jobs of its kind.
"""

from __future__ import annotations

import itertools
import os
import shlex
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.direct.executor import CommandExecutor
from phoenix_cli.engine.executors.direct.foster import Foster
from phoenix_cli.engine.executors.fake import GOOD, NEVER, Ending, FakeExecutor, fail
from phoenix_cli.engine.executors.host.executor import HostExecutor
from phoenix_cli.engine.executors.interface import (
    OUTPUT_BYTES,
    Executor,
    Job,
    JobEnded,
    JobKey,
    JobStarted,
    Report,
    Role,
)  # fmt: skip
from phoenix_cli.engine.executors.local import LocalExecutor
from phoenix_cli.engine.model import Action, Call, Run
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.process_table import Entry

SLOTS = 2
WITHIN_S = 60.0  # a deadline for a hang, not a measure: the machine may be busy
HERE = Path(__file__).parent
TASKS = (HERE / "tasks.py").read_text(encoding="utf-8")

Capability = Literal[
    "cancels",  # ends what runs
    "trees",  # ... with all that it has started
    "codes",  # tells exit statuses
    "programs",  # starts programs, which can be missing
    "dies",  # outlives work that kills its own process
    "queues",  # has slots of its own: what is more than those waits here, not in the driver
    "workers",  # a process performs one job and can be killed: ``kill_worker``
    "hosts",  # a process performs all jobs and can be killed: ``kill_host``
    "survives",  # its jobs outlive the driver: ``lose_driver``
    "successors",  # a second driver can take over while the first still lives: ``succeed``
    "repeats",  # can be made to tell an end twice: ``tell_again``
    "processes",  # tells of the process that performs a job
]


def eventually(condition: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


class Reports:
    """What an executor has told, from any thread."""

    def __init__(self) -> None:
        self._all: list[Report] = []
        self._changed = threading.Condition()

    def __call__(self, report: Report) -> None:
        with self._changed:
            self._all.append(report)
            self._changed.notify_all()

    @property
    def all(self) -> list[Report]:
        """Everything so far."""
        with self._changed:
            return list(self._all)

    @property
    def ends(self) -> list[JobEnded]:
        """The ends so far."""
        return [one for one in self.all if isinstance(one, JobEnded)]

    def wait(self, enough: Callable[[list[Report]], bool]) -> None:
        """Wait until the reports are as wanted."""
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self._all), WITHIN_S), f"only {self._all[-5:]}"

    def end_of(self, key: JobKey) -> JobEnded:
        """Wait for the end of a job."""
        self.wait(lambda told: any(isinstance(one, JobEnded) and one.key == key for one in told))
        return next(one for one in self.ends if one.key == key)

    def start_of(self, key: JobKey) -> JobStarted:
        """Wait for the beginning of a job."""
        self.wait(lambda told: any(isinstance(one, JobStarted) and one.key == key for one in told))
        return next(one for one in self.all if isinstance(one, JobStarted) and one.key == key)

    def wait_for_ends(self, count: int) -> list[JobEnded]:
        """Wait for so many ends."""
        self.wait(lambda told: sum(isinstance(one, JobEnded) for one in told) >= count)
        return self.ends


@dataclass(frozen=True)
class Work:
    """Something to be done: good, values, large, leave (with ``code``), die, hang, gate, family, note, missing.

    ``hang``, ``gate`` and ``family`` make ``path`` when they are under way; a gate ends well once ``path`` is gone again.
    """

    name: str = "good"
    code: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    path: Path = Path()


@dataclass
class Stand:
    """An executor at work in a folder, and what it has told."""

    executor: Executor
    reports: Reports
    folder: Path
    action: Callable[[Work], Action]
    killable: bool = False
    run: str = field(default_factory=lambda: f"run-{os.getpid()}-{os.urandom(4).hex()}")
    count: int = 0
    works: dict[JobKey, Work] = field(default_factory=dict)
    jobs: dict[JobKey, Job] = field(default_factory=dict)

    def job(self, work: Work, *, role: Role = "step", fence: int = 1, folder: Path | None = None) -> Job:
        """Return a job that has not been before."""
        self.count += 1
        key = JobKey(self.run, f"{work.name}-{self.count}", 1, role)
        self.works[key] = work
        env = {"PATH": os.environ["PATH"], "PHOENIX_TREE": key.tag}
        place, log = folder or self.folder, self.folder / f"{self.count}.log"
        names = tuple(work.values) or (("text",) if work.name == "large" else ())
        made = Job(key, self.action(work), str(place), env, log, names, self.killable, fence=fence)
        self.jobs[key] = made
        return made

    def submit(self, work: Work, **more: Any) -> JobKey:
        """Hand work in."""
        job = self.job(work, **more)
        self.executor.submit(job)
        return job.key

    def perform(self, work: Work, **more: Any) -> JobEnded:
        """Hand work in and wait for its end."""
        return self.reports.end_of(self.submit(work, **more))

    def underway(self, name: str = "hang") -> JobKey:
        """Begin work that does not end by itself, and wait until it is performed."""
        ready = self.folder / f"ready-{self.count}"
        key = self.submit(Work(name, path=ready))
        eventually(lambda: self.has_begun(key, ready))
        return key

    def has_begun(self, key: JobKey, ready: Path) -> bool:
        """Tell whether work that says so has said so."""
        return ready.exists()

    def left(self, key: JobKey) -> set[processes.Identity]:
        """Return what carries the job's tag."""
        return processes.tagged(key.tag)

    def finish(self, key: JobKey) -> None:
        """Let a gate end."""
        self.works[key].path.unlink()

    def kill_worker(self, key: JobKey) -> None:
        """Kill whatever performs a job."""
        pid = self.reports.start_of(key).process["pid"]
        os.kill(pid, signal.SIGKILL)

    def kill_host(self) -> None:
        """Kill whatever performs all jobs."""
        raise NotImplementedError

    def lose_driver(self) -> None:
        """Let the driver die; what follows is a new one, whose executor is not open yet."""
        raise NotImplementedError

    def succeed(self) -> Stand:
        """Return the stand of a second driver, whose executor is not open yet."""
        raise NotImplementedError

    def tell_again(self, key: JobKey) -> None:
        """Let an end be told a second time."""
        raise NotImplementedError


@dataclass(frozen=True)
class Factory:
    """One way to perform work: its name, what it can do, and how it is set up in a folder."""

    name: str
    has: frozenset[Capability]
    make: Callable[[Path, Reports], Stand]
    marks: tuple[pytest.MarkDecorator, ...] = ()

    def __call__(self, folder: Path) -> Stand:
        """Set it up and open it."""
        (folder / "tasks.py").write_text(TASKS, encoding="utf-8")
        stand = self.make(folder, Reports())
        stand.executor.open(stand.reports)
        return stand


# ---- calls


def call_of(work: Work) -> Action:
    """Return work as a Python call."""
    function, arguments = {
        "good": ("nothing", {}),
        "values": ("values", dict(work.values)),
        "large": ("large", {"size": OUTPUT_BYTES + 1}),
        "leave": ("leave", {"code": work.code}),
        "die": ("die", {}),
        "hang": ("hang", {"ready": str(work.path)}),
        "gate": ("gate", {"ready": str(work.path)}),
        "family": ("family", {"ready": str(work.path)}),
        "note": ("note", {"path": str(work.path)}),
        "missing": ("no_such_function", {}),
    }[work.name]
    return Call(f"tasks:{function}", arguments)


def _calls(folder: Path, reports: Reports, *, killable: bool) -> Stand:
    return Stand(CallExecutor(SLOTS, SystemClock(), dict(os.environ)), reports, folder, call_of, killable)


# ---- commands


def command_of(work: Work) -> Action:
    """Return work as a command."""
    path = shlex.quote(str(work.path))
    values = "\n".join(f"{name}={value}" for name, value in work.values.items())
    texts = {
        "good": ":",
        "values": f'printf "%s\\n" {shlex.quote(values)} >"$PHOENIX_OUTPUT"',
        "large": f'{{ printf text=; head -c {OUTPUT_BYTES + 1} /dev/zero | tr "\\0" x; }} >"$PHOENIX_OUTPUT"',
        "leave": f"exit {work.code}",
        "die": "kill -9 $$",
        "hang": f": >{path}; while :; do sleep 3600; done",
        "gate": f": >{path}; while [ -e {path} ]; do sleep 0.02; done",
        "family": f"trap '' TERM; sh -c \"trap '' TERM; : >{path}; while :; do sleep 1; done\" & wait; wait; sleep 3600",
        "note": f"echo once >>{path}",
    }
    return Run(("/no/such/program",)) if work.name == "missing" else Run(shell=texts[work.name])


class HostStand(Stand):
    """Commands are performed by a host, which outlives the driver."""

    def host(self) -> HostExecutor:
        """Return what stands between the driver and the host."""
        assert isinstance(self.executor, HostExecutor)
        return self.executor

    def another(self) -> Executor:
        """Return an executor for another driver of the same run."""
        return HostExecutor(self.folder, self.run, SystemClock(), slots=SLOTS)

    def kill_host(self) -> None:
        """Kill the host."""
        os.kill(self.host().host_pid, signal.SIGKILL)

    def lose_driver(self) -> None:
        """Let the driver go without a word."""
        self.executor.close(kill=False)
        self.executor = self.another()

    def succeed(self) -> Stand:
        """Return another driver of the same run."""
        return HostStand(self.another(), Reports(), self.folder, self.action, run=self.run, count=self.count + 1_000)


class LocalStand(HostStand):
    """Commands through the composition of both."""

    def another(self) -> Executor:
        """Return an executor for another driver of the same run."""
        commands = HostExecutor(self.folder, self.run, SystemClock(), slots=SLOTS)
        return LocalExecutor(commands, lambda: CallExecutor(SLOTS, SystemClock(), dict(os.environ)))


class Stranger(Foster):
    """A foster host that is none: it hears nothing, and nothing comes to it."""

    def __init__(self) -> None:
        super().__init__(0, socket.socket())
        self.line.close()

    def entrust(self, folder: str, lock: int) -> None:
        """Hear nothing."""

    def release(self, folder: str) -> None:
        """Hear nothing."""

    def lives(self) -> bool:
        """Pretend."""
        return True

    def strays(self, table: Mapping[int, Entry]) -> set[int]:
        """Have none."""
        return set()


class DirectStand(HostStand):
    """Commands are children of this process. There is no foster host, so nothing outlives it here."""

    def another(self) -> Executor:
        """Return an executor for another driver of the same run."""
        return CommandExecutor(self.folder, self.run, SystemClock(), Stranger(), SLOTS)


def _commands(kind: type[HostStand], action: Callable[[Work], Action], folder: Path, reports: Reports) -> Stand:
    stand = kind(FakeExecutor(), reports, folder, action, killable=True)
    stand.executor = stand.another()
    return stand


def _mixed() -> Callable[[Work], Action]:
    turns = itertools.cycle((command_of, call_of))
    return lambda work: next(turns)(work)


# ---- the fake


class FakeStand(Stand):
    """The fake performs nothing: its script says how each kind of work ends."""

    executor: FakeExecutor

    def has_begun(self, key: JobKey, ready: Path) -> bool:
        """Nothing is performed, but it is told."""
        return key in self.executor.running

    def finish(self, key: JobKey) -> None:
        """Let a gate end."""
        self.executor.finish(key, GOOD)

    def lose_driver(self) -> None:
        """Tell nobody from now on."""
        self.executor.lose_driver()

    def tell_again(self, key: JobKey) -> None:
        """Tell an end again."""
        self.executor.tell_again(key)

    def script(self, job: Job) -> Ending:
        """Say how work ends."""
        work = self.works[job.key]
        if not Path(job.dir).is_dir():
            return Ending("failed", None, f"no folder {job.dir}")
        if work.name == "note":
            with work.path.open("a") as file:
                file.write("once\n")
        return {
            "values": Ending(outputs=work.values),
            "large": Ending("failed", None, "its outputs are too large"),
            "leave": fail(work.code, "it failed") if work.code else GOOD,
            "die": Ending("lost", -9, "killed"),
            "hang": NEVER,
            "gate": NEVER,
            "family": NEVER,
            "missing": Ending("failed", 127, "no such program"),
        }.get(work.name, GOOD)


def _fake(folder: Path, reports: Reports) -> Stand:
    stand = FakeStand(FakeExecutor(slots=SLOTS), reports, folder, command_of)
    stand.executor.script = stand.script
    return stand


ALL_OF_A_HOST: frozenset[Capability] = frozenset(
    {"cancels", "trees", "codes", "programs", "dies", "survives", "successors", "processes"}
)
FACTORIES = [
    Factory("fake", frozenset({"cancels", "codes", "dies", "queues", "survives", "repeats", "programs"}), _fake),
    Factory("threads", frozenset({"codes", "queues"}), lambda folder, reports: _calls(folder, reports, killable=False)),
    Factory(
        "processes",
        frozenset({"cancels", "trees", "codes", "dies", "queues", "workers", "processes"}),
        lambda folder, reports: _calls(folder, reports, killable=True),
    ),
    Factory(
        "host", ALL_OF_A_HOST | {"hosts"}, lambda folder, reports: _commands(HostStand, command_of, folder, reports)
    ),
    Factory(
        "direct",
        frozenset({"cancels", "trees", "codes", "programs", "dies", "processes"}),
        lambda folder, reports: _commands(DirectStand, command_of, folder, reports),
    ),
    Factory(
        "local commands", ALL_OF_A_HOST, lambda folder, reports: _commands(LocalStand, command_of, folder, reports)
    ),
    Factory(
        "local mixed",
        frozenset({"cancels", "trees", "codes", "dies"}),
        lambda folder, reports: _commands(LocalStand, _mixed(), folder, reports),
    ),
]

# ---- a cluster


def _dask(folder: Path, reports: Reports) -> Stand:
    from tests.engine.executors.dask_stand import make

    return make(folder, reports)


FACTORIES.append(
    Factory(
        "dask",
        frozenset({"cancels", "trees", "codes", "programs", "dies", "workers", "survives", "processes"}),
        _dask,
        (pytest.mark.slow,),
    )
)


def over(*wanted: Capability) -> pytest.MarkDecorator:
    """Make a test once for each executor that can do all of this."""
    able = [factory for factory in FACTORIES if factory.has.issuperset(wanted)]
    assert able, f"nobody can do {wanted}"
    return pytest.mark.parametrize(
        "factory", [pytest.param(factory, marks=factory.marks, id=factory.name) for factory in able]
    )
