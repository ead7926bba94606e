"""The machine: events in; transitions to journal and instructions to perform out. No threads, no clock, no files.

The driver's part, for each event: ``turn = machine.handle(event)``; write ``turn.transitions`` in one transaction; perform
``turn.instructions``; send a ``Tick`` at ``machine.wake_at``. After a crash: ``replay`` the journal, then send ``Resume``.
An event about an attempt that is not the current one is ignored: the answer of a worker that was given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.attempts import Attempts
from phoenix_cli.engine.fingerprints import Prints, flow_hash
from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.projection import CONFIRM, CRASHED, Projection
from phoenix_cli.engine.step_states import (
    BACKING_OFF,
    BAD_ENDS,
    BLOCKED,
    CANCELLED,
    DOUBTFUL,
    FAILED,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    UNDO_READY,
    UNDO_WANTED,
    UNDOING,
    WAITING,
    StepState,
)
from phoenix_cli.engine.time_limits import expire
from phoenix_cli.kernel.errors import Conflict

NOTHING: Mapping[str, float] = {}


class Machine(Attempts):
    """One run of one flow; ``room`` is how many steps run at once, ``measured`` the usual seconds of steps by name."""

    def __init__(
        self,
        flow: Flow,
        *,
        room: int = 1,
        measured: Mapping[str, float] = NOTHING,
        graph: Graph | None = None,
        prints: Prints | None = None,
    ) -> None:
        room = min(room, flow.max_parallel) if flow.max_parallel else room
        super().__init__(Projection(flow, graph or build(flow), max(1, room), measured))
        self._prints = prints
        self.held = False  # the driver is about to leave: nothing new may start

    def handle(self, event: e.Event) -> i.Turn:
        """Take an event; return what to journal and then to do. ``at`` of an event is never before that of the last."""
        self.transitions, self.instructions = [], []
        self.now = max(self.now, event.at)
        _HANDLERS[type(event)](self, event)
        self._settle()
        return i.Turn(self.transitions, self.instructions)

    @cached_property
    def flow_hash(self) -> str:
        """The content hash of the flow; milliseconds for a large one."""
        return flow_hash(self.run.flow, self.run.graph, self._prints)

    def offer(self, room: int) -> None:
        """Change how many steps may run at once; fewer than do run is fine. Send an event to have it used."""
        self.run.free += room - self.run.room
        self.run.room = room

    @property
    def wake_at(self) -> float | None:
        """When the machine wants a ``Tick``, in the run's seconds; None when only other events matter."""
        return None if self.ended else self.timers.next_at()

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.run.status not in ("new", "running")

    @property
    def questions(self) -> list[tuple[str, str]]:
        """The steps that wait for an answer, and the question."""
        return [(one.name, one.message) for one in self.run.steps.values() if one.status == DOUBTFUL]

    def _begin(self, event: e.Begin) -> None:
        if self.run.status == "new":
            self.record(t.Begun(event.at, event.run_id, self.flow_hash, event.seed, event.inputs, event.breakers))
            self.watch_breakers()

    def _step_started(self, event: e.StepStarted) -> None:
        if self.current(event) is not None:
            self.record(t.Started(self.now, event.step, event.attempt, event.process))

    def _step_output(self, event: e.StepOutput) -> None:
        state = self.current(event)
        if state is not None:
            state.output_at = self.now

    def _step_succeeded(self, event: e.StepSucceeded) -> None:
        state = self.current(event)
        if state is None:
            self._late_success(event)
            return
        wanted = state.spec.outputs.values
        missing = [name for name in wanted if name not in event.outputs] if wanted else None
        if missing:
            self.failed(state, "outputs", None, f"it did not hand on {', '.join(missing)}")
        else:
            self.record(t.Succeeded(self.now, event.step, event.attempt, event.outputs, event.cached))

    def _late_success(self, event: e.StepSucceeded) -> None:
        """Take the word of a worker that was thought dead: nobody knows better whether a doubtful step was done."""
        state = self.run.steps.get(event.step)
        if (
            state is not None
            and state.status == DOUBTFUL
            and state.message == CRASHED
            and state.attempt == event.attempt
        ):
            self.record(t.Decided(self.now, event.step, "done", event.outputs))

    def _step_failed(self, event: e.StepFailed) -> None:
        state = self.current(event)
        if state is not None:
            self.attempt_failed(state, event.error, event.code, event.message)

    def _step_deferred(self, event: e.StepDeferred) -> None:
        state = self.current(event)
        if state is None:
            return
        if self.takes_no_more(state):
            self.close(state, CANCELLED, self.run.reason)
        else:
            until = max(self.now, event.until)
            self.record(t.Deferred(self.now, event.step, event.attempt, until, event.why, event.began))
            self.arm_retry(state)

    def _awake(self, event: e.Awake) -> None:
        state = self.run.steps.get(event.step)
        if state is not None and state.status == BACKING_OFF and state.deferred:
            self.ready(state)

    def _answered(self, event: e.Answered) -> None:
        state = self.run.steps.get(event.step)
        if state is None or state.status != DOUBTFUL:
            return
        if event.verdict == "unknown":
            self.instructions.append(i.Ask(state.name, state.attempt, state.message))
        elif event.verdict == "again" and self.takes_no_more(state):
            self.close(state, CANCELLED, self.run.reason)
        else:
            self.record(t.Decided(self.now, event.step, event.verdict, event.outputs))
            self.arm_retry(state)

    def _undo_ended(self, event: e.UndoEnded) -> None:
        state = self.run.steps.get(event.step)
        if state is None or state.undo != UNDOING or state.undo_attempt != event.attempt:
            return
        if event.ok:
            self.record(t.Undone(self.now, event.step, event.attempt))
        else:
            self.undo_failed(state, event.message, event.lost)

    def _cancel(self, event: e.CancelRun) -> None:
        if self.run.status != "running" or self.run.cancelled or self.run.undoing:
            return
        self.record(t.Stopped(self.now, event.reason, True))
        for state in list(self.run.steps.values()):
            if state.status == RUNNING and not state.stopping:
                self.stop(state, "cancel")

    def _tick(self, _: e.Tick) -> None:
        """Nothing but the time has changed; timers are looked at after every event."""

    def _resume(self, event: e.Resume) -> None:
        for state in list(self.run.steps.values()):
            self.resume_step(
                state, (state.name, state.attempt) in event.alive, (state.name, state.undo_attempt) in event.alive
            )
        self.watch_breakers()

    def _settle(self) -> None:
        run = self.run
        if run.status != "running":
            return
        while True:
            expire(self)
            while run.to_consider:
                self._consider(run.to_consider.popleft())
            while run.groups_to_close:
                self._close_group(run.groups_to_close.popleft())
            if run.hard_failure and not run.stopped:
                self.record(t.Stopped(self.now, "a step failed", False))
                continue
            self._dispatch()
            if run.to_consider or run.groups_to_close or (run.hard_failure and not run.stopped):
                continue
            if run.unended or run.running or not self._finish():
                return

    def _consider(self, state: StepState) -> None:
        """Decide about a step whose needs have all ended."""
        if state.status != WAITING:
            return
        if self.takes_no_more(state):
            self.close(state, CANCELLED, self.run.reason)
        elif state.failed_needs and not state.patient:
            self.close(state, BLOCKED, self._who_failed(state))
        elif not state.spec.when and state.spec.for_each is None and state.spec.effect != "manual":
            self.ready(state)
        else:
            self.guarded(state, lambda: self._look_closer(state))

    def _look_closer(self, state: StepState) -> None:
        spec = state.spec
        group = spec.for_each is not None and state.parent is None
        asked_here = spec.for_each is None or self.asks_item(state) != group  # of a group: once, or of each child
        if spec.when and asked_here and not self.holds(state):
            self.close(state, SKIPPED, f"not {spec.when}")
        elif group:
            self.record(t.Expanded(self.now, state.name, self.items(state)))
        elif spec.effect == "manual" and not state.confirmed:
            self.record(t.Doubted(self.now, state.name, state.attempt, CONFIRM))
            self.instructions.append(i.Ask(state.name, state.attempt, CONFIRM))
        else:
            self.ready(state)

    def _who_failed(self, state: StepState) -> str:
        source = state.parent or state
        names = [one.name for one in source.before if one.status in BAD_ENDS]
        return f"{', '.join(names[:5])} did not succeed"

    def _close_group(self, group: StepState) -> None:
        if group.ended or group.open_children:
            return
        found = {child.status for child in group.children}
        order = (FAILED, CANCELLED, BLOCKED, SUCCEEDED, SKIPPED)
        status = next((one for one in order if one in found), SUCCEEDED)
        bad = sum(child.status in BAD_ENDS for child in group.children)
        self.close(group, status, f"{bad} of {len(group.children)} did not succeed" if bad else "")

    def _dispatch(self) -> None:
        run = self.run
        while run.free > 0 and run.queue.heap and not self.held:
            found = run.queue.pop(self.now)
            if found is None:
                return
            assert isinstance(found, StepState)
            if found.undo == UNDO_READY:
                self.start_undo(found)
            else:
                self.start(found)

    def _finish(self) -> bool:
        """Every step has ended: take back what is to be taken back, then end. True when there is more to settle."""
        run = self.run
        if not run.undoing and (run.hard_failure or run.cancelled) and self.anything_to_undo():
            self.record(t.UndoBegun(self.now))
        if run.undoing and run.undo_order.open:
            return self._next_undos()
        bad = any(state.status in BAD_ENDS for state in run.steps.values())
        status = "cancelled" if run.cancelled else "failed" if bad else "succeeded"
        self.record(t.Ended(self.now, status))
        self.instructions.append(i.Finish(status))
        return False

    def _next_undos(self) -> bool:
        started = False
        waiting = self.run.undo_order.to_start
        while waiting:
            state = waiting.popleft()
            if state.undo == UNDO_WANTED:
                self.undo_ready(state)
                started = True
        return started


