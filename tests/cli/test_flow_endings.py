"""What ends how: each outcome that docs/flows.md names, as one meets it on the command line."""

from __future__ import annotations

import sys

import pytest

from tests.cli.flow_world import Flows, alive, until


@pytest.fixture
def flows(phoenix):
    return Flows(phoenix)


def test_a_step_fails_and_what_has_an_undo_is_taken_back_last_first(flows):
    text = """
name: release
steps:
  one: {run: echo one >> did, undo: echo no one >> did}
  two: {needs: [one], run: echo two >> did, undo: echo no two >> did}
  bad: {needs: [two], run: echo the reason; exit 3}
  after: {needs: [bad], run: echo after >> did}
"""
    found = flows.run(text)
    assert found.code == 1
    assert (flows.dir / "did").read_text() == "one\ntwo\nno two\nno one\n"
    told = found.json
    assert set(told) == {
        "run_id", "flow", "file", "status", "reason", "started_at", "duration_s", "inputs", "steps", "questions",
    }  # fmt: skip
    assert (told["status"], told["flow"]) == ("failed", "release")
    bad = told["steps"]["bad"]
    assert set(bad) == {"status", "attempts", "exit_code", "duration_s", "cached", "reason", "undo"}
    assert (bad["status"], bad["attempts"], bad["exit_code"], bad["cached"]) == ("failed", 1, 3, False)
    assert told["steps"]["after"]["status"] == "blocked"
    assert told["steps"]["two"]["undo"] == "done"
    assert found.problem["code"] == "flow.failed"
    assert found.problem["details"] == {"run_id": told["run_id"], "status": "failed"}
    assert found.problem["hints"][0] == f"phoenix flow logs {told['run_id']} bad"
    assert flows.phoenix("flow", "logs", told["run_id"], "bad").out == "the reason\n"


def test_an_undo_that_fails_is_told_and_the_others_go_on(flows):
    text = """
name: saga
steps:
  one: {run: "true", undo: touch one-undone}
  two: {needs: [one], run: "true", undo: exit 4}
  bad: {needs: [two], run: exit 1}
"""
    found = flows.run(text)
    assert found.code == 1
    assert (flows.dir / "one-undone").exists()
    assert found.json["steps"]["two"]["undo"] == "failed"
    assert "not undone: two" in found.problem["detail"]


def test_keep_going_lets_the_others_go_on(flows):
    text = """
name: many
steps:
  bad: {run: exit 1}
  slow: {needs: [gate], run: touch slow}
  gate: {run: "true"}
  after: {needs: [bad], run: "true"}
"""
    assert flows.run(text, "--keep-going", "--max-parallel", 1).code == 1
    assert flows.statuses() == {"bad": "failed", "slow": "succeeded", "gate": "succeeded", "after": "blocked"}
    assert flows.run(text.replace("{run: exit 1}", "{run: exit 1, keep_going: true}"), "-j", 1).code == 1
    assert flows.statuses()["slow"] == "succeeded"
    assert flows.run(text, "-j", 1).code == 1
    assert flows.statuses()["slow"] == "cancelled"


BAD_STEPS = """
name: odd
keep_going: true
steps:
  missing: {run: [no-such-program, x]}
  missing-in-shell: {run: no-such-program x}
  killed: {run: kill -9 $$}
  promised: {run: "true", outputs: [v]}
  no-json: {run: 'echo "v:={bad" > "$PHOENIX_OUTPUT"', outputs: [v]}
  large: {run: 'printf "v=%070000d" 1 > "$PHOENIX_OUTPUT"', outputs: [v]}
  no-folder: {run: "true", dir: nowhere}
  text: {run: [echo, "${{ inputs.n + 1 }}"]}
  raises: {call: "mod:boom"}
  exits: {call: "mod:leave"}
  no-function: {call: "mod:nothing"}
  no-module: {call: "no_such_module:nothing"}
  stdin: {run: cat}
  says: {call: "mod:say", outputs: [x]}
"""
MODULE = """
import sys
def boom(): raise ValueError("it is bad")
def leave(): sys.exit(4)
def say(): print("hello"); return {"x": 1}
"""


UNSAID = ("promised", "no-json", "large")  # the command itself ended well


def test_steps_that_fail_each_in_its_own_way_say_so(flows):
    (flows.dir / "mod.py").write_text(MODULE)
    found = flows.run("inputs: {n: text}\n" + BAD_STEPS)
    told = {name: (one["status"], one["exit_code"], one["reason"]) for name, one in found.json["steps"].items()}
    assert found.code == 1
    assert told.pop("stdin") == ("succeeded", 0, "")
    assert told.pop("says") == ("succeeded", None, "")
    assert {status for status, _, _ in told.values()} == {"failed"}
    reasons = {name: (None if name in UNSAID else code, reason) for name, (_, code, reason) in told.items()}
    assert reasons == {
        "missing": (127, "no-such-program: not found"),
        "missing-in-shell": (127, "exited 127"),
        "killed": (-9, "killed by SIGKILL (out of memory, or somebody's kill -9)"),
        "promised": (None, "it did not hand on v"),
        "no-json": (None, told["no-json"][2]),
        "large": (None, "its outputs are too large: at most 65,536 bytes are handed on; write a file instead"),
        "no-folder": (None, f"folder {flows.dir}/nowhere: not found"),
        "text": (None, told["text"][2]),
        "raises": (None, "ValueError: it is bad"),
        "exits": (4, "SystemExit: 4"),
        "no-function": (None, "module mod has no nothing"),
        "no-module": (None, f"no module no_such_module: looked in {flows.dir} first"),
    }
    assert told["no-json"][2].startswith("its outputs are no JSON: line 1: ")
    assert "a number belongs here" in told["text"][2]
    assert flows.phoenix("flow", "logs", "odd", "says").out == "hello\n"
    assert "in boom" in flows.phoenix("flow", "logs", "odd", "raises").out


