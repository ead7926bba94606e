"""Pictures of flows: nothing breaks out of them, they are always the same, and large ones stay readable."""

import random
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine.drawing import FORMATS, picture_of
from phoenix_cli.engine.drawing.describing import action_text
from phoenix_cli.engine.graph import build
from phoenix_cli.engine.model import Call, Chain, Flow, Other, Request, Resource, Run, Step, SubFlow
from tests.engine.random_flows import random_flow

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parent.parent.parent
HOSTILE = [
    '"]; click n0 "javascript:alert(1)"', "<script>alert(1)</script>", "]]></style><script>", '"/><script>', "'><img src=x>",
    "%%{init: {'securityLevel': 'loose'}}%%", "a\nflowchart TD\nn0 --> n9", 'x"]\nn1-->n0', "\\", '\\"', '\\N \\G \\l"', "&quot;&#34;",
    "\x00\x01\x1b[31mred", "\u202edesrever", "\ud800", "\ufffe\uffff", "`markdown`", ":::evil", "#quot;#35;", "end", "é 日本語 🙂", "{{}}", "-->|x|",
    "style n0 fill:#f00;", "a" * 5_000, "<br>\r\n<b>", "\u2028line", "--" * 40,
]  # fmt: skip


def drawn(flow, **options):
    """Return all three pictures of a flow."""
    graph = build(flow)
    return {name: make(picture_of(flow, graph, **options)) for name, make in FORMATS.items()}


def flow_of(needs, **options):
    steps = {name: Step(name, Run((name,)), tuple(before.split())) for name, before in needs.items()}
    return Flow("f", steps, **options)


def hold(pictures):
    """Hold pictures against the grammars of their formats."""
    root = ElementTree.fromstring(pictures["svg"].encode(), forbid_dtd=True)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "style", "marker", "path", "text", "g", "rect",
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for one in root.iter() for name in one.attrib)
    for line in pictures["mermaid"].splitlines():
        assert re.fullmatch(
            r"%% [^{}%]*|flowchart LR|  n\d+ (-->|==>) n\d+|  classDef \w+ [-\w:#, ]+|  class [n\d,]+ critical"
            r'|  n\d+(\["|\[\["|\[/"|\(")(?:<b>|</b>|<br>|<small>|</small>|[^<>"`{}%:])*("\]|"\]\]|"/\]|"\))(:::\w+)?',
            line,
        ), line
    without_quoted = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', pictures["dot"])
    for line in without_quoted.splitlines():
        assert re.fullmatch(
            r'digraph flow \{|\}|  (graph|node|edge) \[[\w=", ]+\];|  n\d+ \[[\w=", ]+\];|  n\d+ -> n\d+( \[penwidth=3\])?;',
            line,
        ), line


def test_a_small_flow_as_mermaid():
    flow = flow_of({"build": "", "test": "build", "docs": "build"})
    assert drawn(flow, critical=("build", "test"), statuses={"build": "succeeded", "test": "failed"})["mermaid"] == (
        "%% f · 3 steps\n"
        "flowchart LR\n"
        '  n0["<b>build</b><br><small>build</small><br><small>succeeded</small>"]:::succeeded\n'
        '  n1["<b>test</b><br><small>test</small><br><small>failed</small>"]:::failed\n'
        '  n2["<b>docs</b><br><small>docs</small>"]\n'
        "  n0 ==> n1\n"
        "  n0 --> n2\n"
        "  classDef critical stroke-width:3px\n"
        "  class n0,n1 critical\n"
        "  classDef succeeded fill:#dafbe1,stroke:#1a7f37,color:#1f2328\n"
        "  classDef failed fill:#ffebe9,stroke:#cf222e,color:#1f2328\n"
    )


def test_a_small_flow_as_dot():
    assert drawn(flow_of({"a": "", "b": "a"}), critical=("a", "b"))["dot"] == (
        "digraph flow {\n"
        '  graph [rankdir=LR, labelloc=t, fontname=Helvetica, label="f · 2 steps"];\n'
        "  node [shape=box, style=filled, fillcolor=white, fontname=Helvetica, fontsize=11];\n"
        '  edge [color="#57606a"];\n'
        '  n0 [label="a\\na", tooltip="a: a", shape=box, penwidth=3];\n'
        '  n1 [label="b\\nb", tooltip="b: b", shape=box, penwidth=3];\n'
        "  n0 -> n1 [penwidth=3];\n"
        "}\n"
    )


def test_a_small_flow_as_svg():
    flow = flow_of({"a": "", "b": "a"})
    root = ElementTree.fromstring(drawn(flow, critical=("a", "b"), statuses={"a": "succeeded", "b": "failed"})["svg"])
    texts = [one.text for one in root.iter(f"{SVG}text")]
    assert texts == ["f · 2 steps · critical path in bold", "✓ a", "a", "✗ b", "b"]
    (arrow,) = [one for one in root.iter(f"{SVG}path") if "marker-end" in one.attrib]
    assert arrow.attrib == {
        "class": "a c",
        "marker-end": "url(#ec)",
        "d": "M64 20C96 20 96 20 128 20".replace("20", "21"),
    }


