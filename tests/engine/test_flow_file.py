"""Flow files: what they mean, every mistake with its place, and files that are made to hurt."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phoenix_cli.engine
from phoenix_cli.engine import step_parts
from phoenix_cli.engine.durations import parse_duration
from phoenix_cli.engine.flow_file import FLOW_KEYS, INPUT_KEYS, read_flow
from phoenix_cli.engine.model import Breaker, Cache, Call, Other, Outputs, Request, Retry, Run, SubFlow, Timeouts
from phoenix_cli.engine.step_reading import BODY_KEYS, DEFAULTS, FIELDS, OWN_KINDS, StepKind
from phoenix_cli.engine.writing_flows import FlowWriter, checked
from phoenix_cli.engine.yaml_nodes import compose
from phoenix_cli.kernel.errors import Usage
from tests.engine.small_schema import fits

SCHEMA = json.loads((Path(phoenix_cli.engine.__file__).parent / "flow.schema.json").read_text(encoding="utf-8"))
EXAMPLE = """\
name: example
resources: {gpu: 1, licence: {capacity: 2}}
steps:
  fetch:   {run: [git, fetch, --all], effect: idempotent, retry: 2}
  build:   {needs: [fetch], run: make build, timeout: 10m, resources: {licence: 1}}
  shard:   {needs: [build], for_each: [1, 2, 3], run: [./test, "${{ item }}"]}
  publish: {needs: [shard], run: ./publish, effect: once, undo: ./unpublish, on_ambiguous: ask}
"""
EVERYTHING = """\
name: everything
description: All keys there are.
inputs:
  branch: main
  count: {type: number, default: 3, help: how many}
  token:
resources: {gpu: 1, licence: {capacity: 2}, db: 1}
defaults: {retry: 1, env: {LANG: C}, priority: low, timeout: 1h}
phases: [build, test]
keep_going: true
retry_budget: 5
max_parallel: 4
steps:
  one:
    call: package.module:function
    arguments: {n: 1, names: [a, b]}
    effect: pure
    outputs: {values: [version], files: [dist/app]}
    cache: {inputs: ["src/**"], env: [CC], tools: [gcc], ttl: 1d}
    phase: build
  two:
    run: [./two, "${{ steps.one.outputs.version }}", 3, true]
    needs: one
    when: inputs.count > 2
    resources: {gpu: 1, db: shared, licence: exclusive}
    timeout: {queue: 1h, run: 10m, idle: 90, total: 2h30m}
    retry: {count: 3, backoff: 2s, factor: 3, max: 1m, on: [timeout, 75]}
    breaker: {target: api, failures: 2, cool_down: 10s, probes: 2}
    effect: once
    on_ambiguous: verify
    check: ./done
    undo: {call: "a:b", arguments: {x: 1}}
    priority: high
    keep_going: true
    dir: sub
    env: {N: 1, FLAG: true, V: "${{ inputs.branch }}"}
  three: {flow: other.yaml, inputs: {a: 1}, needs: [two]}
