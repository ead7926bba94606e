"""``flow validate``, ``plan``, ``graph``, ``report`` and ``schema`` as one types them, on real files of every kind."""

import itertools
import json
import os
import stat

import pytest
from defusedxml import ElementTree

from tests.contract.test_json import assert_documented, documented
from tests.screens import screen

GOOD = """\
name: release
resources: {gpu: 1}
inputs: {level: 1}
steps:
  fetch: {run: "true"}
  build: {needs: [fetch], run: "true", resources: {gpu: 1}}
  docs: {needs: [fetch], run: "true", when: inputs.level > 1}
  test: {needs: [build, fetch], run: "true", for_each: [1, 2]}
"""
BAD = """\
name: release
steps:
  a: {run: make, needs: [b], tmeout: 5}
  b: {run: make, needs: [a]}
  c: {run: [echo, "${{ steps.zz.outputs.y }}"], resources: {gpu: 3}}
"""


def on_a_terminal(phoenix, *words):
    """Return what a person sees, without colours."""
    return screen(phoenix, *words, env={"NO_COLOR": "1"})


@pytest.fixture
def flow(tmp_path):
    """Write a flow file into the folder in which the command line runs; return its name."""

    def write(text, name="flow.yaml"):
        path = tmp_path / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")
        return name

    return write


# --- validate -----------------------------------------------------------------------------------------------------


def test_a_flow_without_mistakes(phoenix, flow):
    found = phoenix("flow", "validate", flow(GOOD), "--json")
    assert (found.code, found.json, found.err) == (0, {"errors": [], "warnings": []}, "")
    assert phoenix("flow", "validate", "flow.yaml").err == "✓ flow.yaml can run\n"


def test_every_mistake_at_once_with_its_place(phoenix, flow):
    found = phoenix("flow", "validate", flow(BAD), "--json")
    assert found.code == 1
    assert [(one["code"], one["line"], one["column"]) for one in found.json["errors"]] == [
        ("flow.cycle", 3, 18), ("flow.unknown_key", 3, 30), ("flow.missing_step", 5, 19), ("flow.missing_resource", 5, 61),
    ]  # fmt: skip
    assert all(set(one) == {"code", "message", "line", "column", "hint"} for one in found.json["errors"])
    assert found.json["warnings"] == []


def test_a_pipe_gets_one_line_for_each_mistake(phoenix, flow):
    found = phoenix("flow", "validate", flow(BAD))
    assert found.code == 1
    lines = found.out.splitlines()
    assert lines[1] == "flow.yaml:3:30: steps have no key tmeout  (did you mean timeout?)"
    assert len(lines) == 4 and found.err == "✗ 4 mistakes\n"


def test_a_terminal_shows_the_line_with_a_caret(phoenix, flow):
    shown = on_a_terminal(phoenix, "flow", "validate", flow(BAD))
    assert (
        "flow.yaml:3:30: steps have no key tmeout\n"
        "      a: {run: make, needs: [b], tmeout: 5}\n"
        "                                 ^\n"
        "  hint: did you mean timeout?\n"
    ) in shown


def test_the_caret_stands_below_wide_letters_and_in_long_lines(phoenix, flow):
    text = 'name: x\nsteps:\n  a: {run: "日本語", tmeout: 5}\n  b: {run: "' + "x" * 5_000 + '", tmeout: 5}\n'
    lines = on_a_terminal(phoenix, "flow", "validate", flow(text)).splitlines()
    carets = [number for number, line in enumerate(lines) if line.strip() == "^"]
    assert lines[carets[0]].index("^") == lines[carets[0] - 1].index("tmeout") + 3  # three letters two columns wide
    assert lines[carets[1]].index("^") == lines[carets[1] - 1].index("tmeout")
    assert all(len(line) <= 80 for line in lines)


def test_warnings_alone_are_no_mistake(phoenix, flow):
    text = 'name: x\nsteps:\n  a: {run: make, when: "false"}\n'
    found = phoenix("flow", "validate", flow(text))
    assert (found.code, found.out) == (0, "flow.yaml:3:18: warning: a never runs: its condition is never true\n")
    assert found.err == "! flow.yaml can run; 1 warning\n"
    assert phoenix("flow", "validate", "flow.yaml", "--json").json["warnings"][0]["code"] == "flow.unreachable"


