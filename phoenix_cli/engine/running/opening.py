"""Make runs: new ones from a flow's text, old ones from their rows and journals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine.executors.interface import JobKey
from phoenix_cli.engine.fingerprints import fingerprints
from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.graph import build
from phoenix_cli.engine.inputs import resolve_inputs
from phoenix_cli.engine.machine import Machine, replay
from phoenix_cli.engine.model import Flow, SubFlow
from phoenix_cli.engine.running import breaker_table, flow_runs, measured
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.journal import Hook, Journal, read_all
from phoenix_cli.engine.running.sources import Source, source_of
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.engine.step_states import RUNNING, UNDOING
from phoenix_cli.engine.writing_flows import checked
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import Conflict
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State


def flow_of(text: str, kinds: Mapping[str, StepKind], *, keep_going: bool = False) -> Flow:
    """Return the flow of a text; raise ``Usage`` whose details list every mistake."""
    flow = checked(read_flow(text, kinds))
    return replace(flow, keep_going=True) if keep_going and not flow.keep_going else flow


@record
class Opened:
    """A run that is ready to be driven, the first event for its machine, and those of its sub-flows that go on with it.

    ``known`` are the jobs that its last coordinator left, ``ended`` the steps whose sub-flows ended meanwhile. ``gap_s`` is
    how long nobody drove the run: it counts when something of it ran on.
    """

    run: ActiveRun
    first: e.Event
    known: tuple[JobKey, ...] = ()
    children: tuple[Opened, ...] = ()
    ended: tuple[tuple[str, int, FlowRun], ...] = ()
    gap_s: float = 0.0


class Opener:
    """Makes runs for one coordinator process, ``owner``."""

    def __init__(
        self,
        state: State,
        events: Events,
        home: Home,
        clock: Clock,
        kinds: Mapping[str, StepKind],
        owner: Identity,
        *,
        room: int,
        hook: Hook | None = None,
    ) -> None:
        self.state, self.events, self.home, self.clock, self.kinds, self.owner = (
            state,
            events,
            home,
            clock,
            kinds,
            owner,
        )
        self.room, self.hook = room, hook

    def new(
        self,
        source: Source,
        flow: Flow,
        inputs: Mapping[str, Any],
        options: Mapping[str, Any],
        parent: tuple[ActiveRun, str, int] | None = None,
    ) -> Opened:
        """Write the row of a new run; nothing of it has begun yet."""
        graph = build(flow)
        now = self.clock.now()
        run_id = new_id("run", now)
        prints = fingerprints(flow)
        usual = measured.usual_seconds(self.state, flow, prints)
        machine = Machine(flow, room=self.room, measured=usual, graph=graph, prints=prints)
        with self.state.write() as connection:
            number = flow_runs.insert(
                connection, id=run_id, flow=flow.name, flow_hash=machine.flow_hash, file=source.file, dir=source.dir,
                source=source.text, inputs=inputs, options=options, owner=self.owner, clock=self.clock, started_at=iso(now),
                parent=(parent[0].id, f"{parent[1]}/{parent[2]}") if parent else None,
            )  # fmt: skip
            if parent is None:
                told = {"flow": flow.name, "file": source.file, "inputs": dict(inputs)}
                self.events.append(connection, "flow.run", run_id, arguments=told)
        journal = Journal(self.state, number, 1, hook=self.hook)
        run = self._active(run_id, number, source.dir, source.file, machine, journal, 0.0, parent)
        return Opened(run, e.Begin(0.0, run_id, run_id, inputs, breaker_table.load(self.state, flow, self.clock, 0.0)))

    def _active(
        self,
        run_id: str,
        number: int,
        dir: Path,
        file: str,
        machine: Machine,
        journal: Journal,
        at: float,
        parent: tuple[ActiveRun, str, int] | None,
    ) -> ActiveRun:
        folder = self.home.flows / run_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        above = parent or (None, "", 0)
        began = self.clock.monotonic() - at
        return ActiveRun(run_id, number, dir, folder, file, machine, journal, self.clock, began, *above)

    def child(self, parent: ActiveRun, step: str, attempt: int, path: Path, inputs: Mapping[str, Any]) -> Opened:
        """Begin the run of a step that is a flow."""
        source, _ = source_of(str(path), {}, {}, parent.dir)
        flow = flow_of(source.text, self.kinds)
        return self.new(source, flow, resolve_inputs(flow, inputs), {}, (parent, step, attempt))

    def take_over(self, run: FlowRun, parent: tuple[ActiveRun, str, int] | None = None) -> Opened:
        """Become the coordinator of a run that has none. Raises ``Conflict`` when it has one, or has ended."""
        fence, gap_s = self._relieve(run)
        transitions, tail = read_all(self.state, run.number)
        flow = flow_of(run.source, self.kinds, keep_going=bool(run.options.get("keep_going")))
        machine = replay(flow, transitions, room=self.room, measured=measured.usual_seconds(self.state, flow))
        journal = Journal(self.state, run.number, fence, tail, self.hook)
        active = self._active(run.id, run.number, run.dir, run.file, machine, journal, machine.now, parent)
        if not transitions:
            return Opened(active, e.Begin(0.0, run.id, run.id, run.inputs, {}))
        children, ended = self._children(active)
        resume = e.Resume(machine.now, frozenset())
        return Opened(active, resume, tuple(_known(active)), children, ended, max(0.0, gap_s - machine.now))

    def _relieve(self, run: FlowRun) -> tuple[int, float]:
        """Become the owner; return the new fence, and how many seconds of the run there would be by the clock."""
        with self.state.write() as connection:
            row = connection.execute("SELECT * FROM flow_runs WHERE number = ?", (run.number,)).fetchone()
            if row["status"] != "running":
                raise Conflict(
                    f"{run.id} is over already: {row['status']}",
                    code="flow.over",
                    hints=(f"phoenix flow show {run.id}",),
                )
            if not flow_runs.may_be_relieved(row, self.clock):
                raise Conflict(
                    f"{run.id} is being run by another phoenix (pid {row['owner_pid']})", code="flow.driven",
                    hints=(f"phoenix flow watch {run.id}", f"phoenix flow cancel {run.id}"),
                )  # fmt: skip
            connection.execute(
                "UPDATE flow_runs SET fence = fence + 1, owner_pid = ?, owner_started = ?, owner_boot = ?, beat = ?"
                " WHERE number = ?",
                (self.owner.pid, self.owner.started, self.owner.boot_id, self.clock.monotonic(), run.number),
            )
            if run.parent_id is None:
                self.events.append(connection, "flow.resume", run.id, arguments={"flow": run.flow})
        now = self.clock.monotonic()
        silent_s = now - row["beat"] if row["owner_boot"] == self.owner.boot_id and row["beat"] else 0.0
        return int(row["fence"]) + 1, row["beat_at"] + max(0.0, silent_s)

    def _children(self, run: ActiveRun) -> tuple[tuple[Opened, ...], tuple[tuple[str, int, FlowRun], ...]]:
        """Take over the runs of steps that are flows; of those that have ended tell the row."""
        going, over = [], []
        for state in run.machine.run.steps.values():
            if state.status != RUNNING or not isinstance(state.spec.action, SubFlow):
                continue
            row = flow_runs.child_of(self.state, run.id, f"{state.name}/{state.attempt}")
            if row is None:
                continue
            if row.over:
                over.append((state.name, state.attempt, row))
            else:
                going.append(self.take_over(row, (run, state.name, state.attempt)))
        return tuple(going), tuple(over)


def _known(run: ActiveRun) -> list[JobKey]:
    """Return the jobs of a run that its journal says are running."""
    found = []
    for state in run.machine.run.steps.values():
        if state.status == RUNNING and not isinstance(state.spec.action, SubFlow):
            found.append(JobKey(run.id, state.name, state.attempt))
        elif state.undo == UNDOING:
            found.append(JobKey(run.id, state.name, state.undo_attempt, "undo"))
    return found