"""


def codes(text, **options):
    return [
        (one.code.removeprefix("flow."), one.place.line, one.place.column)
        for one in read_flow(text, **options).problems
    ]


def test_the_example_of_the_manual():
    flow = checked(read_flow(EXAMPLE))
    assert list(flow.steps) == ["fetch", "build", "shard", "publish"]
    assert flow.steps["fetch"].action == Run(("git", "fetch", "--all"))
    assert flow.steps["build"].action == Run(shell="make build")
    assert flow.steps["build"].timeouts == Timeouts(run_s=600)
    assert flow.steps["shard"].for_each == (1, 2, 3)
    assert flow.steps["publish"].undo == Run(shell="./unpublish")
    assert flow.resources["licence"].capacity == 2


def test_every_key():
    read = read_flow(EVERYTHING)
    assert read.problems == ()
    one, two, three = read.flow.steps.values()
    assert one.action == Call("package.module:function", {"n": 1, "names": ("a", "b")})
    assert one.outputs == Outputs(("version",), ("dist/app",))
    assert one.cache == Cache(("src/**",), ("CC",), ("gcc",), 86_400)
    assert (one.retry, one.env, one.priority, one.timeouts.run_s) == (Retry(1), {"LANG": "C"}, "low", 3_600)
    assert two.action == Run(("./two", "${{ steps.one.outputs.version }}", "3", "true"))
    assert two.resources == (Request("gpu"), Request("db", mode="shared"), Request("licence", mode="exclusive"))
    assert two.timeouts == Timeouts(3_600, 600, 90, 9_000)
    assert two.retry == Retry(3, 2, 3, 60, ("timeout", 75))
    assert two.breaker == Breaker("api", 2, 10, 2)
    assert (two.check, two.undo) == (Run(shell="./done"), Call("a:b", {"x": 1}))
    assert two.env == {"LANG": "C", "N": "1", "FLAG": "true", "V": "${{ inputs.branch }}"}
    assert (two.priority, two.keep_going, two.dir, two.needs) == ("high", True, "sub", ("one",))
    assert three.action == SubFlow("other.yaml", {"a": 1})
    assert read.flow.inputs["token"].required and not read.flow.inputs["branch"].required
    assert (read.flow.keep_going, read.flow.retry_budget, read.flow.max_parallel) == (True, 5, 4)


def test_every_mistake_at_once_with_its_place():
    text = """\
name: 3 bad
stpes: {}
steps:
  a: {run: x, tiemout: 3}
  a: {run: y}
  b: {run: x, call: m:f}
  c: {retry: -1, run: []}
  d: {run: x, timeout: soon, effect: twice, keep_going: yes}
  e: 3
  "f g": {run: x, needs: [1]}
  g: {run: x, cache: true, effect: once, on_ambiguous: verify}
  h: {call: os.system}
  i: {run: x, resources: {gpu: share}, when: [1], for_each: 3}