def test_what_needs_a_step_that_nobody_can_read_is_not_told_that_it_is_missing(phoenix, flow):
    text = "name: x\nsteps:\n  a: {rum: make}\n  b: {run: make, needs: [a]}\n  c: 5\n  d: {run: make, needs: [c]}\n"
    found = phoenix("flow", "validate", flow(text), "--json").json["errors"]
    assert [(one["code"], one["line"]) for one in found] == [
        ("flow.kind", 3),
        ("flow.unknown_key", 3),
        ("flow.type", 5),
    ]


def hostile_files():
    head = "name: x\nsteps:\n  a: {run: make}\n"
    letters = "abcdefghij"
    yield (
        "aliases",
        "a: &a [x, x]\n"
        + "".join(f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in itertools.pairwise(letters)),
        "flow.too_many_values",
    )
    keys = ",".join(f"k{number}: 1" for number in range(1_000))
    merges = "".join(f"  s{number}: {{<<: [{','.join(['*b'] * 100)}], run: x}}\n" for number in range(900))
    yield "merge keys", f"name: x\nb: &b {{{keys}}}\nsteps:\n{merges}", "flow.too_many_values"
    yield "deep lists", "name: x\nsteps: " + "[" * 100_000, "flow.too_deep"
    yield "deep mappings", "name: x\nsteps: " + "{a: " * 50_000, "flow.too_deep"
    yield (
        "deep blocks",
        "name: x\nsteps:\n" + "".join(" " * (n + 2) + f"a{n}:\n" for n in range(1_000)),
        "flow.too_deep",
    )
    yield "3 MB", head + "#" * 3_000_000, "flow.too_large"
    steps = "".join(f"  s{number}: {{run: x}}\n" for number in range(20_001))
    yield "20,001 steps", f"name: x\nsteps:\n{steps}", "flow.too_many_steps"
    yield (
        "many values",
        "name: x\nphases: [" + "a," * 35_000 + "]\nsteps: {a: {run: [" + "a," * 200_000 + "]}}\n",
        "flow.too_many_values",
    )
    yield "a NUL", "name: x\0\n", "flow.not_yaml"
    yield "tabs", "name: x\nsteps:\n\ta: {run: make}\n", "flow.not_yaml"
    yield "nothing", "", "flow.empty"
    yield "a word", "hello", "flow.empty"
    yield "a list", "- a\n", "flow.empty"
    yield "two documents", f"{head}---\n{head}", "flow.many_documents"
    yield "a tag", "name: !!python/object:os.system x\nsteps: {a: {run: x}}\n", "flow.tag"
    yield "a long expression", head + '  b: {run: [x], when: "' + "(" * 1_000_000 + '"}\n', "flow.expression"
    yield "a circle of thousands", "name: x\nsteps:\n" + "".join(
        f"  s{number}: {{run: x, needs: [s{(number - 1) % 3_000}]}}\n" for number in range(3_000)
    ), "flow.cycle"  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [pytest.param(text, code, id=name) for name, text, code in hostile_files()])
def test_a_bomb_is_one_mistake_with_a_place(phoenix, flow, text, code):
    found = phoenix("flow", "validate", flow(text), "--json")
    assert found.code == 1 and found.err == ""
    assert [one["code"] for one in found.json["errors"]] == [code]
    assert len(found.out) < 2_000


@pytest.mark.parametrize(
    "data",
    [GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode(), GOOD.replace("\n", "\r").encode(), f"{GOOD}...\n".encode()],
    ids=["byte order mark", "CRLF", "CR", "document end"],
)  # fmt: skip
def test_files_of_other_systems_are_flows(phoenix, flow, data):
    assert phoenix("flow", "validate", flow(data)).code == 0


def test_lines_of_other_systems_are_counted_as_lines(phoenix, flow):
    for ending in ("\r\n", "\r", "\n"):
        shown = on_a_terminal(phoenix, "flow", "validate", flow(BAD.replace("\n", ending).encode()))
        assert "flow.yaml:3:30:" in shown and "      a: {run: make, needs: [b], tmeout: 5}\n" in shown


@pytest.mark.parametrize("data", [b"\x80\x81\xfe\xff" * 1_000, GOOD.encode("utf-16")], ids=["binary", "UTF-16"])
def test_what_is_no_text_is_said_to_be_none(phoenix, flow, data):
    found = phoenix("flow", "validate", flow(data), "--json")
    assert (found.code, found.out, found.problem["code"]) == (2, "", "flow.unreadable")


def test_what_is_too_large_to_read_is_not_read(phoenix, flow):
    found = phoenix("flow", "validate", flow(b"#" * (9 << 20)), "--json")
    assert (found.code, found.problem["code"]) == (2, "flow.too_large")


