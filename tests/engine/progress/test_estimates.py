"""Estimates against runs whose durations are drawn from what the estimate supposes, and from worse."""

from collections.abc import Mapping

import pytest

from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.model import Breaker, Flow, Retry, Run, Step
from phoenix_cli.engine.progress.estimates import Estimator, estimate
from phoenix_cli.engine.progress.run_view import RunView
from tests.engine.progress.worlds import flow_of, lived, means_of, seen_at

BEGUN = t.Begun(0.0, "run_1", "", "seed", {}, {})


def coverage(runs: int, steps: int, share: float, *, spread: float = 0.4, factor: float = 1.0) -> tuple[float, float]:
    """Return how often the rest of a run took less than half of the runs should, and than nine of ten should."""
    half = most = 0
    for seed in range(runs):
        flow = flow_of(steps, seed)
        means = means_of(flow, seed)
        view, at, rest = seen_at(lived(flow, means, seed, spread=spread, factor=factor), share, means)
        found = estimate(view, at)
        assert found is not None
        half += rest <= found.p50_s
        most += rest <= found.p90_s
    return half / runs, most / runs


@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_half_take_less_than_the_median_and_nine_of_ten_less_than_the_90_percent_mark(share):
    half, most = coverage(100, 30, share)
    assert 0.35 <= half <= 0.65
    assert most >= 0.80


def test_a_run_on_a_slow_day_is_learnt_from_what_has_ended():
    _, before = coverage(30, 40, 0.0, factor=1.6)
    _, later = coverage(30, 40, 0.7, factor=1.6)
    assert before < 0.3 and later >= 0.6


@pytest.mark.slow
def test_large_flows_are_estimated_from_few_looks_and_are_covered():
    half, most = coverage(20, 1_200, 0.4)
    assert 0.2 <= half <= 0.8 and most >= 0.75


def test_steps_without_a_history_make_the_estimate_wider_not_silent():
    flow = flow_of(30, 1)
    means = means_of(flow, 1)
    view, at, _ = seen_at(lived(flow, means, 1, spread=0.4), 0.0, means)
    partly, _, _ = seen_at(lived(flow, means, 1, spread=0.4), 0.0, dict(list(means.items())[:10]))
    all_known, some_known = estimate(view, at), estimate(partly, at)
    assert all_known and some_known
    assert some_known.p90_s / some_known.p50_s > all_known.p90_s / all_known.p50_s


def view_of(*steps: Step, measured: Mapping[str, float], room: int = 2) -> RunView:
    view = RunView(Flow("f", {one.name: one for one in steps}), room=room, measured=measured)
    view.feed([BEGUN])
    return view


def step(name: str, **options) -> Step:
    return Step(name, Run(("do",)), **options)


def test_nothing_is_said_when_nothing_was_ever_measured_or_when_it_is_over():
    assert estimate(view_of(step("a"), measured={}), 0.0) is None
    view = view_of(step("a"), measured={"a": 10.0})
    assert estimate(view, 0.0) is not None
    view.feed([t.Admitted(0.0, "a", 1), t.Succeeded(9.0, "a", 1, {}, False), t.Ended(9.0, "succeeded")])
    assert estimate(view, 9.0) is None


def test_what_ended_in_this_run_is_enough_for_its_siblings():
    view = view_of(step("g", for_each=tuple(range(9))), measured={}, room=1)
    view.feed(
        [t.Expanded(0.0, "g", list(range(9))), t.Admitted(0.0, "g[0]", 1), t.Succeeded(5.0, "g[0]", 1, {}, False)]
    )
    found = estimate(view, 5.0)
    assert found is not None and 25 <= found.p50_s <= 55


def test_items_of_a_list_in_the_file_count_before_they_are_there():
    one = estimate(view_of(step("a"), step("g", needs=("a",)), measured={"a": 1.0, "g": 10.0}), 0.0)
    ten = estimate(
        view_of(step("a"), step("g", needs=("a",), for_each=tuple(range(10))), measured={"a": 1.0, "g": 10.0}), 0.0
    )
    assert one and ten and ten.p50_s > 3 * one.p50_s


