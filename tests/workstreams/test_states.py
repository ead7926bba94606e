"""States follow from facts, with their reasons."""

import pytest

from phoenix_cli.workstreams.network.critical import outlook
from phoenix_cli.workstreams.states.deriving import STATES, changes, derive
from phoenix_cli.workstreams.states.facts import Branch, Facts, Lease, Reading
from phoenix_cli.workstreams.states.progress import judged, progress
from phoenix_cli.workstreams.states.ready import ready
from tests.workstreams.planning import needs, network

NOW = 1_751_700_000.0  # 2025-07-05
OPEN = "objectives: [{id: o, text: t}]"
DONE = "objectives: [{id: o, text: t, done: true, evidence: abc}]"
GATED = DONE + "\ngates: [{id: g, run: x, read: exit, must: == 0}]"
LIVE = Lease("host:1:x", 1, NOW + 60, NOW - 5)
AHEAD = Branch("c1", ahead=2, committed_at=NOW - 60)


def state(tmp_path, text, programme="", **facts):
    found = derive(network(tmp_path, programme, a=text, other=OPEN), Facts(NOW, **facts))["a"]
    assert found.state in STATES and found.why
    return found


@pytest.mark.parametrize(
    ("text", "facts", "wanted", "why"),
    [
        ("cancelled: no money", {}, "cancelled", "no money"),
        ("merged: 2025-07-04", {}, "complete", "merged on"),
        ("merged: 2025-07-04", {"branches": {"a": AHEAD}}, "active", "2 commits"),
        (DONE, {"branches": {"a": Branch("c1", merged=True)}}, "complete", "is in main"),
        (OPEN, {"branches": {"a": Branch("c1", merged=True)}}, "ready", "needs nothing"),
        ("", {"branches": {"a": Branch("c1", merged=True)}}, "ready", "needs nothing"),
        (GATED, {"branches": {"a": Branch("c1", merged=True)}}, "ready", "needs nothing"),
        (
            GATED, {"branches": {"a": Branch("c1", merged=True)}, "readings": {"a": {"g": Reading("pass", "c1", NOW)}}},
            "complete", "everything is proved",
        ),
        (
            GATED, {"branches": {"a": Branch("c1", merged=True)}, "readings": {"a": {"g": Reading("broken", "c1", NOW)}}},
            "ready", "",
        ),
        (
            GATED, {"branches": {"a": Branch("c2", merged=True)}, "readings": {"a": {"g": Reading("pass", "c1", NOW)}}},
            "ready", "",
        ),
        (OPEN, {"failed": {"a": "three tries failed"}}, "failed", "three tries"),
        (OPEN + "\nhold: lawyers", {}, "blocked", "lawyers"),
        (OPEN, {"leases": {"a": LIVE}, "branches": {"a": Branch("c1", 1, clashes=("x.py",))}}, "blocked", "x.py"),
        (needs("other"), {"branches": {"a": AHEAD}}, "blocked", "needs other"),
        (
            OPEN + "\ngates: [{id: g, run: x, read: exit, must: == 0}]",
            {"branches": {"a": AHEAD}, "readings": {"a": {"g": Reading("fail", "c1", NOW, 3.0)}}}, "blocked", "3, must be == 0",
        ),
        (DONE, {"branches": {"a": AHEAD}}, "review", "not approved"),
        (DONE, {"branches": {"a": AHEAD}, "leases": {"a": LIVE}}, "active", "host:1:x"),
        (DONE, {"branches": {"a": AHEAD}, "approved": frozenset("a")}, "review", "not tried"),
        (DONE, {"branches": {"a": AHEAD._replace(fits=True)}, "approved": frozenset("a")}, "integration-ready", "merges"),
        (DONE, {"branches": {"a": AHEAD._replace(fits=False)}, "approved": frozenset("a")}, "review", "another branch"),
        (GATED, {"branches": {"a": AHEAD._replace(fits=True)}, "approved": frozenset("a")}, "review", "no reading"),
        (OPEN, {"leases": {"a": LIVE}, "branches": {"a": Branch("c1")}}, "active", "host:1:x"),
        (OPEN, {"branches": {"a": AHEAD}}, "active", "2 commits"),
        (OPEN, {"branches": {"a": AHEAD._replace(committed_at=NOW - 90_000)}}, "ready", "is there"),
        (OPEN, {"leases": {"a": LIVE}}, "spawning", "host:1:x"),
        (OPEN, {"leases": {"a": LIVE._replace(beat_at=None)}, "branches": {"a": Branch("c1")}}, "spawning", ""),
        (OPEN, {"leases": {"a": LIVE._replace(expires_at=NOW - 1)}}, "ready", ""),
        (OPEN, {}, "ready", "needs nothing"),
        (needs("other"), {}, "queued", "waits for other"),
        (needs(soft=["other"]), {}, "ready", "other would help"),
        (needs("nobody"), {}, "queued", "nobody"),
    ],
)  # fmt: skip
def test_the_first_rule_that_holds_decides(tmp_path, text, facts, wanted, why):
    found = state(tmp_path, text, **facts)
    assert found.state == wanted, found
    assert why in "; ".join(found.why)


