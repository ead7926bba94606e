"""Critical path, slack, bounds, hashes, and flows that do the same with less."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine.critical_path import analyse, levels, starts, weights
from phoenix_cli.engine.fingerprints import fingerprint, flow_hash, idempotency_key
from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.graph import build, reaches
from phoenix_cli.engine.model import Chain, Flow, Input, Request, Resource, Retry, Run, Step
from phoenix_cli.engine.optimising import optimise, reduced
from phoenix_cli.engine.validation import errors, validate
from tests.engine.random_flows import random_flow
from tests.engine.simulation import Simulation, World


def flow_of(needs, **options):
    return Flow(
        "f", {name: Step(name, Run((name,)), tuple(before.split())) for name, before in needs.items()}, **options
    )


def test_critical_path_and_slack():
    graph = build(flow_of({"a": "", "b": "a", "c": "a", "d": "b c", "e": ""}))
    found = analyse(graph, [1, 5, 2, 1, 3])
    assert found.critical == ("a", "b", "d")
    assert (found.length_s, found.total_s) == (7, 12)
    assert {name: one.slack_s for name, one in found.steps.items()} == {"a": 0, "b": 0, "c": 3, "d": 0, "e": 4}
    assert (found.steps["d"].starts_s, found.steps["d"].ends_s) == (6, 7)
    assert found.parallelism == pytest.approx(12 / 7)
    assert found.widest == 3
    assert (found.bound_s(1), found.bound_s(4)) == (12, 7)


def test_steps_that_were_never_measured_count_as_the_median():
    assert weights(["a", "b", "c", "d"], {"a": 1, "b": 10, "c": 3}) == [1, 10, 3, 3]
    assert weights(["a"], {}) == [1.0]


@given(st.integers(0, 100_000))
def test_earliest_start_and_rest_never_exceed_the_critical_path(seed):
    draw = random.Random(seed)
    graph = build(random_flow(seed))
    took = [draw.uniform(0, 9) for _ in graph.names]
    found = analyse(graph, took)
    for at, rest in zip(starts(graph, took), levels(graph, took), strict=True):
        assert at + rest <= found.length_s + 1e-9
    assert sum(took[graph.numbers[name]] for name in found.critical) == pytest.approx(found.length_s)
    assert all(found.steps[name].slack_s == pytest.approx(0) for name in found.critical)


def test_needs_that_others_imply_are_dropped():
    flow = reduced(flow_of({"a": "", "b": "a", "c": "a b", "d": "a b c"}))
    assert {name: step.needs for name, step in flow.steps.items()} == {"a": (), "b": ("a",), "c": ("b",), "d": ("c",)}


def test_a_need_behind_a_step_that_runs_after_failures_stays():
    flow = flow_of({"a": "", "b": "a", "c": "a b"})
    flow.steps["b"] = replace(flow.steps["b"], when="always()")
    assert reduced(flow).steps["c"].needs == ("a", "b")
    flow.steps["b"] = replace(flow.steps["b"], when="")
    flow.steps["c"] = replace(flow.steps["c"], when="failed()")
    assert reduced(flow).steps["c"].needs == ("a", "b")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda edge: edge[0] < edge[1]), max_size=40))
def test_the_reduction_keeps_who_reaches_whom_and_nothing_more(edges):
    needs = {f"s{n}": " ".join(f"s{before}" for before, after in sorted(set(edges)) if after == n) for n in range(10)}
    flow = flow_of(needs)
    less = reduced(flow)
    before, after = build(flow), build(less)
    for start in range(10):
        for end in range(10):
            if start != end:
                assert reaches(before, start, end) == reaches(after, start, end)
    for step in less.steps.values():
        for need in step.needs:
            without = replace(step, needs=tuple(one for one in step.needs if one != need))
            smaller = build(replace(less, steps={**less.steps, step.name: without}))
            assert not reaches(smaller, smaller.numbers[need], smaller.numbers[step.name])


def test_chains_of_small_commands_become_one():
    found = optimise(flow_of({"a": "", "b": "a", "c": "b", "d": "c", "e": "c"}))
    assert set(found.flow.steps) == {"a+b+c", "d", "e"}
    assert found.flow.steps["a+b+c"].action == Chain((Run(("a",)), Run(("b",)), Run(("c",))))
    assert found.flow.steps["d"].needs == ("a+b+c",)
    assert found.parts == {"a+b+c": ("a", "b", "c")}


@pytest.mark.parametrize(
    "change",
    [{"when": "always()"}, {"effect": "once"}, {"retry": Retry(2)}, {"resources": (Request("r"),)}, {"dir": "x"}, {"env": {"A": "1"}},
     {"undo": Run(("u",))}, {"for_each": (1,)}, {"priority": "high"}, {"keep_going": True}, {"action": Run(("${{ inputs.x }}",))}],
)  # fmt: skip
def test_what_somebody_could_tell_apart_stays_apart(change):
    flow = flow_of({"a": "", "b": "a"}, resources={"r": Resource("r")})
    flow.steps["b"] = replace(flow.steps["b"], **change)
    assert optimise(flow).parts == {}


def ends(flow, bad):
    """Run a flow in which some commands always fail; return what was run well, in which order, and how the steps ended."""
    done, ended = [], {}

    def parts(name):
        action = flow.steps[name].action
        return action.parts if isinstance(action, Chain) else (action,)

    def failure(name, _attempt):
        for part in parts(name.partition("[")[0]):
            if part.argv[-1] in bad:
                return 1
            done.append((name.partition("[")[2], part.argv[-1]))
        return None

    simulation = Simulation(flow, World(failure=failure, inputs={"x": 2}), room=100, check=False)
    simulation.begin()
    status = simulation.run()
    for name, state in simulation.machine.run.steps.items():
        if state.status == "succeeded" and state.parent is None:
            ended |= {part.argv[-1]: "succeeded" for part in parts(name)}
    return status, sorted(done), ended


def plain_flow(seed):
    """Return a flow of commands without clocks or chance: what it does depends on nothing but what fails."""
    draw = random.Random(seed)
    steps = {}
    for number in range(draw.randint(2, 14)):
        needs = draw.sample(sorted(steps), min(len(steps), draw.choice([0, 1, 1, 1, 2, 4])))
        steps[f"s{number}"] = Step(
            f"s{number}", Run(("do", f"s{number}")), tuple(needs), when=draw.choice(["", "", "", "always()", "failed()", "inputs.x > 1"]),
            for_each=draw.choice([None, None, None, None, (1, 2)]), effect=draw.choice(["pure", "idempotent", "pure"]),
        )  # fmt: skip
    return Flow("f", steps, inputs={"x": Input("x")}, keep_going=True)


@given(st.integers(0, 1_000_000), st.sets(st.integers(0, 13), max_size=4))
@settings(deadline=None, max_examples=300)
def test_an_optimised_flow_does_the_same(seed, bad):
    flow = plain_flow(seed)
    found = optimise(flow)
    assert errors(validate(found.flow)) == []
    names = {f"s{number}" for number in bad}
    status, done, ended = ends(flow, names)
    after_status, after_done, after_ended = ends(found.flow, names)
    assert (after_status, after_done) == (status, done)
    fused = {name for names in found.parts.values() for name in names}
    assert {name: one for name, one in after_ended.items() if name not in fused} == {
        name: one for name, one in ended.items() if name not in fused
    }


def test_hashes_follow_the_meaning():
    text = "name: a\nsteps:\n  x: {run: [a], retry: 0}\n  y: {run: b, needs: [x]}\n"
    moved = "name: a\n# a comment\nsteps:\n\n  y: {needs: x, run: b}\n  x: {run: [a]}\n"
    base = read_flow(text).flow
    assert flow_hash(base) == flow_hash(read_flow(moved).flow)
    for change in (
        "needs: []",
        "needs: [x], retry: 1",
        "needs: [x], env: {A: b}",
        "needs: [x], timeout: 3",
        "needs: [x], undo: z",
    ):
        assert flow_hash(base) != flow_hash(read_flow(text.replace("needs: [x]", change)).flow)
    assert fingerprint(base.steps["x"]) != fingerprint(base.steps["y"])
    assert fingerprint(Step("a", Run(("x",)))) != fingerprint(Step("a", Run(shell="x")))
    assert idempotency_key("run_1", "a") == idempotency_key("run_1", "a") != idempotency_key("run_2", "a")


def test_a_hash_is_the_same_in_another_version_of_this_file():
    """The journal of a run keeps it, so it changes only together with SCHEME."""
    assert flow_hash(flow_of({"a": "", "b": "a"})) == PINNED


PINNED = "d94b823bd7c8f6cdffc09ccc29d3d042"
