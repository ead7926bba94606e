"""Hypothesis drives the machine with any events in any order, late, doubled and wrong ones too, and crashes."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine.machine import Machine, replay
from tests.engine.random_flows import random_flow
from tests.engine.simulation import Simulation


class AnyEvents(RuleBasedStateMachine):
    """The world has no plan: whatever may happen to the running attempts happens."""

    @initialize(seed=st.integers(0, 1_000_000), room=st.integers(1, 4))
    def begin(self, seed, room):
        self.flow, self.room = random_flow(seed, most=8), room
        self.machine = Machine(self.flow, room=room)
        self.journal = []
        self.now = 0.0
        self.attempts, self.undos, self.doubts, self.started = [], [], [], []
        self.finished = []
        self.send(e.Begin(0.0, "run_1", "seed", {"x": 2}, {}))

    def send(self, event):
        known = len(self.journal)
        turn = self.machine.handle(event)
        self.journal += turn.transitions
        assert all(one.at >= self.now for one in self.journal[known:])
        for one in turn.instructions:
            assert not self.finished
            if isinstance(one, i.Start):
                assert (one.step, one.attempt) not in self.started
                self.started.append((one.step, one.attempt))
                self.attempts.append((one.step, one.attempt))
            elif isinstance(one, i.StartUndo):
                self.undos.append((one.step, one.attempt))
            elif isinstance(one, i.Ask | i.Verify):
                self.doubts.append(one.step)
            elif isinstance(one, i.Finish):
                self.finished.append(one.status)

    @precondition(lambda self: self.attempts)
    @rule(
        data=st.data(),
        how=st.sampled_from(
            ["good", "cached", "thin", 1, 75, "lost", "unavailable", "refused", "defer", "started", "output"]
        ),
    )
    def attempt_ends(self, data, how):
        step, attempt = data.draw(st.sampled_from(self.attempts))
        outputs = {"v": 1, "items": [1, 2]}
        event = {
            "good": e.StepSucceeded(self.now, step, attempt, outputs),
            "cached": e.StepSucceeded(self.now, step, attempt, outputs, True),
            "thin": e.StepSucceeded(self.now, step, attempt, {}),
            "defer": e.StepDeferred(self.now, step, attempt, self.now + 1),
            "started": e.StepStarted(self.now, step, attempt, {"pid": 1}),
            "output": e.StepOutput(self.now, step, attempt),
        }.get(how) or e.StepFailed(
            self.now, step, attempt, "failed" if isinstance(how, int) else how, how if isinstance(how, int) else None
        )
        state = self.machine.run.steps[step]
        if how == "defer" and state.status == "running" and state.attempt == attempt:
            self.started.remove((step, attempt))  # it never was: its number is given again
        self.send(event)

    @rule(data=st.data())
    def awake(self, data):
        self.send(e.Awake(self.now, data.draw(st.sampled_from(sorted(self.machine.run.steps)))))

    @precondition(lambda self: self.undos)
    @rule(data=st.data(), ok=st.booleans(), lost=st.booleans())
    def undo_ends(self, data, ok, lost):
        step, attempt = data.draw(st.sampled_from(self.undos))
        self.send(e.UndoEnded(self.now, step, attempt, ok, lost))

    @precondition(lambda self: self.doubts)
    @rule(data=st.data(), verdict=st.sampled_from(["done", "again", "failed", "unknown"]))
    def answer(self, data, verdict):
        self.send(e.Answered(self.now, data.draw(st.sampled_from(self.doubts)), verdict, {}))

    @rule(seconds=st.floats(0, 40))
    def time_goes_on(self, seconds):
        self.now += seconds
        self.send(e.Tick(self.now))

    @rule()
    def wake(self):
        if self.machine.wake_at is not None:
            self.now = max(self.now, self.machine.wake_at)
            self.send(e.Tick(self.now))

    @rule(often=st.integers(0, 9))
    def cancel(self, often):
        if often == 0:
            self.send(e.CancelRun(self.now, "somebody said so"))

    @rule(data=st.data())
    def crash(self, data):
        before = self.machine.run.snapshot()
        self.machine = replay(self.flow, self.journal, room=self.room)
        assert self.machine.run.snapshot() == before
        alive = frozenset(data.draw(st.sets(st.sampled_from(self.attempts)))) if self.attempts else frozenset()
        self.send(e.Resume(self.now, alive))

    @invariant()
    def nothing_is_over_granted(self):
        if hasattr(self, "machine"):
            watcher = Simulation.__new__(Simulation)
            watcher.machine = self.machine
            watcher.invariants()

    @invariant()
    def nobody_waits_for_nothing(self):
        """While the run is not over, something runs, or is asked, or the machine wants to be woken."""
        if hasattr(self, "machine") and not self.machine.ended:
            run = self.machine.run
            assert run.running or self.machine.questions or self.machine.wake_at is not None

    def teardown(self):
        """Let everything end well from here: the run must end."""
        if not hasattr(self, "machine"):
            return
        for _ in range(2_000):
            if self.machine.ended:
                break
            running = [one for one in self.machine.run.steps.values() if one.status == "running"]
            undoing = [one for one in self.machine.run.steps.values() if one.undo == "running"]
            if running:
                self.send(e.StepSucceeded(self.now, running[0].name, running[0].attempt, {"v": 1, "items": []}))
            elif undoing:
                self.send(e.UndoEnded(self.now, undoing[0].name, undoing[0].undo_attempt, True))
            elif self.machine.questions:
                self.send(e.Answered(self.now, self.machine.questions[0][0], "done", {}))
            else:
                self.now = max(self.now, self.machine.wake_at)
                self.send(e.Tick(self.now))
        assert self.machine.ended
        assert all(state.ended for state in self.machine.run.steps.values())
        assert len(self.finished) == 1


TestAnyEvents = AnyEvents.TestCase
TestAnyEvents.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