"""
    assert codes(text) == [
        ("name", 1, 7),
        ("unknown_key", 2, 1),
        ("unknown_key", 4, 15),
        ("duplicate_key", 5, 3),
        ("kind", 6, 15),
        ("range", 7, 14),
        ("empty", 7, 23),
        ("duration", 8, 24),
        ("choice", 8, 38),
        ("type", 8, 57),
        ("type", 9, 6),
        ("name", 10, 3),
        ("type", 10, 27),
        ("cache_effect", 11, 3),
        ("missing_key", 11, 3),
        ("call", 12, 13),
        ("choice", 13, 32),
        ("type", 13, 46),
        ("type", 13, 61),
    ]
    hints = {one.message: one.hint for one in read_flow(text).problems}
    assert hints["flows have no key stpes"] == "did you mean steps?"
    assert hints["steps have no key tiemout"] == "did you mean timeout?"
    assert "did you mean true?" in hints.values()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("empty", 1, 1)]),
        ("- 1", [("empty", 1, 1)]),
        ("name: a", [("missing_key", 1, 1)]),
        ("name: a\nsteps: {}", [("empty", 2, 8)]),
        ("name: a\nsteps: [\n", [("not_yaml", 3, 1)]),
        ("name: *x", [("not_yaml", 1, 7)]),
        ("name: !!python/object/apply:os.system [id]\nsteps: {a: {run: x}}", [("tag", 1, 7), ("type", 1, 7)]),
        ("name: a\nsteps: {a: {run: x}}\n---\nname: b", [("many_documents", 3, 1)]),
        ("{[1]: 2, name: a, steps: {a: {run: x}}}", [("key", 1, 2)]),
        ("name: a\nsteps: {a: {<<: 3, run: x}}", [("merge", 2, 17)]),
        ("name: a\x00", [("not_yaml", 1, 1)]),
        ("name: a\nsteps: {a: {run: x, undo: {}}}", [("missing_key", 2, 27)]),
        ("name: a\nsteps: {a: {run: x, breaker: {}}}", [("missing_key", 2, 30)]),
        ("name: a\nsteps: {a: {run: x, inputs: {}}}", [("unknown_key", 2, 21)]),
        ("name: a\nsteps: {a: {run: x, outputs: [v, v]}}", [("duplicate", 2, 34)]),
        ("name: a\ninputs: {n: {type: number, default: x}}\nsteps: {a: {run: x}}", [("type", 2, 37)]),
    ],
)
def test_small_mistakes(text, found):
    assert codes(text) == found


def test_words_that_old_yaml_reads_as_truth_stay_words():
    flow = read_flow("name: on\nsteps: {no: {run: [echo, yes, off, 1_000, 0o17, 2020-01-01, 1:30]}}").flow
    assert flow.name == "on"
    assert flow.steps["no"].action == Run(("echo", "yes", "off", "1_000", "0o17", "2020-01-01", "1:30"))


def test_anchors_and_merge_keys_within_limits():
    flow = read_flow("name: a\nsteps:\n  x: &x {run: a, retry: 2}\n  y: {<<: *x, run: b}\n").flow
    assert flow.steps["y"].action == Run(shell="b")
    assert flow.steps["y"].retry.count == 2


BOMBS = {
    "aliases": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)),
    "merges": "m0: &m0 {k: v}\n"
    + "".join(f"m{n}: &m{n} {{<<: [{','.join([f'*m{n - 1}'] * 20)}]}}\n" for n in range(1, 25)),
    "wide merges": "m: &m {"
    + ", ".join(f"k{n}: v" for n in range(5_000))
    + "}\n"
    + "".join(f"x{n}: {{<<: *m}}\n" for n in range(900)),
    "depth": "[" * 100_000,
    "mappings": "{a: " * 100_000,
    "blocks": "".join(" " * n + "a:\n" for n in range(1_900)),
    "size": "a: " + "x" * 3_000_000,
    "values": "[" + "1," * 900_000 + "]",
    "number": "name: " + "9" * 1_000_000,
    "expression": "name: a\nsteps: {a: {run: [x, '" + "${{ (" * 100_000 + "']}}",
    "equal keys": "{" + "a: 1, " * 190_000 + "}",
    "long names": "name: a\nsteps: {" + ", ".join(f"? {'x' * 40_000}{n}\n: {{}}\n" for n in range(40)) + "}",
    "tags": "[" + "!x 1, " * 190_000 + "]",
    "mistakes": "name: a\nsteps: {" + ", ".join(f"s{n}: {{rnu: x}}" for n in range(20_000)) + "}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(name):
    started = time.process_time()
    read = read_flow(BOMBS[name])
    assert time.process_time() - started < 5  # unbounded, any of them takes minutes; the bar of 0.5 s is a benchmark's
    assert len(read.problems) >= (name != "expression")
    assert len(json.dumps([one.as_dict() for one in read.problems])) < 300_000
    if name == "expression":
        with pytest.raises(Usage):
            checked(read)


@given(st.text(alphabet="ab: -[]{}&*<!|>'\"\n#,?%@`$\t0", max_size=60))
def test_any_text_is_read_or_refused(text):
    read = read_flow(text)
    assert read.flow is not None or read.problems


@given(st.recursive(st.none() | st.booleans() | st.integers(-9, 999) | st.text("ab${}: é", max_size=5), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from([*FIELDS, *OWN_KINDS, *BODY_KEYS, *FLOW_KEYS]), inner, max_size=4), max_leaves=30))  # fmt: skip
def test_any_values_under_our_keys_are_read_or_refused(value):
    text = json.dumps(
        {"name": "a", "steps": {"a": value, "b": {"run": "x", "retry": value, "env": value}}, "inputs": value},
        ensure_ascii=False,
    )
    read = read_flow(text)
    assert read.flow is not None


def test_kinds_that_a_higher_layer_hands_in():
    kinds = {"repo": StepKind("repo", lambda body: "" if body == {"build": "x"} else "a repo step needs build")}
    flow = read_flow("name: a\nsteps: {a: {repo: {build: x}}}", kinds).flow
    assert flow.steps["a"].action == Other("repo", {"build": "x"})
    assert codes("name: a\nsteps: {a: {repo: 3}}", kinds=kinds) == [("kind", 2, 19)]
    assert codes("name: a\nsteps: {a: {repo: 3}}") == [("kind", 2, 9), ("unknown_key", 2, 13)]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("10m", 600),
        (90, 90),
        ("1h30m", 5_400),
        ("250ms", 0.25),
        ("1.5s", 1.5),
        ("2d", 172_800),
        (0.5, 0.5),
        ("1h 30m", 5_400),
    ],
)
def test_durations(written, seconds):
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written", ["", "10", "m", "-5s", 0, -1, True, None, "5 minutes", 1e300, float("nan"), "9" * 99, "400d"]
)
def test_what_is_no_duration(written):
    with pytest.raises(ValueError, match="duration"):
        parse_duration(written)


def test_the_schema_knows_the_keys_that_the_reader_knows():
    step = SCHEMA["$defs"]["step"]["properties"]
    assert set(step) == {*FIELDS, *OWN_KINDS, *BODY_KEYS}
    assert set(SCHEMA["properties"]) == set(FLOW_KEYS)
    assert set(SCHEMA["properties"]["defaults"]["properties"]) == set(DEFAULTS)
    inputs = SCHEMA["properties"]["inputs"]["additionalProperties"]["oneOf"][1]
    assert set(inputs["properties"]) == set(INPUT_KEYS)
    for key, known in {
        "timeout": step_parts.TIMEOUT_KEYS, "retry": step_parts.RETRY_KEYS, "breaker": step_parts.BREAKER_KEYS,
        "cache": step_parts.CACHE_KEYS, "outputs": step_parts.OUTPUT_KEYS,
    }.items():  # fmt: skip
        assert set(step[key]["oneOf"][-1]["properties"]) == set(known)


@pytest.mark.parametrize("text", [EXAMPLE, EVERYTHING])
def test_the_schema_takes_good_files(text):
    assert fits(compose(text)[0].plain(), SCHEMA)


@pytest.mark.parametrize(
    "step",
    ["{run: []}", "{rnu: x}", "{run: x, timeout: soon}", "{run: x, retry: -1}", "{run: x, effect: twice}", "{run: x, keep_going: 1}",
     "{run: x, resources: {a: 0}}", "{run: x, needs: 1}", "{run: x, breaker: {}}", "{run: x, env: {A: []}}", "{run: x, outputs: {v: 1}}"],
)  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(step):
    text = f"name: a\nsteps: {{a: {step}}}"
    assert read_flow(text).problems
    schema = json.loads(json.dumps(SCHEMA))
    schema["$defs"]["step"]["additionalProperties"] = False  # open in the file: higher layers add kinds
    assert not fits(compose(text)[0].plain(), schema)


def test_flows_written_in_python():
    writer = FlowWriter("release", resources={"gpu": 1})
    build = writer.step("build", run=["make"], outputs=["version"], resources={"gpu": 1})
    writer.step("tag", run=["git", "tag", build.output("version")])
    writer.step("publish", run="./publish", needs=[build], effect="once", timeout="5m")
    flow = writer.finished()
    assert flow.steps["publish"].needs == ("build",)
    assert flow.steps["tag"].action == Run(("git", "tag", "${{ steps.build.outputs.version }}"))
    assert flow.steps["publish"].timeouts.run_s == 300


def test_flows_written_in_python_have_every_mistake_told():
    writer = FlowWriter("release")
    writer.step("a", run="x", needs=["b"], retyr=2)
    writer.step("a", run="x", timeout="soon", needs=["c"])
    with pytest.raises(Usage) as caught:
        writer.finished()
    assert [one["code"] for one in caught.value.details["errors"]] == [
        "flow.duplicate_key",
        "flow.duration",
        "flow.missing_step",
    ]
