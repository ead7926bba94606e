"""Everything that is wrong with a graph, at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.engine.cycles import cycles
from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.graph import build
from phoenix_cli.engine.model import Flow, Run, Step
from phoenix_cli.engine.validation import errors, validate


def problems(steps, head=""):
    read = read_flow(f"name: a\n{head}steps:\n" + "".join(f"  {line}\n" for line in steps.strip().splitlines()))
    assert read.problems == ()
    return [(one.code.removeprefix("flow."), one.message, one.place.line, one.hint) for one in validate(read.flow)]


def only(steps, head=""):
    found = problems(steps, head)
    assert len(found) == 1, found
    return found[0]


def test_a_cycle_is_named_with_its_path():
    code, message, line, _ = only(
        "a: {run: x}\nb: {run: x, needs: [a, d]}\nc: {run: x, needs: [b]}\nd: {run: x, needs: [c]}\ne: {run: x, needs: [d]}"
    )
    assert (code, line) == ("cycle", 4)
    assert message == "these steps wait for each other: b → c → d → b"


def test_every_cycle_is_named():
    found = problems(
        "a: {run: x, needs: [b]}\nb: {run: x, needs: [a]}\nc: {run: x, needs: [c]}\nd: {run: x, needs: [c, a]}"
    )
    assert [one[:2] for one in found] == [
        ("cycle", "these steps wait for each other: a → b → a"),
        ("cycle", "c needs itself"),
    ]


def test_an_expression_is_an_edge_too():
    code, message, _, _ = only(
        'a: {run: [x, "${{ steps.b.outputs.v }}"], outputs: [v]}\nb: {run: [x, "${{ steps.a.outputs.v }}"], outputs: [v]}'
    )
    assert (code, message) == ("cycle", "these steps wait for each other: a → b → a")


def test_missing_and_duplicate():
    found = problems("build: {run: x, needs: [fetsh, fetch, fetch]}\nfetch: {run: x}")
    assert found == [
        ("duplicate", "build needs fetch twice", 3, ""),
        ("missing_step", "build needs fetsh, which is not there", 3, "did you mean fetch?"),
    ]


def test_requests_that_can_never_be_met():
    found = problems(
        "a: {run: x, resources: {gpu: 3, gup: 1}}\nb: {run: x, resources: [gpu, gpu]}", "resources: {gpu: 2}\n"
    )
    assert found == [
        ("impossible", "a wants 3 of gpu, of which there are 2", 4, "it would wait for ever"),
        ("missing_resource", "a wants gup, which is not declared", 4, "did you mean gpu?"),
        ("duplicate", "b wants gpu twice", 5, ""),
    ]


def test_conflicting_writes():
    code, message, line, hint = only(
        "a: {run: x, outputs: {files: [o/x]}}\nb: {run: x, dir: o, outputs: {files: [./y/../x]}}"
    )
    assert (code, message, line, hint) == ("conflicting_writes", "a and b both write o/x, in no order", 4, "needs: [a]")
    assert (
        problems(
            "a: {run: x, outputs: {files: [x]}}\nb: {run: x, needs: a}\nc: {run: x, needs: b, outputs: {files: [x]}}"
        )
        == []
    )
    assert only("a: {run: x, for_each: [1], outputs: {files: [x]}}")[0] == "conflicting_writes"
    assert problems('a: {run: x, for_each: [1], outputs: {files: ["x-${{ item }}"]}}') == []


def test_one_target_has_one_rule_and_a_phase_is_listed():
    head = "phases: [build, test]\n"
    found = problems(
        "a: {run: x, breaker: {target: t, failures: 2}}\nb: {run: x, breaker: t, phase: tset}\nc: {run: x, breaker: t, phase: build}",
        head,
    )
    assert [(code, line) for code, _, line, _ in found] == [("breaker", 5), ("phase", 5), ("breaker", 6)]
    assert found[1][3] == "did you mean test?"


def test_unreachable_and_unused_are_warnings():
    read = read_flow(
        "name: a\ninputs: {i: 1}\nsteps:\n  a: {run: x, when: 1 > 2}\n  b: {run: x, when: failed()}\n  c: {run: x, for_each: []}\n"
        "  d: {run: x, outputs: [v]}\n  e: {run: x, when: inputs.i > 2, needs: d}\n  f: {run: x, when: always()}\n"
        "  g: {run: x, when: succeeded()}\n  h: {run: x, when: failed(), needs: a}\n  i: {run: x, when: false}\n"
    )
    found = validate(read.flow)
    assert errors(found) == []
    assert [(one.code, one.message.split()[0]) for one in found] == [
        ("flow.unreachable", "a"), ("flow.unreachable", "b"), ("flow.unreachable", "c"), ("flow.unused_output", "nothing"),
        ("flow.unreachable", "i"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        ("when: inputs.c >", "expression", "in when of b, column 11: it ends too early"),
        ("when: inputs.branhc == 'x'", "missing_input", "there is no input branhc"),
        ('env: {X: "${{ steps.z.outputs.v }}"}', "missing_step", "there is no step z"),
        ('env: {X: "${{ steps.a.outputs.w }}"}', "missing_output", "a has no output w"),
        ('env: {X: "${{ steps.a.output.v }}"}', "expression", "outputs and status, not output"),
        ('env: {X: "${{ steps.b.outputs.v }}"}', "own_output", "its own outputs"),
        ('env: {X: "${{ item }}"}', "item", "only in a step with for_each"),
        ('for_each: "${{ item }}"', "item", "no item"),
        ("when: steps", "expression", "steps alone"),
        ("when: steps.a", "expression", "not a value of its own"),
    ],
)
def test_expressions_are_checked_before_anything_runs(step, code, words):
    found = problems(f"a: {{run: x, outputs: [v]}}\nb: {{run: x, {step}}}", "inputs: {branch: main}\n")
    found = [one for one in found if one[0] != "unused_output"]
    assert [one[0] for one in found] == [code]
    assert words in found[0][1]
    assert found[0][2] == 5


def test_values_go_into_shell_text_only_when_asked():
    head = "inputs: {i: 1}\n"
    code, _message, line, hint = only('a: {run: "echo ${{ inputs.i }}"}', head)
    assert (code, line) == ("shell_text", 4)
    assert "env" in hint and "quote" in hint
    assert problems('a: {run: "echo ${{ quote(inputs.i) }} ${{ raw(inputs.i) }}"}', head) == []
    assert problems('a: {run: [echo, "${{ inputs.i }}"]}', head) == []
    assert only('a: {run: [x], undo: "echo ${{ inputs.i }}"}', head)[0] == "shell_text"


def flow_of(edges, count):
    needs = {number: [] for number in range(count)}
    for before, after in edges:
        if before not in needs[after]:
            needs[after].append(before)
    return Flow("f", {f"s{n}": Step(f"s{n}", Run(("x",)), tuple(f"s{m}" for m in needs[n])) for n in range(count)})


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_cycles_are_found_exactly_where_they_are(edges):
    import graphlib

    graph = build(flow_of(edges, 8))
    sorter = graphlib.TopologicalSorter({n: list(before) for n, before in enumerate(graph.before)})
    try:
        sorter.prepare()
        cyclic = False
    except graphlib.CycleError:
        cyclic = True
    found = cycles(graph)
    assert bool(found) == cyclic == graph.cyclic
    for path in found:
        assert len(set(path)) == len(path)
        for here, there in zip(path, [*path[1:], path[0]], strict=True):
            assert there in graph.after[here]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda edge: edge[0] < edge[1]), max_size=30))
def test_the_order_has_each_after_what_it_needs(edges):
    graph = build(flow_of(edges, 10))
    position = {number: at for at, number in enumerate(graph.order)}
    assert sorted(graph.order) == list(range(10))
    assert all(position[before] < position[after] for before, after in edges)


def test_a_long_chain_behind_a_cycle_is_judged_quickly():
    edges = [(n, n + 1) for n in range(4_999)] + [(1, 0)]
    found = validate(flow_of(edges, 5_000))
    assert [one.code for one in found] == ["flow.cycle"]