def test_conditions_loops_resources_and_sub_flows_are_told():
    steps = {
        "each": Step(
            "each", Run(("x",)), for_each=(1, 2, 3), resources=(Request("gpu", 2), Request("db", 1, "exclusive"))
        ),
        "some": Step(
            "some", Run(shell="make"), for_each="${{ steps.each.outputs.v }}", when="inputs.x > 1", effect="once"
        ),
        "sub": Step("sub", SubFlow("other.yaml")),
    }
    flow = Flow("f", steps, {"gpu": Resource("gpu", 2), "db": Resource("db")})
    lines = [box.lines for box in picture_of(flow, build(flow)).boxes]
    assert lines == [
        ("x", "× 3", "gpu 2, db exclusive"),
        ("make", "for each item · once · when inputs.…"),
        ("flow other.yaml",),
    ]


def test_what_each_kind_of_action_says():
    assert action_text(Run(("a b", "c"))) == "'a b' c"
    assert action_text(Run(shell="make\n  test")) == "make   test"
    assert action_text(Chain((Run(("a",)), Run(("b",))))) == "a && b"
    assert action_text(Call("m:f")) == "call m:f"
    assert action_text(Other("repo", {"run": "test"})) == 'repo {"run": "test"}'


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text):
    steps = {
        "a": Step("a", Run(shell=text), when=text, phase=text),
        text: Step(text, Run((text, text)), ("a",), for_each=text, resources=(Request(text),)),
        "c": Step("c", Call(text), (text,), effect="once"),
        "d": Step("d", Other("repo", {text: [text]}), (text,)),
    }
    flow = Flow(text, steps)
    graph = build(replace(flow, steps={name: replace(step, when="", for_each=None) for name, step in steps.items()}))
    for most in (100, 1):
        for statuses in ({}, dict.fromkeys(steps, "succeeded"), {"a": text}):
            pictures = {
                name: make(picture_of(flow, graph, critical=("a", text), statuses=statuses, most=most))
                for name, make in FORMATS.items()
            }
            hold(pictures)


@given(st.integers(0, 1_000_000), st.text(), st.sampled_from([1, 3, 100]))
@settings(max_examples=60, deadline=None)
def test_any_flow_is_drawn_well_and_twice_the_same(seed, text, most):
    flow = random_flow(seed)
    steps = {name: replace(step, action=Run(shell=text)) for name, step in flow.steps.items()}
    flow = replace(flow, steps=steps)
    pictures = drawn(flow, most=most)
    hold(pictures)
    assert pictures == drawn(flow, most=most)
    assert pictures["mermaid"].count("-->") == pictures["dot"].count("->")


def test_pictures_do_not_depend_on_the_hash_seed():
    program = (
        "from tests.engine.random_flows import random_flow\nfrom tests.engine.test_drawing import drawn\n"
        "print([drawn(random_flow(seed, 30), critical=('s0',)) for seed in range(5)])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def layered(count, phases=()):
    draw = random.Random(7)
    steps = {}
    for number in range(count):
        needs = tuple({f"s{draw.randrange(max(0, number - 50), number)}" for _ in range(3)}) if number > 20 else ()
        phase = phases[draw.randrange(len(phases))] if phases else ""
        steps[f"s{number}"] = Step(f"s{number}", Run(("x",)), needs, phase=phase)
    return Flow("big", steps)


def test_a_large_flow_becomes_a_box_for_each_wave():
    flow = layered(5_000)
    picture = picture_of(flow, build(flow))
    assert (picture.steps, picture.grouped) == (5_000, "wave")
    assert len(picture.boxes) <= 60 and sum(box.steps for box in picture.boxes) == 5_000
    assert "5,000 steps, a box for each wave" in picture.caption
    assert all(one.start < one.end for one in picture.arrows)


def test_a_large_flow_with_phases_becomes_a_box_for_each_phase_even_when_they_wait_for_each_other():
    flow = layered(400, ("compile", "test", "release"))
    statuses = dict.fromkeys(flow.steps, "succeeded") | {"s5": "failed"}
    picture = picture_of(flow, build(flow), statuses=statuses)
    assert sorted(box.title for box in picture.boxes) == ["compile", "release", "test"]
    assert sum(box.steps for box in picture.boxes) == 400
    assert [box.status for box in picture.boxes if "1 failed" in box.lines] == ["failed"]
    ends = {(one.start, one.end) for one in picture.arrows}
    assert any((end, start) in ends for start, end in ends)  # circles between phases are no circles of steps
    hold({name: make(picture) for name, make in FORMATS.items()})


def test_every_step_of_a_large_flow_is_drawn_when_asked():
    flow = layered(1_000)
    picture = picture_of(flow, build(flow), most=20_000)
    assert len(picture.boxes) == 1_000
    assert len(ElementTree.fromstring(FORMATS["svg"](picture)).findall(f".//{SVG}rect")) == 1_000


def test_a_chain_of_thousands_is_grouped_too():
    flow = flow_of({f"s{n}": f"s{n - 1}" if n else "" for n in range(3_000)})
    picture = picture_of(flow, build(flow))
    assert [box.steps for box in picture.boxes] == [50] * 60
    assert [(one.start, one.end) for one in picture.arrows] == list(pairwise(range(60)))
