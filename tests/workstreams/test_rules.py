"""Every finding by its code and place."""

import random
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.network.matrix import matrix
from phoenix_cli.workstreams.network.reach import downstream_work, redundant
from phoenix_cli.workstreams.network.resolving import resolve
from phoenix_cli.workstreams.network.rules import validate
from phoenix_cli.workstreams.network.suggesting import Names
from phoenix_cli.workstreams.states.claims import Claims, Tick, contradictions
from phoenix_cli.workstreams.states.deriving import derive
from phoenix_cli.workstreams.states.facts import Facts
from tests.workstreams.planning import needs, network

JULY_5 = 1_751_700_000.0


def codes(found):
    return [(one.code, one.where) for one in found]


def only(tmp_path, code, programme="", **texts):
    """Return the findings with a code."""
    return [one for one in validate(network(tmp_path, programme, **texts)) if one.code == code]


def test_the_example_has_the_findings_of_the_original_report(loaded):
    net = resolve(loaded)
    derived = derive(net, Facts(JULY_5))
    assert {name: one.state for name, one in derived.items()} == {
        "testing-infrastructure": "complete", "kernel-events-enhancement": "ready", "storage-advancement": "ready",
        "security-extension": "ready", "performance-observability": "ready",
    }  # fmt: skip
    ticks = ("existing tests", "api", "coverage", "regression", "docs", "security")
    claims = Claims(
        "report.md",
        states={
            "kernel-events-enhancement": ("spawning", "ready", "queued"), "storage-advancement": ("queued",),
            "security-extension": ("queued",), "performance-observability": ("queued",),
            "testing-infrastructure": ("complete",),
        },
        ticks=(*(Tick(one) for one in ticks[:4]), Tick("docs", "FRAMEWORK READY", 7), Tick("audit", "BASELINE ESTABLISHED"),
               Tick("line coverage", ">95%"), Tick("builds", "99.2 %")),
        told={"storage-advancement": ("kernel-events-enhancement",)},
    )  # fmt: skip
    assert Counter(one.code for one in validate(net)) == {"W-UNUSED": 4, "W-OBJ": 3, "W-CLAIM": 4}
    found = contradictions(net, derived, Facts(JULY_5), claims)
    assert Counter(one.code for one in found) == {
        "W-STATE": 3, "W-STATES": 1, "W-TARGET": 4, "W-TICK": 6, "W-TOLD": 1, "W-SLOT": 1,
    }  # fmt: skip
    told = {one.code: one.message for one in found}
    assert "calls it optional" in told["W-TOLD"] and "slots for 4" in told["W-SLOT"]


def test_weeks_without_an_anchor_are_named(example):
    path = example / "programme.yaml"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "week1:" not in line) + "\n")
    from phoenix_cli.workstreams.files.folder import load

    found = [one for one in validate(resolve(load(example))) if one.code == "W-WEEK"]
    assert len(found) == 6 and found[0].where == "kernel-events-enhancement.yaml:23:5"