def test_a_folder_a_pipe_and_a_device_are_no_flow_files(phoenix, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for target in (".", "pipe", "/dev/zero"):
        found = phoenix("flow", "validate", target, "--json", timeout=20)
        assert (found.code, found.problem["code"]) == (2, "flow.unreadable"), target


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_we_may_not_read(phoenix, flow, tmp_path):
    (tmp_path / flow(GOOD)).chmod(0)
    found = phoenix("flow", "validate", "flow.yaml", "--json")
    assert (found.code, found.problem["detail"]) == (2, "permission denied")


def test_a_file_that_is_not_there(phoenix):
    found = phoenix("flow", "validate", "nowhere.yaml", "--json")
    assert (found.code, found.problem["code"]) == (3, "flow.no_file")


def test_looking_at_flows_leaves_no_trace(phoenix, flow):
    for words in (("validate",), ("plan",), ("graph",)):
        assert phoenix("flow", *words, flow(GOOD)).code == 0
    assert not phoenix.home.exists()


def test_inputs_are_checked_and_handed_to_built_in_flows(phoenix, flow):
    for verb in ("validate", "plan", "graph"):
        found = phoenix("flow", verb, flow(GOOD), "--input", "lvel=2", "--json")
        assert (found.code, found.problem["code"]) == (2, "flow.inputs")
        found = phoenix("flow", verb, "review-all", "--input", "repo=nothing", "--json")
        assert (found.code, found.out) == (3, "")


# --- plan ---------------------------------------------------------------------------------------------------------


def test_a_plan_tells_who_starts_when(phoenix, flow):
    found = phoenix("flow", "plan", flow(GOOD), "-j", "2", "--json").json
    assert [one["name"] for one in found["steps"]] == ["fetch", "build", "test"]
    assert found["skipped"] == ["docs"] and found["critical_path"] == ["fetch", "build", "test"]
    assert (found["max_parallel"], found["expected_s"], found["bound_s"], found["work_s"]) == (2, 3, 3, 4)
    assert found["steps"][2]["items"] == 2 and found["steps"][1]["resources"] == {"gpu": 1}
    assert found["optimised"] is None and found["measured"] == 0
    names = documented("flow plan FLOW")
    assert_documented(found, names)
    for some in (found["steps"], found["resources"], found["what_if"]):
        assert_documented(some[0], names)


def test_inputs_decide_what_is_planned(phoenix, flow):
    found = phoenix("flow", "plan", flow(GOOD), "--input", "level=2", "--json").json
    assert found["skipped"] == []


def test_an_input_that_only_the_run_needs_is_unknown(phoenix, flow):
    text = "name: x\ninputs: {version: {required: true}}\nsteps:\n  a: {run: make, when: inputs.version}\n"
    assert phoenix("flow", "plan", flow(text), "--json").json["skipped"] == []
    assert phoenix("flow", "plan", "flow.yaml", "--input", "version=", "--json").json["skipped"] == ["a"]


def test_a_plan_with_what_was_optimised(phoenix, flow):
    found = phoenix("flow", "plan", flow(GOOD), "--optimise", "--json").json["optimised"]
    assert found["dropped"] == {"test": ["fetch"]} and found["fused"] == {}
    assert (found["before"]["needs"], found["after"]["needs"]) == (4, 3)
    shown = on_a_terminal(phoenix, "flow", "plan", "flow.yaml", "--optimise")
    assert "test needs fetch: implied by others" in shown


def test_a_plan_on_a_terminal_and_in_a_pipe(phoenix, flow):
    shown = on_a_terminal(phoenix, "flow", "plan", flow(GOOD), "-j", "2")
    for told in ("none was ever measured", "fetch → build → test (3.0s)", "test × 2", "*2: 3.0s", "the critical path"):
        assert told in shown
    assert phoenix("flow", "plan", "flow.yaml").out.splitlines()[0].split("\t")[:2] == ["fetch", "1"]


def test_a_flow_with_mistakes_is_not_planned_or_drawn(phoenix, flow):
    for verb in ("plan", "graph"):
        found = phoenix("flow", verb, flow(BAD), "--json")
        assert (found.code, found.problem["code"]) == (2, "flow.invalid")
        assert len(found.problem["details"]["errors"]) == 4


# --- graph --------------------------------------------------------------------------------------------------------


def test_a_graph_in_each_format(phoenix, flow):
    assert phoenix("flow", "graph", flow(GOOD)).out.startswith("%% release · 4 steps\nflowchart LR\n")
    assert phoenix("flow", "graph", "flow.yaml", "--format", "dot").out.startswith("digraph flow {\n")
    ElementTree.fromstring(phoenix("flow", "graph", "flow.yaml", "--format", "svg").out)
    found = phoenix("flow", "graph", "flow.yaml", "--format", "png", "--json")
    assert (found.code, found.problem["code"]) == (2, "flow.format")


def test_a_graph_is_written_in_the_format_of_its_name(phoenix, flow, tmp_path):
    for name, beginning in (("a.svg", "<svg"), ("a.dot", "digraph"), ("a.mmd", "%%")):
        assert phoenix("flow", "graph", flow(GOOD), "-o", name).out == ""
        assert (tmp_path / name).read_text().startswith(beginning)
    found = phoenix("flow", "graph", "flow.yaml", "-o", "a.svg", "--json").json
    assert_documented(found, documented("flow graph FLOW\\|RUN_ID"))
    assert found["path"] == str(tmp_path / "a.svg") and found["text"] == (tmp_path / "a.svg").read_text()
    found = phoenix("flow", "graph", "flow.yaml", "-o", "flow.yaml/a.svg", "--json")
    assert (found.code, found.problem["code"]) == (2, "flow.output")


def test_a_large_graph_says_that_it_is_grouped(phoenix, flow):
    steps = "".join(f"  s{n}: {{run: x, needs: [{f's{n - 1}' if n else ''}]}}\n" for n in range(400))
    found = phoenix("flow", "graph", flow(f"name: x\nsteps:\n{steps}"))
    assert "400 steps are drawn as 58 boxes, one for each wave; --all draws each step" in found.err
    assert phoenix("flow", "graph", "flow.yaml", "--all", "--json").json["boxes"] == 400


# --- after a run --------------------------------------------------------------------------------------------------

FAILING = """\
name: nightly
steps:
  build: {run: "echo built; true"}
  test: {needs: [build], run: "echo '<b>three</b> failed'; exit 3"}
  docs: {needs: [test], run: "true"}
"""


@pytest.fixture
def run_id(phoenix, flow):
    """Run a flow that fails; return the run's id."""
    done = phoenix("flow", "run", flow(FAILING), "--json")
    assert done.code == 1, done.err
    return done.json["run_id"]


def test_a_run_is_drawn_with_the_status_of_its_steps(phoenix, run_id):
    text = phoenix("flow", "graph", run_id).out
    assert 'n0["<b>build</b><br><small>echo built#59; true</small><br><small>succeeded</small>"]:::succeeded' in text
    assert ":::failed" in text and ":::stopped" in text


def test_the_report_of_a_run(phoenix, run_id, tmp_path):
    found = phoenix("flow", "report", run_id, "-o", "report.html", "--json")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert found.json == {"run_id": run_id, "path": str(tmp_path / "report.html"), "bytes": len(text.encode())}
    assert "nightly" in text and "&lt;b&gt;three&lt;/b&gt; failed" in text and "exit 3" in text
    assert phoenix("flow", "report", "-o", "-").out == text  # the newest run; the same run, the same bytes
    path = phoenix("flow", "report").out.strip()
    assert path.startswith(str(phoenix.home)) and stat.S_ISREG(os.stat(path).st_mode)


def test_what_was_measured_is_planned_with(phoenix, flow):
    assert phoenix("flow", "run", flow(GOOD.replace('"true"', "sleep 0.2"))).code == 0
    found = phoenix("flow", "plan", "flow.yaml", "--json").json
    assert found["measured"] == 3 and all(one["measured"] for one in found["steps"])
    assert "never measured" not in on_a_terminal(phoenix, "flow", "plan", "flow.yaml")


def test_no_run_to_report(phoenix):
    found = phoenix("flow", "report", "--json")
    assert (found.code, found.problem["code"]) == (3, "flow.no_run")


# --- schema -------------------------------------------------------------------------------------------------------


def test_the_schema_for_editors(phoenix):
    text = phoenix("flow", "schema").out
    assert json.loads(text)["title"] == "A Phoenix flow"
    assert phoenix("flow", "schema", "--json").json == json.loads(text)
    with open(phoenix("flow", "schema", "--path").out.strip(), encoding="utf-8") as file:
        assert file.read() == text


def test_a_flow_that_names_its_schema_is_a_flow(phoenix, flow):
    assert phoenix("flow", "validate", flow(f"# yaml-language-server: $schema=flow.schema.json\n{GOOD}")).code == 0