def test_each_limit_of_time_ends_what_goes_on_too_long(flows):
    (flows.dir / "mod.py").write_text("import time\ndef hang():\n    while True: time.sleep(60)\n")
    text = """
name: limits
keep_going: true
max_parallel: 8
resources: {gpu: {capacity: 1, scope: run}}
steps:
  run: {run: sleep 60, timeout: 100ms}
  idle: {run: echo begun; sleep 60, timeout: {idle: 200ms}}
  total: {run: exit 1, retry: {count: 9, backoff: 400ms, factor: 1}, timeout: {total: 500ms}}
  call: {call: "mod:hang", timeout: 300ms}
  holder: {run: sleep 1, resources: [gpu], priority: high}
  queue: {run: "true", resources: [gpu], timeout: {queue: 100ms}}
"""
    found = flows.run(text)
    told = {name: (one["status"], one["reason"]) for name, one in found.json["steps"].items()}
    assert told == {
        "run": ("failed", "the run time limit is over"), "idle": ("failed", "the idle time limit is over"),
        "total": ("failed", "the total time limit is over"), "call": ("failed", "the run time limit is over"),
        "holder": ("succeeded", ""), "queue": ("failed", "the queue time limit is over"),
    }  # fmt: skip
    assert found.json["steps"]["total"]["attempts"] > 1


def test_what_a_step_leaves_running_ends_with_the_run(flows):
    text = """
name: leaves
steps:
  daemon: {run: "setsid sh -c 'echo $$ > pid; exec sleep 60' > /dev/null 2>&1 & until test -s pid; do :; done"}
"""
    assert flows.run(text).code == 0
    assert not alive(int((flows.dir / "pid").read_text()))


def test_a_step_that_kills_its_worker_is_tried_three_more_times_if_it_may_be(flows):
    (flows.dir / "mod.py").write_text(
        "import os\n\ndef die(name):\n    open(name, 'a').write('x')\n    os.kill(os.getpid(), 9)\n"
    )
    step = "{call: 'mod:die', arguments: {name: NAME}, timeout: 30s, effect: EFFECT}"
    for effect, times in (("idempotent", 4), ("once", 1)):
        text = f"name: poison\nsteps:\n  a: {step}\n".replace("NAME", effect).replace("EFFECT", effect)
        found = flows.run(text)
        assert found.code == (1 if effect == "idempotent" else 8), found.out + found.err
        assert (flows.dir / effect).read_text() == "x" * times


def prints(count):
    return f"""
name: prints
steps:
  noise: {{run: ["{sys.executable}", -c, "import os; [os.write(1, b'x' * 1048575 + b'\\\\n') for _ in range({count})]; print('end')"]}}
"""


@pytest.mark.parametrize("mib", [100, pytest.param(1024, marks=pytest.mark.slow)])
def test_a_step_that_prints_without_end_keeps_the_beginning_and_the_end(flows, mib):
    assert flows.run(prints(mib)).code == 0
    (log,) = flows.phoenix("flow", "logs", "--json").json["items"]
    assert log["bytes"] <= (64 << 20) + 4096
    with open(log["path"], "rb") as file:
        text = file.read()
    assert text.endswith(b"x\nend\n") and text.startswith(b"xxx")
    assert b"left out" in text[len(text) // 2 - 4096 : len(text) // 2 + 4096]


def test_two_runs_that_wait_for_each_other_are_refused_at_once(flows):
    inner = "name: inner\nresources: {gpu: 1}\nsteps:\n  wants: {run: 'true', resources: [gpu]}\n"
    flows.write(inner, "inner.yaml")
    text = f"""
name: outer
resources: {{gpu: 1}}
steps:
  holds: {{run: ["{sys.executable}", -m, phoenix_cli, flow, run, inner.yaml], resources: [gpu]}}
"""
    found = flows.run(text)
    assert found.code == 1
    inner_told = flows.told("inner")
    assert inner_told["status"] == "failed"
    assert "gpu" in inner_told["steps"]["wants"]["reason"]
    held = flows.phoenix("lock", "hold", "gpu", "--", sys.executable, "-m", "phoenix_cli", "flow", "run", "inner.yaml")
    assert held.code == 1 and "gpu" in held.err


def test_what_others_hold_is_waited_for_and_named(flows):
    text = "name: waits\nresources: {gpu: 1}\nsteps:\n  wants: {run: touch begun, resources: [gpu]}\n"
    held = flows.phoenix("lock", "hold", "gpu", "--json").json
    process = flows.phoenix.start("flow", "run", flows.write(text), "--progress", "lines")
    try:
        until(lambda: flows.phoenix("lock", "list", "--json").json["waiting"])
        assert not (flows.dir / "begun").exists()
        assert flows.phoenix("lock", "release", held["id"]).code == 0
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0 and "gpu" in err
