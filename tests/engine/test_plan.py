"""What is said of a flow before it runs: order, bound, expectation, what binds, what if."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine.fingerprints import flow_hash
from phoenix_cli.engine.graph import build
from phoenix_cli.engine.model import Flow, Input, Request, Resource, Run, Step, SubFlow
from phoenix_cli.engine.planning.optimised import plan_optimised
from phoenix_cli.engine.planning.outlook import outlooks
from phoenix_cli.engine.planning.plan import plan
from tests.engine.random_flows import random_flow
from tests.engine.simulation import Simulation, World


def flow_of(needs, **options):
    return Flow(
        "f", {name: Step(name, Run((name,)), tuple(before.split())) for name, before in needs.items()}, **options
    )


def changed(flow, name, **changes):
    return replace(flow, steps={**flow.steps, name: replace(flow.steps[name], **changes)})


def test_a_diamond():
    flow = flow_of({"a": "", "b": "a", "c": "a", "d": "b c"})
    made = plan(flow, {"a": 1, "b": 5, "c": 2, "d": 1}, 4)
    assert [(one.name, one.starts_s, one.ends_s, one.wave) for one in made.steps] == [
        ("a", 0, 1, 1), ("b", 1, 6, 2), ("c", 1, 3, 2), ("d", 6, 7, 3),
    ]  # fmt: skip
    assert (made.critical_path, made.critical_s, made.work_s) == (("a", "b", "d"), 7, 9)
    assert (made.bound_s, made.bound_by, made.expected_s) == (7, "critical path", 7)
    assert (made.parallelism, made.widest) == (pytest.approx(9 / 7), 2)
    assert made.waves == (("a",), ("b", "c"), ("d",))
    assert {one.name: (one.slack_s, one.critical) for one in made.steps} == {
        "a": (0, True), "b": (0, True), "c": (3, False), "d": (0, True),
    }  # fmt: skip
    assert made.hash == flow_hash(flow)
    assert (made.measured, made.max_parallel) == (4, 4)


def test_one_at_a_time_takes_all_of_the_work():
    made = plan(flow_of({"a": "", "b": "", "c": "a"}), {"a": 1, "b": 5, "c": 2}, 1)
    assert (made.bound_s, made.bound_by, made.expected_s) == (8, "max_parallel", 8)
    assert {one.lane for one in made.steps} == {0}


def test_lanes_tell_what_runs_side_by_side():
    made = plan(flow_of(dict.fromkeys("abcd", "")), {}, 2)
    assert [(one.name, one.lane) for one in made.steps] == [("a", 0), ("b", 1), ("c", 0), ("d", 1)]


def test_what_if_names_the_room_that_was_asked_for_and_ends_where_more_helps_nobody():
    made = plan(flow_of(dict.fromkeys("abcdef", "")), {}, 3)
    assert [(one.max_parallel, one.bound_s, one.expected_s) for one in made.what_if] == [
        (1, 6, 6), (2, 3, 3), (3, 2, 2), (4, 1.5, 2), (8, 1, 1),
    ]  # fmt: skip


def test_the_flow_s_own_max_parallel_limits_the_room_but_not_what_if():
    made = plan(flow_of(dict.fromkeys("abcd", ""), max_parallel=2), {}, 8)
    assert (made.max_parallel, made.expected_s) == (2, 2)
    assert {one.max_parallel: one.expected_s for one in made.what_if} == {1: 4, 2: 2, 4: 1}


def test_a_resource_that_binds_is_the_bound():
    flow = flow_of(dict.fromkeys("abcd", ""), resources={"gpu": Resource("gpu"), "disk": Resource("disk", 4)})
    for name in "abc":
        flow = changed(flow, name, resources=(Request("gpu"), Request("disk")))
    made = plan(flow, {}, 4)
    assert (made.bound_s, made.bound_by, made.expected_s) == (3, "gpu", 3)
    assert [(one.name, one.capacity, one.steps, one.least_s, one.binds) for one in made.resources] == [
        ("gpu", 1, 3, 3, True), ("disk", 4, 3, 0.75, False),
    ]  # fmt: skip


def test_readers_read_together_and_exclusive_takes_all():
    flow = flow_of(dict.fromkeys("abc", ""), resources={"db": Resource("db", 5)})
    flow = changed(flow, "a", resources=(Request("db", 1, "shared"),))
    flow = changed(flow, "b", resources=(Request("db", 1, "shared"),))
    flow = changed(flow, "c", resources=(Request("db", 1, "exclusive"),))
    made = plan(flow, {"a": 2, "b": 3, "c": 4}, 3)
    assert (made.bound_s, made.bound_by, made.expected_s) == (7, "db", 7)


def test_what_was_never_measured_counts_as_the_median_and_says_so():
    made = plan(flow_of({"a": "", "b": "", "c": ""}), {"a": 1, "b": 3}, 1)
    assert [(one.duration_s, one.measured) for one in sorted(made.steps, key=lambda one: one.name)] == [
        (1, True), (3, True), (2, False),
    ]  # fmt: skip


def test_children_run_side_by_side_and_count_as_work():
    flow = changed(flow_of({"a": "", "b": "a"}), "a", for_each=(1, 2, 3, 4))
    made = plan(flow, {"a": 2, "b": 1}, 2)
    assert (made.work_s, made.critical_s, made.expected_s, made.widest) == (9, 3, 5, 4)
    assert [(one.name, one.starts_s, one.ends_s, one.items) for one in made.steps] == [
        ("a", 0, 4, 4),
        ("b", 4, 5, None),
    ]


def test_items_from_inputs_are_counted_and_those_from_outputs_are_unknown():
    flow = flow_of({"a": "", "b": "a"}, inputs={"names": Input("names")})
    flow = changed(changed(flow, "a", for_each="${{ inputs.names }}"), "b", for_each="${{ steps.a.outputs.v }}")
    assert [one.items for one in plan(flow, {}, 1, {"names": ["x", "y"]}).steps] == [2, 0]
    assert [one.items for one in plan(flow, {}, 1, {}).steps] == [0, 0]
    empty = plan(flow, {}, 1, {"names": []})
    assert (empty.skipped, [one.name for one in empty.steps]) == (("a",), ["b"])


@pytest.mark.parametrize(
    ("when", "skipped"),
    [
        ("inputs.x > 1", True), ("inputs.x < 1", False), ("inputs.missing", False), ("failed()", True), ("always()", False),
        ("succeeded()", False), ("steps.a.status == 'skipped'", True), ("steps.a.outputs.v == 1", False), ("1 < 'a'", False),
    ],
)  # fmt: skip
def test_conditions_that_can_be_known_are(when, skipped):
    inputs = {"x": Input("x"), "missing": Input("missing")}
    flow = changed(flow_of({"a": "", "b": "a", "c": "b"}, inputs=inputs), "b", when=when)
    made = plan(flow, {"a": 1, "b": 5, "c": 1}, 2, {"x": 0})
    assert made.skipped == (("b",) if skipped else ())
    assert made.expected_s == (2 if skipped else 7)
    assert made.critical_path == (("a", "c") if skipped else ("a", "b", "c"))


def test_what_follows_from_a_step_that_will_be_skipped_is_known():
    flow = changed(flow_of({"a": "", "b": "a"}), "a", when="false")
    flow = changed(flow, "b", when="steps.a.status == 'succeeded'")
    assert [one.runs for one in outlooks(flow, build(flow), {}).values()] == [False, False]
    assert plan(flow, {}, 1).steps == ()


def test_a_sub_flow_takes_no_room_of_its_own():
    flow = changed(flow_of({"a": "", "b": ""}), "a", action=SubFlow("x.yaml"))
    made = plan(flow, {"a": 4, "b": 3}, 1)
    assert (made.bound_s, made.expected_s) == (4, 4)
    assert {one.name: one.lane for one in made.steps} == {"a": None, "b": 0}


def test_a_step_that_asks_a_person_is_planned_as_if_they_agreed_at_once():
    made = plan(changed(flow_of({"a": "", "b": "a"}), "a", effect="manual"), {"a": 2, "b": 2}, 1)
    assert made.expected_s == 4


def test_an_optimised_flow_tells_what_was_dropped_and_fused():
    flow = flow_of({"a": "", "b": "a", "c": "b a", "d": "c a", "e": ""})
    made, difference = plan_optimised(flow, {"a": 1, "b": 2, "c": 3, "d": 1, "e": 9}, 2)
    assert difference.dropped == {"c": ("a",), "d": ("a",)}
    assert difference.fused == {"a+b+c+d": ("a", "b", "c", "d")}
    assert [(one.name, one.duration_s, one.measured) for one in made.steps] == [("e", 9, True), ("a+b+c+d", 7, True)]
    before, after = difference.before, difference.after
    assert (before.steps, before.needs, after.steps, after.needs) == (5, 5, 2, 0)
    assert (before.expected_s, after.expected_s) == (9, 9)


def test_nothing_to_optimise():
    _, difference = plan_optimised(flow_of({"a": "", "b": ""}), {}, 1)
    assert (difference.dropped, difference.fused) == ({}, {})
    assert difference.before == difference.after


@given(st.integers(0, 1_000_000), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_no_plan_beats_its_bound_and_none_is_worse_than_one_at_a_time(seed, room):
    flow = random_flow(seed)
    measured = {name: 1.0 + number % 7 for number, name in enumerate(flow.steps) if number % 3}
    made = plan(flow, measured, room, {"x": 1})
    assert made.bound_s - 1e-9 <= made.expected_s <= made.work_s + 1e-9
    assert made.bound_s == pytest.approx(max([made.critical_s, *(one.least_s for one in made.resources), made.bound_s]))
    assert [one.starts_s for one in made.steps] == sorted(one.starts_s for one in made.steps)
    ends = {one.name: one.ends_s for one in made.steps}
    for one in made.steps:
        assert all(ends.get(need, 0.0) <= one.starts_s + 1e-9 for need in one.needs)
        assert one.critical == (one.name in made.critical_path) and one.slack_s >= 0
    assert {*made.skipped, *ends} == set(flow.steps)
    assert sum(map(len, made.waves)) == len(made.steps)
    assert plan(flow, measured, room, {"x": 1}) == made


@given(st.integers(0, 1_000_000), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_run_in_which_all_goes_well_takes_what_the_plan_expects(seed, room):
    flow = random_flow(seed)
    plain = {
        name: Step(name, Run(("x",)), step.needs, resources=step.resources, priority=step.priority)
        for name, step in flow.steps.items()
    }
    flow = Flow("f", plain, flow.resources)
    took = {name: 1.0 + number % 5 for number, name in enumerate(plain)}
    simulation = Simulation(flow, World(duration=lambda step, _: took[step]), room=room, measured=took)
    simulation.begin()
    assert simulation.run() == "succeeded"
    assert plan(flow, took, room).expected_s == pytest.approx(simulation.now)
