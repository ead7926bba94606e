"""What goes into steps and comes out of them: inputs, quoting, sub-flows, the cache, retries, breakers, many at once."""

from __future__ import annotations

import json
import sys

import pytest

from tests.cli.flow_world import PATIENCE_S, Flows, end

NASTY = ["plain", "two words", 'it\'s "quoted"', "$HOME `id` $(id)", "line\nline", "; touch hurt #", "*", "-n", "ü✓"]


@pytest.fixture
def flows(phoenix):
    return Flows(phoenix)


def test_values_reach_commands_as_they_are_and_never_as_shell_text(flows):
    show = "import sys, os, json; json.dump([sys.argv[1], os.environ['V']], open(sys.argv[2] + os.environ['PHOENIX_STEP'][-2], 'w'))"
    (flows.dir / "show.py").write_text(show)
    text = f"""
name: nasty
inputs: {{items: {json.dumps(NASTY)}}}
steps:
  each:
    for_each: "${{{{ inputs.items }}}}"
    run: ["{sys.executable}", show.py, "${{{{ item }}}}", list]
    env: {{V: "${{{{ item }}}}"}}
  shell:
    for_each: "${{{{ inputs.items }}}}"
    run: "\\"{sys.executable}\\" show.py ${{{{ quote(item) }}}} shell"
    env: {{V: "${{{{ item }}}}"}}
"""
    found = flows.run(text)
    assert found.code == 0, found.err
    for way in ("list", "shell"):
        made = [json.loads((flows.dir / f"{way}{number}").read_text()) for number in range(len(NASTY))]
        assert made == [[one, one] for one in NASTY]
    assert not (flows.dir / "hurt").exists()
    spliced = flows.run('name: a\ninputs: {x: y}\nsteps: {a: {run: "echo ${{ inputs.x }}"}}\n')
    assert spliced.code == 2 and "quote(" in spliced.err


def test_inputs_of_each_type_and_wrong_ones(flows):
    text = """
name: typed
inputs:
  text: {type: text, default: a}
  number: {type: number, default: 1}
  flag: {type: bool, default: false}
  list: {type: list, default: [1]}
  must: {type: text, help: the tag}
steps: {a: {run: "true"}}
"""
    given = {"text": "007", "number": "2.5", "flag": "true", "list": '["x", 2]', "must": "v=2"}
    words = [word for name, value in given.items() for word in ("--input", f"{name}={value}")]
    found = flows.run(text, *words)
    assert found.json["inputs"] == {"text": "007", "number": 2.5, "flag": True, "list": ["x", 2], "must": "v=2"}
    wrong = flows.run(text, "-i", "number=many", "-i", "flag=perhaps", "-i", "tekst=x")
    assert wrong.code == 2 and wrong.out == ""
    cause = wrong.problem["detail"]
    assert all(word in cause for word in ("number is to be", "flag is to be", "did you mean text?", "the tag"))
    for words in (["-i", "text"], ["-i", "=x"], ["-i", "must=1", "-i", "must=2"]):
        assert flows.run(text, *words).code == 2
    assert flows.phoenix("flow", "list", "--json").json["items"][0]["id"] == found.json["run_id"]


@pytest.mark.parametrize("word", ["nowhere.yaml", ".", "-", "", "flow.yaml/x"])
def test_what_is_no_flow_file(flows, word):
    flows.write("name: a\nsteps: {a: {run: 'true'}}\n")
    found = flows.phoenix("flow", "run", word)
    assert found.code in (2, 3) and found.err.startswith("error: ") and "Traceback" not in found.err


def test_flow_files_by_absolute_path_and_from_elsewhere_run_in_their_own_folder(flows):
    (flows.dir / "sub").mkdir()
    flows.write("name: a\nsteps: {a: {run: pwd > here}, b: {run: pwd > ../there, dir: ../sub}}\n", "sub/flow.yaml")
    for word in ("sub/flow.yaml", flows.dir / "sub" / "flow.yaml"):
        assert flows.phoenix("flow", "run", word).code == 0
        assert (flows.dir / "sub" / "here").read_text() == f"{flows.dir}/sub\n"


def test_mistakes_are_told_with_their_places(flows):
    found = flows.run("name: a\nsteps:\n  a: {run: x, needs: [b]}\n  c: {runn: x}\n")
    assert found.code == 2 and found.out == ""
    places = [(one["line"], one["code"]) for one in found.problem["details"]["errors"]]
    assert [line for line, _ in places] == [3, 4, 4] and "flow.missing_step" in dict(map(reversed, places))
    assert "3:" in found.problem["detail"]
    assert found.problem["hints"][-1] == "phoenix flow validate flow.yaml"


CHILD = """
name: child
inputs: {n: 1}
steps:
  make: {run: 'echo "got=c$N" > "$PHOENIX_OUTPUT"', outputs: [got], env: {N: "${{ inputs.n }}"}}
  may: {needs: [make], run: exit 7, when: inputs.n == 13}
"""


