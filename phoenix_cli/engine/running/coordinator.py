"""The coordinator: one thread that carries a run through, and the runs of its sub-flows.

A round: what happened becomes events; the machine says what follows; that is written to the journal; only then it is
performed. Everything that waits (commands, calls, the cache) waits elsewhere and reports into the inbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine.executors.interface import JobEnded, JobOutput, JobStarted
from phoenix_cli.engine.running.active import ActiveRun, Observer
from phoenix_cli.engine.running.inbox import Inbox, Leave, LookedUp, Posted
from phoenix_cli.engine.running.leaving import Leaving
from phoenix_cli.engine.running.lookahead import LookAhead
from phoenix_cli.engine.running.ownership import Ownership
from phoenix_cli.engine.running.performing import Performer
from phoenix_cli.engine.running.reports import event_of
from phoenix_cli.engine.transitions import Transition

IDLE_S = 0.5  # the longest sleep: a cancel from another process is seen within it
Ask = Callable[[ActiveRun, str, str], "e.Verdict | None"]


class Coordinator:
    """Drives one run to its end, or to where nobody can go on."""

    def __init__(self, performer: Performer, ownership: Ownership, inbox: Inbox, observer: Observer, ask: Ask) -> None:
        self.performer, self.ownership, self.inbox = performer, ownership, inbox
        self.observer, self.ask = observer, ask
        self.leaving: Leaving | None = None
        self.root: ActiveRun | None = None
        self.ahead: LookAhead

    @property
    def runs(self) -> Mapping[str, ActiveRun]:
        """The run and its sub-flows' runs that have not ended."""
        return self.performer.runs

    def drive(self, root: ActiveRun, first: e.Event, answers: Mapping[str, e.Verdict]) -> None:
        """Go on until the run has ended, or waits for a person, or is left."""
        self.root = root
        self.performer.runs[root.id] = root
        self.ahead = LookAhead(self.performer.room_of(root), root.machine.run.flow, root.clock.monotonic())
        self.round(root, [first, *(e.Answered(root.now(), step, verdict, {}) for step, verdict in answers.items())])
        while not root.machine.ended and not self._left():
            self._happen(list(self.inbox.take(self._patience())))
            if not self.performer.busy and not root.machine.ended and self._stuck():
                return

    def round(self, run: ActiveRun, events: Sequence[e.Event]) -> None:
        """Hand events to a run's machine, write what it decided, perform what it asks."""
        self._share_slots(run)
        handle = run.machine.handle
        transitions: list[Transition] = []
        instructions: list[i.Instruction] = []
        for event in events:
            turn = handle(event)
            transitions += turn.transitions
            instructions += turn.instructions
        if transitions:
            run.journal.append(transitions, barrier=any(_needs_the_disk(one) for one in instructions))
            if run is self.root:
                self.observer.observe(transitions)
        self.performer.written(run, transitions)
        for one in instructions:
            self.performer.perform(run, one)

    def _share_slots(self, run: ActiveRun) -> None:
        """Let a run use what the others leave of the slots; alone it has all of them."""
        if len(self.runs) > 1:
            others = sum(one.machine.run.room - one.machine.run.free for one in self.runs.values() if one is not run)
            run.machine.offer(min(self.performer.room_of(run), self.performer.slots - others))
        elif run.machine.run.room != self.ahead.room:
            run.machine.offer(self.ahead.room)

    def _patience(self) -> float:
        wakes = [one.machine.wake_at - one.now() for one in self.runs.values() if one.machine.wake_at is not None]
        return max(0.0, min([IDLE_S, self.performer.patience_s(), *wakes]))

    def _happen(self, items: list[Any]) -> None:
        """Turn what came into events, by run, and go a round with each run that has any, or whose time has come."""
        found: dict[str, list[e.Event]] = {}
        for item in items:
            run, event = _TAKE[type(item)](self, item)
            if run is not None and event is not None and run.id in self.runs:
                found.setdefault(run.id, []).append(event)
        if self.ahead.applies:
            self.ahead.note(len(items), self.performer.clock.monotonic())
        self._look_around(found)
        for run in list(self.runs.values()):
            events = found.get(run.id)
            if events is None:
                wake = run.machine.wake_at
                if (wake is None or wake > run.now()) and len(self.runs) == 1:
                    continue
                events = [e.Tick(run.now())]
            self.round(run, events)

    def _look_around(self, found: dict[str, list[e.Event]]) -> None:
        """Beat, see whether somebody cancels the run, and whether what steps wait for elsewhere is there."""
        assert self.root is not None
        reason = self.ownership.look(self.root)
        if reason is not None:
            found.setdefault(self.root.id, []).append(e.CancelRun(self.root.now(), reason))
        for run, event in self.performer.waited_for():
            found.setdefault(run.id, []).append(event)

    def _ended(self, report: JobEnded) -> tuple[ActiveRun | None, e.Event | None]:
        run = self.performer.finished(report)
        if run is None:
            return None, None
        if self.leaving is not None and (event := self.leaving.event_of(run, report)) is not None:
            return run, event
        return run, event_of(run, report, run.now())

    def _started(self, report: JobStarted) -> tuple[ActiveRun | None, e.Event | None]:
        run = self.performer.began(report.key, report.process)
        if run is None or report.key.role != "step":
            return None, None
        return run, e.StepStarted(_began(run, report), report.key.step, report.key.attempt, dict(report.process))

    def _output(self, report: JobOutput) -> tuple[ActiveRun | None, e.Event | None]:
        run = self.performer.running(report.key)
        return run, None if run is None else e.StepOutput(run.now(), report.key.step, report.key.attempt)

    def _posted(self, item: Posted) -> tuple[ActiveRun | None, e.Event | None]:
        return item.run, item.event

    def _looked_up(self, item: LookedUp) -> tuple[ActiveRun | None, e.Event | None]:
        return item.run, self.performer.looked_up(item)

    def _leave(self, item: Leave) -> tuple[None, None]:
        if self.leaving is None:
            self.leaving = Leaving(self.performer)
        self.leaving.begin(at_once=item.at_once)
        return None, None

    def _left(self) -> bool:
        return self.leaving is not None and self.leaving.done()

    def _stuck(self) -> bool:
        """Nothing runs and nothing is due: ask a person; True when nobody answers and so nothing can go on."""
        if any(one.machine.wake_at is not None for one in self.runs.values()) or self.performer.waits:
            return False
        answered = False
        for run in list(self.runs.values()):
            for step, question in run.machine.questions:
                verdict = self.ask(run, step, question)
                if verdict is not None:
                    self.round(run, [e.Answered(run.now(), step, verdict, {})])
                    answered = True
        return not answered and not self.performer.busy and not self._pending()

    def _pending(self) -> bool:
        return any(one.machine.wake_at is not None for one in self.runs.values())


def _began(run: ActiveRun, report: JobStarted) -> float:
    """Return when a process began, which may be told a moment later, together with its end."""
    began = report.process.get("began")
    return run.now() if began is None else min(max(float(began) - run.began, run.machine.now), run.now())


def _needs_the_disk(one: i.Instruction) -> bool:
    return (type(one) is i.Start and one.barrier) or type(one) is i.Finish


_TAKE: dict[type, Callable[[Coordinator, Any], tuple[ActiveRun | None, e.Event | None]]] = {
    JobEnded: Coordinator._ended,
    JobStarted: Coordinator._started,
    JobOutput: Coordinator._output,
    Posted: Coordinator._posted,
    LookedUp: Coordinator._looked_up,
    Leave: Coordinator._leave,
}
