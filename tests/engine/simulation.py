"""A driver without threads or time: performs the machine's instructions in a world that a seed decides."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine.machine import Machine, replay
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.transitions import Transition


@dataclass
class World:
    """How long attempts take and how they end: functions of step and attempt."""

    duration: Callable[[str, int], float] = lambda step, attempt: 1.0
    failure: Callable[[str, int], str | int | None] = lambda step, attempt: None
    outputs: Callable[[str], Mapping[str, Any]] = lambda step: {}
    undo_fails: Callable[[str, int], bool] = lambda step, attempt: False
    answer: Callable[[str], str] = lambda step: "done"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    defer: Callable[[str, int], float] = lambda step, attempt: 0.0


class Simulation:
    """One run. ``executed`` lists what was really started, ``journal`` what a crash leaves."""

    def __init__(
        self,
        flow: Flow,
        world: World,
        *,
        room: int = 2,
        measured: Mapping[str, float] | None = None,
        check: bool = True,
    ) -> None:
        self.flow, self.world, self.room, self.measured = flow, world, room, measured or {}
        self.machine = Machine(flow, room=room, measured=self.measured)
        self.journal: list[Transition] = []
        self.batches: list[int] = []
        self.now = 0.0
        self.happening: list[tuple[float, int, Any]] = []
        self.count = 0
        self.executed: list[tuple[str, int]] = []
        self.tries: dict[str, int] = {}
        self.undone: list[str] = []
        self.running: dict[tuple[str, int], str] = {}
        self.finished: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.check = check

    def later(self, at: float, event: Any) -> None:
        """Let an event happen at some time."""
        self.count += 1
        heapq.heappush(self.happening, (at, self.count, event))

    def send(self, event: Any) -> None:
        """Hand an event to the machine and perform what it asks."""
        turn = self.machine.handle(event)
        self.journal += turn.transitions
        self.batches.append(len(self.journal))
        for instruction in turn.instructions:
            self.perform(instruction)
        if self.check:
            self.invariants()

    def perform(self, one: i.Instruction) -> None:
        """Do what an executor would do."""
        if isinstance(one, i.Start):
            self.start(one)
        elif isinstance(one, i.StartUndo):
            self.running[one.step, one.attempt] = "undo"
            ok = not self.world.undo_fails(one.step, one.attempt)
            if ok:
                self.undone.append(one.step)
            self.later(self.now + 1, e.UndoEnded(self.now + 1, one.step, one.attempt, ok))
        elif isinstance(one, i.Stop):
            self.later(self.now + 0.1, e.StepFailed(self.now + 0.1, one.step, one.attempt, "failed", -15, "terminated"))
        elif isinstance(one, i.Verify | i.Ask):
            self.asked.append((one.step, one.question if isinstance(one, i.Ask) else "verify"))
            self.later(self.now + 1, e.Answered(self.now + 1, one.step, self.world.answer(one.step), {}))  # type: ignore[arg-type]
        elif isinstance(one, i.Finish):
            self.finished.append(one.status)

    def start(self, one: i.Start) -> None:
        """Start an attempt, or put it off."""
        self.tries[one.step] = self.tries.get(one.step, 0) + 1
        if until := self.world.defer(one.step, self.tries[one.step]):
            self.later(self.now, e.StepDeferred(self.now, one.step, one.attempt, self.now + until))
            return
        self.executed.append((one.step, one.attempt))
        self.running[one.step, one.attempt] = "step"
        self.later(self.now, e.StepStarted(self.now, one.step, one.attempt, {"pid": self.count}))
        at = self.now + self.world.duration(one.step, one.attempt)
        how = self.world.failure(one.step, one.attempt)
        event: Any = e.StepSucceeded(at, one.step, one.attempt, self.world.outputs(one.step))
        if isinstance(how, int):
            event = e.StepFailed(at, one.step, one.attempt, "failed", how, "bad")
        elif how is not None:
            event = e.StepFailed(at, one.step, one.attempt, how)
        self.later(at, event)

    def begin(self) -> None:
        """Begin the run."""
        self.send(e.Begin(self.now, "run_1", "seed", self.world.inputs, {}))

    def step(self) -> bool:
        """Let the next thing happen; False when nothing can any more."""
        wake = self.machine.wake_at
        if self.machine.ended or (not self.happening and wake is None):
            return False
        if wake is not None and (not self.happening or wake < self.happening[0][0]):
            self.now = max(self.now, wake)
            self.send(e.Tick(self.now))
            return True
        self.now, _, event = heapq.heappop(self.happening)
        if hasattr(event, "attempt") and isinstance(event, e.StepSucceeded | e.StepFailed | e.UndoEnded):
            self.running.pop((event.step, event.attempt), None)
        self.send(event)
        return True

    def run(self, limit: int = 100_000) -> str:
        """Go on until the end; return the run's status."""
        for _ in range(limit):
            if not self.step():
                break
        else:
            raise AssertionError("the run does not end")
        return self.machine.run.status

    def crash(self, keep: int | None = None, adopt: bool = False) -> Simulation:
        """Lose the driver, and all but ``keep`` transitions; return the simulation that goes on."""
        after = Simulation(self.flow, self.world, room=self.room, measured=self.measured, check=self.check)
        after.journal = self.journal[:keep]
        after.machine = replay(self.flow, after.journal, room=self.room, measured=self.measured)
        after.now = self.now if keep is None else after.machine.now
        after.tries = dict(self.tries)
        after.executed, after.undone = list(self.executed), list(self.undone)
        alive = frozenset(self.running) if adopt else frozenset()
        if adopt:
            after.running = dict(self.running)
            for at, _, event in sorted(self.happening, key=lambda one: one[:2]):
                if isinstance(event, e.StepSucceeded | e.StepFailed | e.UndoEnded):
                    after.later(at, event)
        after.send(
            e.Resume(after.now, alive) if after.journal else e.Begin(after.now, "run_1", "seed", self.world.inputs, {})
        )
        return after

    def invariants(self) -> None:
        """Hold the machine against what must always be true."""
        run = self.machine.run
        pool = run.pool
        assert 0 <= run.free <= run.room
        for name, capacity in pool.capacity.items():
            assert 0 <= pool.used[name] <= capacity and pool.readers[name] >= 0
            assert not (pool.used[name] and pool.readers[name])
        holding = [one for one in run.steps.values() if one.status == "running" or one.undo == "running"]
        assert len(holding) == run.running
        for name in pool.capacity:
            claims = [claim for one in holding for claim in one.lane.claims if claim.resource == name]
            assert sum(claim.amount for claim in claims if not claim.shared) == pool.used[name]
            assert sum(claim.shared for claim in claims) == pool.readers[name]
        if run.free > 0 and run.status == "running" and run.queue.reserved is None:
            for one in run.steps.values():  # whoever waits lacks something
                assert not one.ticket or run.queue._lacking(one.lane, self.machine.now), one.name
        assert run.unended == sum(not one.ended for one in run.steps.values())


def seeded(flow: Flow, seed: int, *, failures: float = 0.2, room: int | None = None) -> Simulation:
    """Return a simulation in which everything is drawn from a seed."""
    draw = random.Random(seed)
    salt = draw.random()

    def chance(*words: object) -> float:
        return random.Random(f"{salt} {words}").random()

    def failure(step: str, attempt: int) -> str | int | None:
        luck = chance("failure", step, attempt)
        if luck >= failures:
            return None
        return (1, 75, "lost", "unavailable")[int(luck / failures * 4)]

    world = World(
        duration=lambda step, attempt: 0.1 + 5 * chance("duration", step, attempt),
        failure=failure,
        outputs=lambda step: {
            "v": int(chance("output", step) * 3),
            "items": list(range(int(chance("items", step) * 4))),
        },
        undo_fails=lambda step, attempt: chance("undo", step, attempt) < failures,
        answer=lambda step: ("done", "again", "failed", "unknown")[int(chance("answer", step, draw.random()) * 4)],
        inputs={"x": draw.randint(0, 3)},
        defer=lambda step, attempt: 1.0 if chance("defer", step, attempt) < failures / 4 else 0.0,
    )
    return Simulation(flow, world, room=room or draw.randint(1, 4))
