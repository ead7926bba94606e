"""What a view tells: of every prefix of journals of random flows, and of runs whose every moment is known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.model import Breaker, Flow, Request, Resource, Retry, Run, Step
from phoenix_cli.engine.progress.estimates import estimate
from phoenix_cli.engine.progress.lines import json_form, tell
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.progress.todo import todo_items
from phoenix_cli.engine.progress.waits import waits
from phoenix_cli.engine.step_states import ENDS
from phoenix_cli.engine.transitions import from_row
from tests.engine.random_flows import random_flow
from tests.engine.simulation import Simulation, World, seeded

SEEDS = st.integers(0, 2**32)


def lived(seed):
    world = seeded(random_flow(seed), seed)
    world.begin()
    world.run()
    return world


def step(name, **options):
    return Step(name, Run(("do", name)), **options)


def flow_of(*steps, **options):
    return Flow("f", {one.name: one for one in steps}, **options)


def until(flow, at, *, room=4, measured=None, **world):
    """Return the view at some second of a run in which each step takes ten, unless the world says otherwise."""
    world.setdefault("duration", lambda step, attempt: 10.0)
    run = Simulation(flow, World(**world), room=room, check=False)
    run.begin()
    run.run()
    view = RunView(flow, room=room, measured=measured or {})
    view.feed(one for one in run.journal if one.at <= at)
    return view


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_every_prefix_of_a_journal_can_be_told(seed):
    world = lived(seed)
    view = RunView(world.flow, room=world.room, measured=dict.fromkeys(world.flow.steps, 2.0))
    for number, one in enumerate(world.journal):
        view.apply(one)
        counts = view.counts()
        assert 0 <= counts.ended <= counts.total
        assert set(view.active) == {name for name in view.active if view.run.steps[name].status not in ENDS}
        running = {state.name for state in view.running()}
        waiting = [name for wait in waits(view, view.at) for name in wait.steps]
        assert len(waiting) == len(set(waiting)) and not running & set(waiting) - set(view.questions)
        for wait in waits(view, view.at):
            assert wait.why(view.at) and (wait.kind != "resource" or wait.holders)
        assert {name for name, tries in view.attempts.items() if tries[-1].ended_at is None} == running
        items = todo_items(view)
        assert all(item["status"] in ("pending", "in_progress", "completed") for item in items)
        assert len(items) == len([1 for state in view.run.steps.values() if not state.children])
        tell(view, one)
        assert json_form(number, one)["seq"] == number
        view.critical(), view.steps()
        if number % 16 == seed % 16:  # an estimate is work
            found = estimate(view, view.at)
            assert found is None or 0 <= found.p50_s <= found.p90_s


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_in_the_end_the_view_says_what_the_machine_says(seed):
    world = lived(seed)
    view = RunView(world.flow, room=world.room)
    view.feed(world.journal)
    run = world.machine.run
    assert (view.status, view.retries, view.questions) == (run.status, run.retries, {})
    assert {name: one.status for name, one in view.run.steps.items()} == {n: s.status for n, s in run.steps.items()}
    assert view.ended and not view.running() and not view.active and not waits(view, view.at)
    assert view.counts().ended == view.counts().total == sum(not one.children for one in run.steps.values())
    assert all(item["status"] == "completed" for item in todo_items(view))
    begun = [
        (one.step, one.number)
        for tries in view.attempts.values()
        for one in tries
        if one.role == "step" and one.outcome != "deferred"
    ]
    assert sorted(begun) == sorted(world.executed)


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_journal_read_from_json_is_the_same_view(seed):
    world = lived(seed)
    direct, read = RunView(world.flow), RunView(world.flow)
    direct.feed(world.journal)
    read.feed(from_row(*t.as_row(one)) for one in world.journal)
    assert direct.steps() == read.steps() and direct.critical() == read.critical()


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_longest_way_goes_forward_in_time_to_the_last_end(seed):
    view = RunView((world := lived(seed)).flow)
    view.feed(world.journal)
    path = [view.run.steps[name] for name in view.critical()]
    ends = [one.ended_at for one in path]
    assert ends == sorted(ends)
    worked = [s.ended_at for s in view.run.steps.values() if s.name in view.attempts and not s.children and s.ended_at]
    assert not worked or ends[-1] == max(worked)


def test_a_step_tells_its_attempts_times_and_exit_status():
    flow = flow_of(step("a", retry=Retry(1, backoff_s=0.5, max_s=0.5)))
    view = until(flow, 15, failure=lambda name, attempt: 75 if attempt == 1 else None)
    one = view.step("a", 15.0)
    assert (one.status, one.attempts, one.exit_code, one.ended_at) == ("running", 2, 75, None)
    assert one.duration_s == pytest.approx(15 - view.attempts["a"][1].since)
    first = view.attempts["a"][0]
    assert (first.outcome, first.code, first.ended_at) == ("failed", 75, 10.0)


def test_steps_that_want_the_same_wait_together_and_it_is_said_who_holds_it():
    wants = (Request("gpu"),)
    steps = [step(f"s{number}", resources=wants) for number in range(5)]
    view = until(flow_of(*steps, resources={"gpu": Resource("gpu", 2)}), 5)
    (wait,) = waits(view, 5)
    assert (wait.kind, wait.what, len(wait.steps), wait.holders) == ("resource", "gpu", 3, ("s0", "s1"))
    assert wait.why(5) == "waits for gpu, held by s0 and s1"


def test_a_step_that_only_lacks_a_slot_says_so():
    view = until(flow_of(step("a"), step("b")), 5, room=1)
    (wait,) = waits(view, 5)
    assert (wait.kind, wait.steps, wait.why(5)) == ("slot", ("b",), "waits for a free slot")


def test_a_breaker_a_retry_another_run_and_a_question_are_told_apart():
    steps = [
        step("down", breaker=Breaker("web", 1, 60.0)), step("after", needs=("down",), when="always()", breaker=Breaker("web", 1, 60.0)),
        step("again", retry=Retry(1, backoff_s=1000.0, max_s=1000.0)), step("elsewhere"), step("hand", effect="manual"),
    ]  # fmt: skip
    view = RunView(flow_of(*steps, keep_going=True), room=4)
    view.feed(
        [
            t.Begun(0.0, "run_1", "", "", {}, {}),
            t.Doubted(0.0, "hand", 0, "confirm"),
            t.Admitted(0.0, "down", 1),
            t.Admitted(0.0, "again", 1),
            t.Admitted(0.0, "elsewhere", 1),
            t.Deferred(0.0, "elsewhere", 1, 60.0, "gpu is held by run_2"),
            t.Failed(1.0, "down", 1, "failed", 7, "", None),
            t.Failed(1.0, "again", 1, "failed", 75, "", 11.0),
        ]
    )
    assert [(one.kind, one.steps, one.why(1.0)) for one in waits(view, 1.0)] == [
        ("answer", ("hand",), "waits for an answer: may it begin?"),
        ("elsewhere", ("elsewhere",), "gpu is held by run_2"),
        ("breaker", ("after",), "waits for web, which fails: tried again in 1m 00s"),
        ("retry", ("again",), "trying again in 10.0s"),
    ]
    assert view.questions == {"hand": "confirm"}


def test_phases_stand_in_the_flows_order_with_their_times():
    flow = flow_of(
        step("late", phase="two", needs=("a",)), step("a", phase="one"), step("b"), phases=("one", "two", "three")
    )
    view = until(flow, 15)
    told = [(one.name, one.counts.ended, one.counts.total, one.started_at, one.ended_at) for one in view.phases()]
    assert told == [
        ("one", 1, 1, 0.0, 10.0),
        ("two", 0, 1, 10.0, None),
        ("three", 0, 0, None, None),
        ("", 1, 1, 0.0, 10.0),
    ]
    assert until(flow_of(step("a")), 5).phases() == []


def test_children_count_instead_of_their_step_and_an_open_number_is_not_exact():
    known = until(flow_of(step("a"), step("g", needs=("a",), for_each=(1, 2, 3))), 5)
    assert (known.counts().total, known.counts().exact) == (4, True)
    flow = flow_of(step("a"), step("g", needs=("a",), for_each="${{ [1, 2, 3] }}"))
    before = RunView(flow)
    before.feed([t.Begun(0.0, "run_1", "", "", {}, {})])
    assert (before.counts().total, before.counts().exact) == (2, False)
    before.feed([t.Admitted(0.0, "a", 1), t.Succeeded(1.0, "a", 1, {}, True), t.Expanded(1.0, "g", [1, 2, 3])])
    assert (before.counts().total, before.counts().exact, before.counts().cached) == (4, True, 1)
    assert before.step("g").children == ("g[0]", "g[1]", "g[2]") and before.step("g[1]").parent == "g"


def test_what_was_waited_for_is_on_the_longest_way_also_when_it_was_a_resource():
    wants = (Request("gpu"),)
    flow = flow_of(
        step("a"),
        step("b", needs=("a",), resources=wants),
        step("c", needs=("a",), resources=wants),
        resources={"gpu": Resource("gpu")},
    )
    assert until(flow, 100).critical() == ["a", "b", "c"]


def test_how_far_the_undo_is_can_be_told():
    flow = flow_of(step("a", undo=Run(("undo",))), step("b", needs=("a",)))
    view = until(flow, 20.5, failure=lambda name, attempt: 1 if name == "b" else None)
    assert view.undo is not None and (view.undo.running, view.undo.total, view.undo.done) == (1, 1, 0)
    assert [one.name for one in view.running()] == ["a"] and view.attempts["a"][-1].role == "undo"
    ended = until(flow, 100, failure=lambda name, attempt: 1 if name == "b" else None)
    assert ended.undo is not None and ended.undo.done == 1
    assert [item["content"] for item in todo_items(ended)] == ["a: undone", "b: failed (exit 1)"]
