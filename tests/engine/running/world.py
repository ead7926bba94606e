"""A coordinator without processes: a scripted executor that keeps a ledger, and crashes at any write of the journal."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from phoenix_cli.engine.executors.fake import GOOD, Ending, FakeExecutor
from phoenix_cli.engine.executors.interface import Job
from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.control import Control
from phoenix_cli.engine.running.driving import Drive, Means
from phoenix_cli.engine.running.opening import flow_of
from phoenix_cli.engine.running.sharing import Sharing
from phoenix_cli.engine.running.sources import Source
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

DEAD = Identity(999_999_999, "1", "another boot")


class Crash(BaseException):
    """What stands for ``kill -9``: nothing after it is done, no ``except`` of the coordinator's stops it."""


class CrashAt:
    """Crashes at the n-th write, ``before``, ``inside`` or ``after`` its transaction; counts the writes."""

    def __init__(self, number: int = 0, point: str = "before") -> None:
        self.number, self.point, self.count = number, point, 0

    def __call__(self, point: str) -> None:
        self.count += point == "before"
        if self.count == self.number and point == self.point:
            raise Crash


class World:
    """One home, one flow, an executor that outlives coordinators if it ``survives``; ``script`` says how jobs end.

    ``ledger`` counts how often each job of each step was really performed.
    """

    def __init__(self, folder: Path, text: str, script=None, *, survives: bool = True, room: int = 3) -> None:
        self.home = Home(folder)
        self.dir = folder
        self.clock = SystemClock()
        self.text, self.room, self.script = text, room, script or {}
        self.ledger: Counter[tuple[str, str]] = Counter()
        self.executor = FakeExecutor(self.perform, slots=room, survives=survives)
        self.run_id = ""

    def perform(self, job: Job) -> Ending:
        """Note that a job is performed, and say how it ends."""
        self.ledger[job.key.step, job.key.role] += 1
        ending = self.script(job, self) if callable(self.script) else self.script.get(job.key.step, GOOD)
        return ending if isinstance(ending, Ending) else GOOD

    def means(self, state: State, hook=None) -> Means:
        """Return means in which only the executor is a fake."""
        return Means(
            state, Events(state, self.clock, "test"), self.home, self.clock, {"PATH": "/usr/bin"}, {},
            lambda run, slots: self.executor,
            lambda run, options, owner: Sharing(lambda: Leases(state, self.clock, lives=lambda one: one != DEAD), owner),
            hook=hook,
        )  # fmt: skip

    def drive(self, hook=None, ask=None):
        """Begin the run, or go on with it, as a coordinator that is dead for all who look afterwards."""
        state = State(self.home.database)
        control = Control(ask=ask) if ask else Control()
        drive = Drive(self.means(state, hook), control, self.room, DEAD)
        try:
            if not self.run_id:
                opened = drive.opener.new(
                    Source(self.text, self.dir, str(self.dir / "flow.yaml")), flow_of(self.text, {}), {}, {}
                )
                self.run_id = opened.run.id
            else:
                opened = drive.opener.take_over(flow_runs.find(state, self.run_id))
            return drive.go(opened)
        finally:
            state.close()

    def go_on(self, ask=None):
        """Go on until the run is over; return what is told of it."""
        state = State(self.home.database)
        row = flow_runs.find(state, self.run_id) if self.run_id else None
        state.close()
        if row is not None and row.over:
            return row
        return self.drive(ask=ask)


def result(told) -> str:
    """Return what must be the same however often the run was interrupted."""
    return json.dumps({name: [one.status, one.cached, one.undo] for name, one in told.steps.items()}, sort_keys=True)