def test_the_same_journal_at_the_same_moment_gives_the_same_estimate():
    flow = flow_of(30, 3)
    means = means_of(flow, 3)
    world = lived(flow, means, 3, spread=0.4)
    (a, at, _), (b, _, _) = seen_at(world, 0.5, means), seen_at(world, 0.5, means)
    assert estimate(a, at) == estimate(b, at)


def test_a_step_that_takes_longer_than_ever_leaves_something_to_wait_for():
    view = view_of(step("a"), measured={"a": 1.0})
    view.feed([t.Admitted(0.0, "a", 1)])
    rests = [estimate(view, at) for at in (0.5, 5.0, 500.0, 5e6)]
    assert all(one is not None and 0 < one.p50_s < one.p90_s for one in rests)


def test_waits_for_the_next_attempt_and_for_a_breaker_are_counted():
    view = view_of(step("a", retry=Retry(1)), measured={"a": 1.0})
    view.feed([t.Admitted(0.0, "a", 1), t.Failed(1.0, "a", 1, "failed", 1, "", 101.0)])
    found = estimate(view, 1.0)
    assert found is not None and found.p50_s > 100
    rested = view_of(step("b", breaker=Breaker("web", 1, 50.0)), measured={"b": 1.0})
    rested.feed([t.Begun(0.0, "run_1", "", "seed", {}, {"web": {"status": "open", "failures": 1, "until": 50.0}})])
    found = estimate(rested, 0.0)
    assert found is not None and found.p50_s > 50


def test_after_a_failure_only_what_still_runs_counts():
    view = view_of(step("a"), step("b"), step("c", needs=("a",)), measured={"a": 1.0, "b": 5.0, "c": 1000.0})
    view.feed([t.Admitted(0.0, "a", 1), t.Admitted(0.0, "b", 1), t.Failed(1.0, "a", 1, "failed", 1, "", None)])
    view.feed([t.Stopped(1.0, "a step failed", False)])
    found = estimate(view, 1.0)
    assert found is not None and found.p90_s < 20


def test_steps_that_share_one_thing_are_done_one_after_the_other():
    from phoenix_cli.engine.model import Request, Resource

    def flow(*wants: Request) -> Flow:
        steps = {f"s{number}": step(f"s{number}", resources=wants) for number in range(6)}
        return Flow("f", steps, {"gpu": Resource("gpu")})

    found = []
    for one in (flow(), flow(Request("gpu"))):
        view = RunView(one, room=6, measured=dict.fromkeys(one.steps, 10.0))
        view.feed([BEGUN])
        found.append(estimate(view, 0.0))
    assert found[0] and found[1] and found[0].p50_s < 25 and found[1].p50_s > 50


def test_large_flows_get_fewer_looks():
    runs = []
    for count in (10, 300, 5_000):
        flow = flow_of(count, 1)
        view = RunView(flow, room=4, measured=dict.fromkeys(flow.steps, 3.0))
        view.feed([BEGUN])
        found = estimate(view, 0.0)
        assert found is not None and found.p50_s < found.p90_s
        runs.append(found.runs)
    assert runs[0] == 200 and runs[0] > runs[1] > runs[2]


def test_between_two_estimates_the_time_is_taken_off():
    view = view_of(step("a"), measured={"a": 100.0})
    estimator = Estimator(view)
    first, later = estimator.now(0.0), estimator.now(1.5)
    assert first and later and later.p50_s == pytest.approx(first.p50_s - 1.5)
    view.feed([t.Admitted(1.5, "a", 1), t.Succeeded(1.6, "a", 1, {}, False), t.Ended(1.6, "succeeded")])
    assert estimator.now(1.7) is None
