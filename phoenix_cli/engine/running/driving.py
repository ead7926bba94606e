"""Put a coordinator together, let it drive, and leave nothing behind that should not be there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine.executors.interface import Executor, JobKey, source_of
from phoenix_cli.engine.instructions import Finish
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.control import Control
from phoenix_cli.engine.running.coordinator import Coordinator
from phoenix_cli.engine.running.ending import Ending
from phoenix_cli.engine.running.flow_runs import FlowRun, from_row
from phoenix_cli.engine.running.inbox import Posted
from phoenix_cli.engine.running.journal import Hook
from phoenix_cli.engine.running.opening import Opened, Opener
from phoenix_cli.engine.running.ownership import Ownership, myself
from phoenix_cli.engine.running.past import projection_of
from phoenix_cli.engine.running.performing import Performer
from phoenix_cli.engine.running.remembering import Remembering, Results
from phoenix_cli.engine.running.sharing import Sharing
from phoenix_cli.engine.running.subflows import SubFlows, outputs_of
from phoenix_cli.engine.running.telling import RunTold, told
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import PhoenixError
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State

GRACE_S = 5.0  # between asking a step's processes to end and killing them


@record
class Means:
    """What a coordinator works with. ``executor`` and ``sharing`` are made for the run that is driven."""

    state: State
    events: Events
    home: Home
    clock: Clock
    environ: Mapping[str, str]
    kinds: Mapping[str, StepKind]
    executor: Callable[[FlowRun, int], Executor]
    sharing: Callable[[ActiveRun, Mapping[str, object], Identity], Sharing]
    results: Callable[[], Results] | None = None
    grace_s: float = GRACE_S
    hook: Hook | None = None


class Drive:
    """One coordinator's work on one run. ``room`` is how many steps run at once."""

    def __init__(self, means: Means, control: Control, room: int, owner: Identity | None = None) -> None:
        self.means, self.control, self.room = means, control, room
        self.owner = owner or myself(os.getpid())
        self.opener = Opener(
            means.state, means.events, means.home, means.clock, means.kinds, self.owner, room=room, hook=means.hook
        )

    def go(self, opened: Opened, answers: Mapping[str, e.Verdict] | None = None) -> RunTold:
        """Drive a run; return how it stands when this ends."""
        run = opened.run
        row = _row(self.means.state, run)
        executor = self.means.executor(row, self.room)
        sharing = self.means.sharing(run, row.options, self.owner)
        coordinator = self._coordinator(run, executor, sharing)
        self.control.inbox.attach(source_of(executor))
        executor.open(self.control.inbox.put)
        over = False
        try:
            self.control.began(run)
            first = self._resumed(coordinator, opened, executor) if isinstance(opened.first, e.Resume) else opened.first
            if run.machine.ended:  # the journal says so already, only its row does not
                coordinator.performer.ending.over(run, run.machine.run.status)
            else:
                coordinator.drive(run, first, self._answered(opened, answers or {}))
            over = True
        except PhoenixError as error:
            over = error.code != "flow.taken_over"  # the new coordinator has adopted what runs
            if over:
                error.hints = (*error.hints, f"then: phoenix flow resume {run.id}")
            raise
        finally:
            self._close(coordinator, executor, run, kill=over)
        return told(_row(self.means.state, run), run.machine.run, run.now())

    def _answered(self, opened: Opened, answers: Mapping[str, e.Verdict]) -> dict[str, e.Verdict]:
        """Hand on the answers about sub-flows, behind what they go on with; return those about the run itself."""
        found = list(_addressed(opened, answers))
        for one, step, verdict in found:
            if one is not opened.run:
                self.control.inbox.put(Posted(one, e.Answered(one.now(), step, verdict, {})))
        return {step: verdict for one, step, verdict in found if one is opened.run}

    def _coordinator(self, run: ActiveRun, executor: Executor, sharing: Sharing) -> Coordinator:
        means, inbox = self.means, self.control.inbox
        ownership = Ownership(means.state, means.events, means.clock, sharing.beat)
        performer = Performer(
            executor, inbox, means.clock, means.environ, means.kinds, slots=self.room, grace_s=means.grace_s,
            sharing=sharing, remembering=Remembering(inbox, means.clock, means.environ, means.results),
            ending=Ending(means.state, means.clock, ownership), subflows=SubFlows(self._open_child),
        )  # fmt: skip
        return Coordinator(performer, ownership, inbox, self.control.observer, self.control.ask)

    def _open_child(self, *words: Any) -> tuple[ActiveRun, e.Event]:
        opened = self.opener.child(*words)
        return opened.run, opened.first

    def _resumed(self, coordinator: Coordinator, opened: Opened, executor: Executor) -> e.Event:
        """Adopt what runs, of the run and its sub-flows; return the event with which the run goes on."""
        performer = coordinator.performer
        found = list(_all(opened))
        known = [key for one in found for key in one.known]
        adopted = executor.adopt(known, opened.run.fence)
        for one in found if adopted else ():
            one.run.began -= one.gap_s
        for one in found:
            performer.jobs.update({key: one.run for key in one.known if key in adopted})
            performer.sharing.adopt(one.run, [*(key for key in one.known if key in adopted), *_sub_flows(one)])
        for one in found[1:]:
            performer.subflows.admit(performer, one.run)
            if one.run.machine.ended:
                performer.perform(one.run, Finish(one.run.machine.run.status))
            else:
                self.control.inbox.put(Posted(one.run, _going_on(one, adopted)))
        for one in found:
            for step, attempt, row in one.ended:
                event = self._ended_meanwhile(one.run, step, attempt, row)
                self.control.inbox.put(Posted(one.run, event))
        return _going_on(opened, adopted)

    def _ended_meanwhile(self, run: ActiveRun, step: str, attempt: int, row: FlowRun) -> e.Event:
        """Return the event for a step whose sub-flow ended before its own end was written."""
        if row.status != "succeeded":
            return e.StepFailed(run.now(), step, attempt, "failed", 1, f"its flow {row.flow} {row.status} ({row.id})")
        wanted = run.machine.run.steps[step].spec.outputs.values
        child = projection_of(self.means.state, row, self.means.kinds)
        return e.StepSucceeded(run.now(), step, attempt, outputs_of(child, wanted))

    def _close(self, coordinator: Coordinator, executor: Executor, run: ActiveRun, *, kill: bool) -> None:
        executor.close(kill=kill)
        coordinator.performer.remembering.close()
        if kill:
            coordinator.performer.sharing.close()
        if kill and not run.machine.ended:
            try:
                for one in [run, *coordinator.runs.values()]:
                    coordinator.ownership.let_go(one)
            except PhoenixError:
                pass  # a full disk: the end of this process says the same