BAD = {
    "unknown": ({"abc": "", "abd": needs("abz")}, "E-REF", "abd.yaml:4:27"),
    "external": ({"a": needs("ext:build")}, "E-REF", "a.yaml:4:27"),
    "capability": ({"a": needs("cap:x")}, "E-CAP", "a.yaml:4:27"),
    "self": ({"a": needs("a")}, "E-SELF", "a.yaml:4:27"),
    "both": ({"a": "", "b": needs("a", soft=["a"])}, "W-BOTH", "b.yaml:4:44"),
    "inverse": ({"a": "dependencies: {enables: [b]}", "b": ""}, "E-INV", "a.yaml:4:26"),
    "enables nobody": ({"a": "dependencies: {enables: [z]}"}, "E-REF", "a.yaml:4:26"),
    "unused": ({"a": "dependencies: {enables: ['cap:x']}"}, "W-UNUSED", "a.yaml:4:26"),
    "agent": ({"a": "agent: x", "b": "agent: x"}, "W-AGENT", "b.yaml:4:1"),
    "branch": ({"a": "branch: x", "b": "branch: x"}, "E-BRANCH", "b.yaml:4:1"),
    "dead": ({"a": "cancelled: no money", "b": needs("a"), "c": needs("b")}, "E-DEAD", "b.yaml:4:27"),
    "redundant": ({"a": "", "b": needs("a"), "c": needs("a", "b")}, "I-REDUNDANT", "c.yaml:4:27"),
    "no objective": ({"a": ""}, "W-OBJ", "a.yaml:1:1"),
    "claim": ({"a": "objectives: [{id: o, text: t, done: true}]"}, "W-CLAIM", "a.yaml:4:14"),
    "need": ({"a": "objectives: [{id: o, text: t, needs: [p]}]"}, "E-NEED", "a.yaml:4:39"),
    "order": (
        {"a": "objectives: [{id: o, text: t, done: true, evidence: x, needs: [p]}, {id: p, text: t}]"}, "W-ORDER", "a.yaml:4:64",
    ),
    "circle inside": ({"a": "objectives: [{id: o, text: t, needs: [p]}, {id: p, text: t, needs: [o]}]"}, "E-CYCLE", "a.yaml:4:14"),
    "trigger": ({"a": "risks: [{id: r, text: t, trigger: nobody}]"}, "W-TRIGGER", "a.yaml:4:9"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_found_at_its_place(tmp_path, name):
    texts, code, where = BAD[name]
    assert (code, where) in codes(validate(network(tmp_path, **texts)))


def test_a_circle_is_told_with_its_way(tmp_path):
    found = only(tmp_path, "E-CYCLE", a=needs("b"), b=needs("c"), c=needs("a"), d=needs("a"))
    assert len(found) == 1
    assert found[0].message == (
        "3 workstreams wait for each other: a needs b (a.yaml:4), b needs c (b.yaml:4), c needs a (c.yaml:4)"
    )


def test_a_long_circle_is_told_by_its_first_steps_at_once(tmp_path):
    count = 3_000
    net = network(tmp_path, **{f"w{n}": needs(f"w{(n + 1) % count}") for n in range(count)})
    started = time.process_time()
    found = [one for one in validate(net) if one.code == "E-CYCLE"]
    assert time.process_time() - started < 2
    assert len(found) == 1 and found[0].message.endswith(f"and {count - 12} more")


def test_a_circle_with_an_optional_edge_is_a_warning(tmp_path):
    texts = {"a": needs("b"), "b": needs(soft=["a"])}
    assert only(tmp_path, "E-CYCLE", **texts) == [] and len(only(tmp_path, "W-SOFTCYCLE", **texts)) == 1


def test_a_capability_that_another_enables_too_is_no_circle(tmp_path):
    offers = "dependencies: {required: ['cap:x'], enables: ['cap:y']}"
    texts = {"a": offers, "b": "dependencies: {required: ['cap:y'], enables: ['cap:x']}"}
    assert len(only(tmp_path, "E-CYCLE", **texts)) == 1
    assert only(tmp_path, "E-CYCLE", **texts, c="dependencies: {enables: ['cap:x']}") == []


def test_hints_name_what_was_meant(tmp_path):
    found = only(tmp_path, "E-REF", storage="", b=needs("storge"))
    assert found[0].hint == "did you mean storage?"
    many = Names(f"workstream-{number}" for number in range(5_000))
    assert many.hint("workstrem-4321").startswith("did you mean workstream-4")
    assert many.hint("entirely-else") == ""


def test_a_refused_file_is_not_called_unknown(tmp_path):
    (tmp_path / "a.yaml").write_text("id: [")
    (tmp_path / "b.yaml").write_text("schema: phoenix/workstream@1\nid: b\ntitle: B\n" + needs("a") + "\n")
    from phoenix_cli.workstreams.files.folder import load

    found = [one for one in validate(resolve(load(tmp_path))) if one.code == "E-REF"]
    assert found[0].message == "the file of a makes no workstream"


def test_the_programme_is_checked_too(tmp_path):
    programme = (
        "phases: [{id: one, members: [a, b]}]\nescalations: [{id: e, when: c not active}]\n"
        "milestones: [{id: m, window: week 3, needs: [d]}]"
    )
    placed = validate(network(tmp_path, programme, a=""))
    assert Counter(one.code for one in placed) == {"E-REF": 3, "W-WEEK": 1, "W-OBJ": 1}


def test_the_matrix_has_its_marks_below_the_diagonal(loaded):
    found = matrix(resolve(loaded))
    cell = {
        (row, column): mark
        for row, marks in zip(*found, strict=True)
        for column, mark in zip(found.ids, marks, strict=True)
    }
    assert found.above == ()
    assert cell["performance-observability", "testing-infrastructure"] == "●"
    assert cell["storage-advancement", "kernel-events-enhancement"] == "○"
    assert sum(map(bool, cell.values())) == 4


def test_the_matrix_shows_capabilities_and_circles(tmp_path):
    net = network(tmp_path, a="dependencies: {enables: ['cap:x']}", b=needs("cap:x"), c=needs("d"), d=needs("c"))
    found = matrix(net)
    assert found.cells[found.ids.index("b")][found.ids.index("a")] == "◇"
    assert found.above == (("c", "d"),)


def test_findings_are_json_ready():
    assert Finding("W-NAME", "m", "f", 1, 2).as_dict() == {
        "code": "W-NAME", "level": "error", "message": "m", "file": "f", "line": 1, "column": 2, "hint": "",
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 14))
def test_reachability_is_that_of_a_plain_search(tmp_path_factory, seed, size):
    draw = random.Random(seed)
    before = {n: draw.sample(range(n), min(n, draw.randrange(4))) for n in range(size)}
    net = network(tmp_path_factory.mktemp("w"), **{f"w{n:02}": needs(*[f"w{m:02}" for m in before[n]]) for n in before})

    def above(number, without=()):
        found = set()
        for one in before[number]:
            if (number, one) not in without:
                found |= {one} | above(one)
        return found

    plain = {(n, m) for n in before for m in before[n] if m in above(n, [(n, m)])}
    assert {(who, what) for who, what, _ in redundant(net.hard)} == plain
    work = [draw.randrange(5) / 2 for _ in before]
    expected = [sum(work[other] for other in before if number in above(other)) for number in before]
    assert downstream_work(net.hard, work, range(size)) == pytest.approx(expected)