@pytest.mark.parametrize(
    ("external", "verified", "wanted"),
    [("{done: 2025-07-04}", {}, "ready"), ("{done: 2025-08-01}", {}, "queued"), ("{}", {}, "queued"),
     ("{}", {"build": True}, "ready"), ("{done: 2025-07-04}", {"build": False}, "queued")],
)  # fmt: skip
def test_what_is_outside_is_done_by_its_date_or_its_command(tmp_path, external, verified, wanted):
    for name in ("build", "ext:build"):
        found = state(tmp_path, needs(name), f"externals: {{build: {external}}}", externals=verified)
        assert found.state == wanted and (wanted == "ready" or found.waits_for == ("build",))


def test_one_provider_is_enough_unless_all_are_wanted(tmp_path):
    offers = "dependencies: {enables: ['cap:x']}\n"
    texts = {
        "one": offers + "merged: 2025-07-01",
        "two": offers + OPEN,
        "any_": needs("cap:x"),
        "all_": needs("cap:x@all"),
    }
    found = derive(network(tmp_path, **{name.strip("_"): text for name, text in texts.items()}), Facts(NOW))
    assert found["any"].state == "ready"
    assert found["all"].state == "queued" and found["all"].waits_for == ("two",)


def test_an_unready_deliverable_keeps_from_being_complete(tmp_path):
    text = DONE + "\ndeliverables: [{path: 'src/**', min: 2}]"
    branches = {"a": Branch("c1", merged=True)}
    assert state(tmp_path, text, branches=branches, delivered={"a": (2,)}).state == "complete"
    assert state(tmp_path, text, branches=branches, delivered={"a": (1,)}).state == "ready"
    assert state(tmp_path, text, branches=branches).state == "ready"


def test_what_is_stale_is_told(tmp_path):
    old = LIVE._replace(expires_at=NOW - 1)
    found = state(
        tmp_path, OPEN, leases={"a": old}, branches={"a": AHEAD}, readings={"a": {"g": Reading("pass", "c0", NOW)}}
    )
    assert found.stale == ("the lease of host:1:x ran out", "the reading of g is older than the tip")


def test_a_change_of_state_is_told_once(tmp_path):
    net = network(tmp_path, a=OPEN, b=needs("a"))
    found = derive(net, Facts(NOW))
    assert changes({}, found) == [("a", "", "ready"), ("b", "", "queued")]
    assert changes({name: one.state for name, one in found.items()}, found) == []


def test_percent_is_by_work_and_beside_its_evidence(tmp_path):
    text = (
        "objectives:\n- {id: x, text: t, done: true, estimate: 3d}\n- {id: y, text: t, estimate: 1d, done: false}\n"
        "gates: [{id: g, run: r, read: exit, must: == 0}, {id: h, run: r, read: exit, must: == 0}]"
    )
    net = network(tmp_path, a=text, b="")
    found = progress(
        net.workstreams[0],
        net.programme,
        Facts(NOW, readings={"a": {"g": judged(net.workstreams[0].gates[0], 0.0, commit="c", at=NOW)}}),
    )
    assert found.percent == 75.0 and found.text == "1/2 done, 0 with evidence, 1/2 gates read"
    assert progress(net.workstreams[1], net.programme, Facts(NOW)).percent is None


def test_a_figure_that_cannot_be_read_is_broken_and_no_pass(tmp_path):
    gate = network(tmp_path, a=GATED).workstreams[0].gates[0]
    assert [judged(gate, value, commit="c", at=NOW).result for value in (0.0, 1.0, None)] == ["pass", "fail", "broken"]


def test_ready_is_in_order_and_says_why(tmp_path):
    texts = {
        "low": "priority: 9\n" + OPEN, "leaf": OPEN, "soft": needs(soft=["chain"]), "chain": OPEN, "after": needs("chain"),
        "clash": OPEN + "\ntouches: [src/a.py]", "busy": OPEN + "\ntouches: [src/**]",
    }  # fmt: skip
    net = network(tmp_path, "limits: {wip: 1}", **texts)
    derived = derive(net, Facts(NOW, leases={"busy": LIVE}))
    found = ready(net, derived, outlook(net))
    assert [one.rank.id for one in found] == ["chain", "leaf", "clash", "soft", "low"]
    assert found[0].rank[1:5] == (0.0, -1.0, -1, 0) and found[2].rank.clashes == 1 and found[3].rank.soft_unmet == 1
    assert {one.held for one in found} == {"1 of 1 workstreams are at work"}