def replay(
    flow: Flow,
    journal: Iterable[t.Transition],
    *,
    room: int = 1,
    measured: Mapping[str, float] = NOTHING,
) -> Machine:
    """Return a machine in the state that a journal tells of; send it ``Resume`` next. Raise ``Conflict`` for another flow."""
    machine = Machine(flow, room=room, measured=measured)
    for transition in journal:
        if isinstance(transition, t.Begun) and transition.flow_hash != machine.flow_hash:
            raise Conflict(
                "the flow has changed since the run began",
                code="flow.changed",
                hints=["start a new run, or bring the old flow back"],
            )
        machine.run.apply(transition)
        machine.now = max(machine.now, transition.at)
    return machine


_HANDLERS: dict[type, Callable[[Machine, Any], None]] = {
    e.Begin: Machine._begin,
    e.StepStarted: Machine._step_started,
    e.StepOutput: Machine._step_output,
    e.StepSucceeded: Machine._step_succeeded,
    e.StepFailed: Machine._step_failed,
    e.StepDeferred: Machine._step_deferred,
    e.Awake: Machine._awake,
    e.Answered: Machine._answered,
    e.UndoEnded: Machine._undo_ended,
    e.CancelRun: Machine._cancel,
    e.Tick: Machine._tick,
    e.Resume: Machine._resume,
}