def _going_on(opened: Opened, adopted: frozenset[JobKey]) -> e.Event:
    if not isinstance(opened.first, e.Resume):
        return opened.first
    alive = {(key.step, key.attempt) for key in opened.known if key in adopted}
    alive |= {(one.run.parent_step, one.run.parent_attempt) for one in opened.children}
    alive |= {(step, attempt) for step, attempt, _ in opened.ended}
    return opened.first._replace(at=opened.run.now(), alive=frozenset(alive))


def _sub_flows(opened: Opened) -> list[JobKey]:
    going = [JobKey(opened.run.id, one.run.parent_step, one.run.parent_attempt) for one in opened.children]
    return [*going, *(JobKey(opened.run.id, step, attempt) for step, attempt, _ in opened.ended)]


def _all(opened: Opened) -> list[Opened]:
    return [opened, *(one for child in opened.children for one in _all(child))]


def _addressed(opened: Opened, answers: Mapping[str, e.Verdict]) -> Iterator[tuple[ActiveRun, str, e.Verdict]]:
    """Yield whom answers are for: ``step/step`` is a step of the sub-flow that the first step is."""
    below = {one.run.parent_step: one for one in opened.children}
    for name, verdict in answers.items():
        step, slash, rest = name.partition("/")
        if slash and step in below:
            yield from _addressed(below[step], {rest: verdict})
        else:
            yield opened.run, name, verdict


def _row(state: State, run: ActiveRun) -> FlowRun:
    row = state.read_one("SELECT * FROM flow_runs WHERE number = ?", (run.number,))
    assert row is not None
    found = from_row(row)
    return replace(found, status="interrupted") if found.status == "running" else found
