"""What is true of every run: order, resources, an end, the same state from the journal, nothing once done twice."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.machine import replay
from phoenix_cli.engine.step_states import BAD_ENDS
from phoenix_cli.engine.step_values import StepsView, asks_about_item, context_of, holds
from phoenix_cli.engine.validation import errors, validate
from tests.engine.random_flows import random_flow
from tests.engine.simulation import seeded


def judge(simulation):
    """Hold a finished run against its flow."""
    run = simulation.machine.run
    assert simulation.machine.ended
    assert all(state.ended for state in run.steps.values())
    assert run.running == 0 and run.free == run.room
    assert not any(run.pool.used.values()) and not any(run.pool.readers.values())
    assert run.queue.size == 0
    if run.undoing:
        assert run.undo_order.open == 0
    in_order(simulation.journal)
    bad = any(state.status in ("failed", "blocked", "cancelled") for state in run.steps.values())
    assert run.status == ("cancelled" if run.cancelled else "failed" if bad else "succeeded")


def in_order(journal):
    """No step is admitted before all that it needs has ended; none ends twice; undo is last first."""
    ended = set()
    for one in journal:
        if isinstance(one, t.Succeeded | t.Closed) or (isinstance(one, t.Failed) and one.retry_at is None):
            assert one.step not in ended
            ended.add(one.step)
        if isinstance(one, t.Decided) and one.verdict != "again":
            ended.add(one.step)


def needs_ended(simulation):
    """Check the times: a step is admitted at or after the end of each of its needs."""
    run = simulation.machine.run
    admitted = {}
    for one in simulation.journal:
        if isinstance(one, t.Admitted):
            admitted.setdefault(one.step, one.at)
    for name, at in admitted.items():
        state = run.steps[name]
        for need in (state.parent or state).before:
            assert need.ended_at is not None and need.ended_at <= at


def once_is_once(simulation):
    """A step that may run once runs again only after somebody said so, or after an attempt that said it failed."""
    again = [one.step for one in simulation.journal if isinstance(one, t.Decided) and one.verdict == "again"]
    retried = [one.step for one in simulation.journal if isinstance(one, t.Failed) and one.retry_at is not None]
    for name, state in simulation.machine.run.steps.items():
        if state.spec.effect in ("once", "manual"):
            times = sum(step == name for step, _ in simulation.executed)
            assert times <= 1 + again.count(name) + retried.count(name)


def conditions_held(simulation):
    """What ran was to run, and what was skipped was not: judged by the statuses and outputs at the end."""
    run = simulation.machine.run
    executed = {step for step, _ in simulation.executed}
    for name, state in run.steps.items():
        bad = any(need.status in BAD_ENDS for need in (state.parent or state).before)
        if name in executed:
            assert state.patient or not bad
        if state.status == "blocked":
            assert bad and not state.patient
        if not state.spec.when or (
            state.spec.for_each is not None and asks_about_item(state) != (state.parent is not None)
        ):
            assert state.status != "skipped" or state.children
            continue
        if name in executed or (state.status == "skipped" and not state.children):
            state.failed_needs = bad
            assert holds(state, context_of(state, StepsView(run.steps), run.inputs)) == (name in executed)


def undo_is_reversed(simulation):
    """A compensation starts only when those of all that came after are over."""
    run = simulation.machine.run
    over, wanted = set(), {name for name, state in run.steps.items() if state.undo}

    def later(state, seen):
        for follower in state.after:
            if follower.name not in seen:
                seen.add(follower.name)
                seen.update(child.name for child in follower.children)
                later(follower, seen)
        return seen

    for one in simulation.journal:
        if isinstance(one, t.UndoAdmitted):
            state = run.steps[one.step]
            assert later(state.parent or state, set()) & wanted <= over
        if isinstance(one, t.Undone) or (isinstance(one, t.UndoFailed) and one.retry_at is None):
            over.add(one.step)
    if run.undoing:
        assert wanted == over


def play(seed, failures=0.2, cancel=None, most=12):
    simulation = seeded(random_flow(seed, most), seed, failures=failures)
    simulation.begin()
    if cancel is not None:
        from phoenix_cli.engine.events import CancelRun

        simulation.later(cancel, CancelRun(cancel, "somebody said so"))
    simulation.run()
    return simulation


def test_drawn_flows_have_no_mistakes():
    for seed in range(200):
        assert {one.code for one in errors(validate(random_flow(seed)))} == set()


@pytest.mark.parametrize("failures", [0.0, 0.1, 0.5])
def test_every_run_ends_in_order(failures):
    for seed in range(150):
        simulation = play(seed, failures)
        judge(simulation)
        needs_ended(simulation)
        once_is_once(simulation)
        undo_is_reversed(simulation)
        conditions_held(simulation)


def test_every_run_can_be_cancelled():
    statuses = set()
    for seed in range(150):
        simulation = play(seed, cancel=random.Random(seed).uniform(0, 8))
        judge(simulation)
        undo_is_reversed(simulation)
        statuses.add(simulation.machine.run.status)
    assert "cancelled" in statuses


def test_the_journal_gives_the_same_state_after_every_batch():
    for seed in range(60):
        simulation = seeded(random_flow(seed), seed)
        snapshots = {}
        simulation.begin()
        while True:
            snapshots[len(simulation.journal)] = simulation.machine.run.snapshot()
            if not simulation.step():
                break
        for length, snapshot in snapshots.items():
            again = replay(simulation.flow, simulation.journal[:length], room=simulation.room).run
            assert again.snapshot() == snapshot


def test_rows_of_the_journal_survive_json():
    import json

    for seed in range(20):
        simulation = play(seed)
        rows = json.loads(json.dumps([t.as_row(one) for one in simulation.journal]))
        again = replay(simulation.flow, [t.from_row(kind, values) for kind, values in rows], room=simulation.room).run
        assert again.snapshot() == simulation.machine.run.snapshot()


@pytest.mark.parametrize("adopt", [False, True])
def test_a_run_goes_on_after_a_crash_at_every_batch(adopt):
    for seed in range(25):
        whole = play(seed)
        for batches in range(1, len(whole.batches), 2):
            simulation = seeded(random_flow(seed), seed)
            simulation.begin()
            for _ in range(batches - 1):
                if not simulation.step():
                    break
            after = simulation.crash(adopt=adopt)
            after.run()
            judge(after)
            once_is_once(after)
            undo_is_reversed(after)
            if adopt:
                assert not any(isinstance(one, t.Failed) and one.message == "its worker died" for one in after.journal)


def test_a_run_goes_on_from_any_prefix_of_its_journal():
    for seed in range(40):
        whole = play(seed)
        for length in range(0, len(whole.journal), 3):
            after = whole.crash(keep=length)
            after.run()
            judge(after)
            undo_is_reversed(after)


def test_the_same_seed_gives_the_same_journal():
    assert [play(seed).journal for seed in range(10)] == [play(seed).journal for seed in range(10)]


@given(st.integers(0, 10_000_000), st.floats(0, 0.6), st.none() | st.floats(0, 20))
@settings(deadline=None, max_examples=150)
def test_any_run(seed, failures, cancel):
    simulation = play(seed, failures, cancel)
    judge(simulation)
    needs_ended(simulation)
    once_is_once(simulation)
    undo_is_reversed(simulation)
    conditions_held(simulation)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_seeds():
    for seed in range(1_000_000, 1_010_000):
        draw = random.Random(seed)
        simulation = play(
            seed,
            draw.choice([0.0, 0.1, 0.3]),
            most=30 if seed % 4 == 0 else 12,
            cancel=draw.choice([None, None, None, draw.uniform(0, 10)]),
        )
        judge(simulation)
        needs_ended(simulation)
        once_is_once(simulation)
        undo_is_reversed(simulation)
        conditions_held(simulation)
        if seed % 10 == 0:
            after = simulation.crash(keep=draw.randint(0, len(simulation.journal)))
            after.run()
            judge(after)
            undo_is_reversed(after)