def test_sub_flows_for_each_item_and_what_they_hand_on(flows):
    flows.write(CHILD, "child.yaml")
    text = """
name: parent
inputs: {items: [1, 2, 3]}
steps:
  all: {for_each: "${{ inputs.items }}", flow: child.yaml, inputs: {n: "${{ item }}"}, outputs: [got]}
  sum: {run: [echo, "${{ steps.all.outputs.got }}"]}
"""
    assert flows.run(text).code == 0
    assert json.loads(flows.phoenix("flow", "logs", "sum").out) == ["c1", "c2", "c3"]
    found = flows.run(text, "--input", "items=[5, 13]")
    assert found.code == 1
    reason = found.json["steps"]["all[1]"]["reason"]
    assert reason.startswith("its flow child failed: may exited 7 (run_")


def test_a_flow_that_calls_itself_is_refused(flows):
    found = flows.run("name: me\nsteps: {a: {flow: flow.yaml}}\n")
    assert found.code in (1, 2) and "calls itself" in found.out + found.err


def test_a_question_inside_a_sub_flow_is_answered_from_outside(flows):
    flows.write("name: child\nsteps: {deploy: {run: touch deployed, effect: manual}}\n", "child.yaml")
    flows.write("name: middle\nsteps: {go: {flow: child.yaml}}\n", "middle.yaml")
    found = flows.run("name: parent\nsteps: {mid: {flow: middle.yaml}, after: {needs: [mid], run: touch after}}\n")
    assert (found.code, found.json["questions"]) == (8, {"mid/go/deploy": "confirm"})
    assert found.problem["hints"] == [f"phoenix flow resume {found.json['run_id']} --answer mid/go/deploy=yes|no"]
    assert flows.told()["questions"] == {"mid/go/deploy": "confirm"}
    assert flows.phoenix("flow", "resume", "--answer", "mid/go/deploy=yes").code == 0
    assert (flows.dir / "deployed").exists() and (flows.dir / "after").exists()


def test_a_crash_inside_a_sub_flow_goes_on_there(flows):
    child = "name: child\nsteps:\n  a: {run: echo a >> did}\n  b: {needs: [a], run: touch begun; until test -e go; do sleep 0.05; done}\n"
    flows.write(child, "child.yaml")
    with flows.going(
        "name: parent\nsteps: {in: {flow: child.yaml}, after: {needs: [in], run: echo c >> did}}\n"
    ) as process:
        end(process, 9)
        (flows.dir / "go").touch()
        assert flows.phoenix("flow", "resume").code == 0
    assert (flows.dir / "did").read_text() == "a\nc\n"


def test_retries_and_a_breaker_that_the_next_run_finds_open(flows):
    text = """
name: flaky
steps:
  call: {run: "echo x >> tries; test -e up", retry: {count: 2, backoff: 10ms}, breaker: {target: api, failures: 3, cool_down: 4s}}
"""
    found = flows.run(text)
    assert (found.code, found.json["steps"]["call"]["attempts"]) == (1, 3)
    (flows.dir / "up").touch()
    again = flows.run(text)
    assert again.code == 0 and again.json["duration_s"] > 0.3  # it has waited for the rest of the time


def test_keys_variables_and_attempts_of_a_command(flows):
    text = """
name: env
steps:
  a: {run: 'echo "$PHOENIX_RUN_ID $PHOENIX_STEP $PHOENIX_ATTEMPT $PHOENIX_IDEMPOTENCY_KEY" >> seen; test "$PHOENIX_ATTEMPT" = 2', retry: {count: 1, backoff: 1ms}}
"""
    runs = [flows.run(text).json["run_id"] for _ in range(2)]
    seen = [line.split() for line in (flows.dir / "seen").read_text().splitlines()]
    assert [one[:3] for one in seen] == [[run, "a", number] for run in runs for number in ("1", "2")]
    assert seen[0][3] == seen[1][3] != seen[2][3] == seen[3][3]


def test_many_at_once_in_one_home(flows):
    flows.write("name: many\nresources: {one: 1}\nsteps: {a: {run: 'mkdir lock && rmdir lock', resources: [one]}}\n")
    running = [flows.phoenix.start("flow", "run", "flow.yaml", "--progress", "none") for _ in range(8)]
    ended = [(one.communicate(timeout=3 * PATIENCE_S), one.returncode) for one in running]
    assert [code for _, code in ended] == [0] * 8, ended
    assert len(flows.phoenix("flow", "list", "--json").json["items"]) == 8


def test_a_home_that_cannot_be_written_is_one_clear_error(flows):
    flows.phoenix.home.parent.joinpath("home").write_text("a file, no folder")
    found = flows.run("name: a\nsteps: {a: {run: touch ran}}\n")
    assert found.code not in (0, 70) and found.err.count("\n") < 6 and not (flows.dir / "ran").exists()
