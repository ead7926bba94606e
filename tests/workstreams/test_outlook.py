"""Critical path, days, forecast, simulation, globs."""

import random
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.vcs.merging.forecast import may_meet
from phoenix_cli.workstreams.files.words import window
from phoenix_cli.workstreams.network.critical import dates, late, outlook
from phoenix_cli.workstreams.network.forecast import forecast, spread
from phoenix_cli.workstreams.network.simulation import simulate
from phoenix_cli.workstreams.network.work import day_after, days_between, remaining
from tests.workstreams.planning import network

WEEK = ("mon", "tue", "wed", "thu", "fri")


def work(days, *names, more=""):
    wanted = ", ".join(names)
    return f"dependencies: {{required: [{wanted}]}}\nobjectives: [{{id: o, text: t, estimate: {days}}}]\n{more}"


def diamond(tmp_path, **more):
    return network(tmp_path, a=work("1d"), b=work("4d", "a"), c=work("1d/2d/3d", "a"), d=work("1d", "b", "c"), **more)


def test_the_critical_path_and_the_slack(tmp_path):
    found = outlook(diamond(tmp_path))
    assert found.length_d == 6 and found.critical == ("a", "b", "d")
    assert found.slack_d == (0, 0, 2, 0) and found.starts_d == (0, 1, 1, 5)
    assert outlook(diamond(tmp_path), {"a", "b"}).critical == ("c", "d")


def test_what_is_in_a_circle_has_no_dates(tmp_path):
    found = outlook(network(tmp_path, a=work("1d", "b"), b=work("1d", "a"), c=work("2d")))
    assert found.starts_d == (None, None, 0) and found.slack_d[:2] == (None, None) and found.critical == ("c",)


def test_objectives_that_need_each_other_count_by_their_longest_chain(tmp_path):
    text = "objectives:\n- {id: x, text: t, estimate: 2d}\n- {id: y, text: t, estimate: 1d/2d/3d, needs: [x]}\n- {id: z, text: t, estimate: 8h, needs: [x]}"
    net = network(
        tmp_path,
        a=text,
        b=text.replace("t, estimate: 2d", "t, done: true, estimate: 2d"),
        c="",
        d=text.replace(", needs: [x]", ""),
    )
    assert [tuple(remaining(one)) for one in net.workstreams] == [(3, 4, 5), (1, 2, 3), (1, 1, 1), (4, 5, 6)]


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2026, 1, 1)), st.integers(1, 60), st.sets(st.sampled_from(WEEK), min_size=1))
def test_working_days_are_those_of_a_calendar(start, days, works):
    end = day_after(start, days, works)
    assert WEEK[end.weekday()] in works if end.weekday() < 5 else False
    assert days_between(start, end, works) == days


def test_windows():
    assert window("week 3", "2025-06-16") == (date(2025, 6, 30), date(2025, 7, 6))
    assert window("week 3-4", "2025-06-16").last == date(2025, 7, 13)
    assert window("2025-07-04", "") == (date(2025, 7, 4), date(2025, 7, 4))
    assert window("week 3", "") is None and window("", "2025-06-16") is None


def test_a_milestone_that_will_be_late_is_told(tmp_path):
    more = "milestones: [{id: m, window: 2025-07-08}, {id: n, window: 2025-07-18}]"
    net = network(tmp_path, a=work("1d"), b=work("4d", "a", more=more))
    found = list(late(net, outlook(net), date(2025, 7, 4)))  # a Friday
    assert [one.where for one in found] == ["b.yaml:6:14"]
    assert found[0].message == "m is due 2025-07-08 and expected 2025-07-10, 2 working days late"
    assert dates(net, outlook(net), date(2025, 7, 4))["b"] == (date(2025, 7, 7), date(2025, 7, 10))


def test_a_forecast_is_the_same_each_time_and_within_the_cases(tmp_path):
    net = diamond(tmp_path)
    one = forecast(net)
    assert one == forecast(net) and one.runs == 1_000
    assert one.whole.p50_d == one.whole.p95_d == 6.0 and one.criticality == {"a": 1.0, "b": 1.0, "c": 0.0, "d": 1.0}
    wide = forecast(network(tmp_path, a=work("1d/2d/9d")))
    assert 1 < wide.whole.p50_d < wide.whole.p85_d < wide.whole.p95_d < 9
    assert abs(wide.whole.p50_d - 3.726) < 0.4  # the median of that triangle
    assert forecast(net, {"a", "b", "c", "d"}).whole == spread([])


def test_more_agents_are_never_slower_and_nothing_starts_too_early(tmp_path):
    net = diamond(tmp_path, e=work("6d"), f=work("2d"))
    lengths = [simulate(net, agents).length_d for agents in (1, 2, 3, 8)]
    assert lengths == [16, 8, 6, 6]
    found = simulate(net, 2)
    ends = {turn.id: turn.ends_d for turn in found.turns}
    starts = {turn.id: turn.starts_d for turn in found.turns}
    assert all(starts[one] >= ends[need] for one, need in [("b", "a"), ("c", "a"), ("d", "b"), ("d", "c")])
    assert found.idle_d == 2 * found.length_d - 16 and found.left_out == ()


def test_a_simulation_counts_who_gets_in_the_way_and_leaves_circles_out(tmp_path):
    net = network(
        tmp_path, a=work("2d", more="touches: [src/**]"), b=work("2d", more="touches: [src/x.py]"),
        c=work("2d", more="touches: [docs/**]"), d=work("1d", "e"), e=work("1d", "d"),
    )  # fmt: skip
    assert simulate(net, 3).clashes == 1 and simulate(net, 1).clashes == 0
    assert simulate(net, 1).left_out == ("d", "e")


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("src/**", "src/a/b.py", True), ("src/*.py", "src/a/b.py", False), ("**/*.py", "src/a/b.py", True), ("src", "src/a.py", True),
     ("src/", "src/a.py", True), ("a*c", "ab*", True), ("a*.rs", "*b.py", False), ("**", "x", True), ("docs/**", "src/**", False),
     ("src/[ab].py", "src/a.py", True), ("tests/**/x_*.py", "**/x_y.py", True), ("a.py", "a.py", True), ("a.py", "a.py/b", True)],
)  # fmt: skip
def test_globs_that_can_mean_one_file(one, other, wanted):
    assert may_meet(one, other) is wanted and may_meet(other, one) is wanted


def as_pattern(glob):
    text = re.escape(glob).replace(r"\*\*/", "(?:[^/]+/)*").replace(r"/\*\*", "(?:/[^/]+)*").replace(r"\*", "[^/]*")
    return re.compile(text)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_a_path_that_fits_both_globs_is_never_missed(seed):
    draw = random.Random(seed)
    parts = ["a.x", "b.x", "*.x", "a*", "**"]
    globs = [
        "/".join([*(draw.choice(parts) for _ in range(draw.randrange(3))), draw.choice(parts[:4])]) for _ in range(2)
    ]
    paths = ["/".join(draw.choice(["a.x", "b.x", "ab.x"]) for _ in range(draw.randrange(1, 5))) for _ in range(40)]
    both = [path for path in paths if all(as_pattern(glob).fullmatch(path) for glob in globs)]
    assert not both or may_meet(*globs)
