"""What is told of runs: list, show, logs, events, history; by ids, their beginnings, flow names, steps, wrong words."""

from __future__ import annotations

import json

import pytest

from tests.cli.flow_world import PATIENCE_S, Flows, until
from tests.screens import screen

OUTER = """
name: outer
inputs: {tag: v1}
steps:
  list: {run: 'echo "items:=[1,2]" > "$PHOENIX_OUTPUT"; echo listed', outputs: [items]}
  work: {for_each: "${{ steps.list.outputs.items }}", run: [echo, "item ${{ item }}"]}
  in: {needs: [work], flow: inner.yaml}
  quiet: {needs: [in], run: "true"}
  no: {run: "true", when: "inputs.tag == 'v9'"}
"""
INNER = "name: inner\nsteps:\n  deep: {run: echo from below}\n"


@pytest.fixture
def flows(phoenix):
    return Flows(phoenix)


@pytest.fixture
def ran(flows):
    flows.write(INNER, "inner.yaml")
    return flows.run(OUTER).json


def test_runs_are_found_by_id_beginning_flow_and_newest(flows, ran):
    run = ran["run_id"]
    for word in (run, run[:-3], run.removeprefix("run_"), "outer", ""):
        assert flows.told(word)["run_id"] == run
    other = flows.run("name: other\nsteps: {a: {run: 'true'}}\n").json["run_id"]
    assert flows.told()["run_id"] == other and flows.told("outer")["run_id"] == run
    several = flows.phoenix("flow", "show", "run_0")
    assert several.code == 2 and run in several.err and other in several.err
    wrong = flows.phoenix("flow", "show", "outr")
    assert wrong.code == 3 and "outer" in wrong.err
    assert flows.phoenix("flow", "show", "zzz", "--json").problem["code"] == "flow.no_run"
    assert flows.phoenix("flow", "shwo").code == 2


def test_a_home_without_runs_says_so(flows):
    for verb in ("show", "logs", "events", "history", "resume", "cancel", "watch", "report"):
        found = flows.phoenix("flow", verb)
        assert (found.code, found.out) == (3, ""), verb
        assert "no run" in found.err or "no interrupted run" in found.err or "no running or" in found.err
    assert flows.phoenix("flow", "list", "--json").json == {"items": [], "next": None}


def test_a_run_that_cannot_begin_leaves_none_behind(flows):
    flows.write(INNER, "inner.yaml")
    for executor, code in (("foo", 2), ("foo://x:1", 2), ("dask://127.0.0.1:1", 6)):
        assert flows.phoenix("flow", "run", "inner.yaml", "--executor", executor).code == code
    assert flows.phoenix("flow", "list", "--json").json["items"] == []


def test_list_and_fields(flows, ran):
    (row,) = flows.phoenix("flow", "list", "--json").json["items"]
    assert set(row) == {
        "id", "flow", "file", "status", "reason", "started_at", "ended_at", "duration_s", "inputs", "counts",
    }  # fmt: skip
    assert row["inputs"] == {"tag": "v1"} and row["duration_s"] == round(row["duration_s"], 3)
    some = flows.phoenix("flow", "list", "--json=id,status").json
    assert some["items"] == [{"id": ran["run_id"], "status": "succeeded"}]
    assert flows.phoenix("flow", "list").out.split("\t")[:3] == [ran["run_id"], "outer", "succeeded"]
    assert flows.phoenix("flow", "show", "--json=status,run_id").json == {
        "run_id": ran["run_id"], "status": "succeeded",
    }  # fmt: skip


def test_steps_stand_in_the_order_of_the_file_items_behind_theirs(flows, ran):
    assert list(ran["steps"]) == ["list", "work", "work[0]", "work[1]", "in", "quiet", "no"]
    rows = [line.split("\t") for line in flows.phoenix("flow", "show").out.splitlines()]
    assert [row[0] for row in rows] == list(ran["steps"])
    assert rows[-1][1].endswith("skipped")


def test_logs_of_everything_of_items_of_sub_flows_and_of_a_step_alone(flows, ran):
    def logs(*words):
        return [(one["step"], one["attempt"]) for one in flows.phoenix("flow", "logs", *words, "--json").json["items"]]

    assert logs() == [(name, 1) for name in ("list", "work[0]", "work[1]", "in/deep", "quiet")]
    assert logs("outer", "work") == logs("work") == [("work[0]", 1), ("work[1]", 1)]
    assert logs("in") == [("in/deep", 1)]
    assert flows.phoenix("flow", "logs", "in/deep").out == "from below\n"
    assert flows.phoenix("flow", "logs", "list").out == "listed\n"
    everything = flows.phoenix("flow", "logs").out
    assert everything.index("listed") < everything.index("item 1") < everything.index("from below")
    wrong = flows.phoenix("flow", "logs", "outer", "lits")
    assert wrong.code == 3 and "list" in wrong.err
    assert flows.phoenix("flow", "logs", "nothing").code == 3
    assert flows.phoenix("flow", "logs", "no").err.strip()


def test_following_a_log_until_the_run_is_over(flows):
    text = "name: slow\nsteps:\n  a: {run: echo first; touch begun; until test -e go; do sleep 0.05; done; echo last}\n"
    with flows.going(text) as process:
        follower = flows.phoenix.start("flow", "logs", "--follow", "a")
        assert follower.stdout.readline() == "first\n"
        (flows.dir / "go").touch()
        assert follower.communicate(timeout=PATIENCE_S)[0] == "last\n"
        assert (follower.returncode, process.wait(PATIENCE_S)) == (0, 0)


def test_events_are_lines_of_json_in_order(flows, ran):
    lines = [json.loads(line) for line in flows.phoenix("flow", "events").out.splitlines()]
    assert [one["seq"] for one in lines] == list(range(len(lines)))
    assert lines[0]["kind"] == "begun" and lines[-1]["kind"] == "ended"
    assert all({"seq", "at", "time", "kind"} <= set(one) for one in lines)
    after = flows.phoenix("flow", "events", "--after", 3).out.splitlines()
    assert [json.loads(line)["seq"] for line in after] == list(range(3, len(lines)))


def test_history_of_a_flow(flows, ran):
    flows.run(OUTER)
    told = flows.phoenix("flow", "history", "outer", "--json").json
    assert (told["flow"], len(told["runs"])) == ("outer", 2)
    steps = {one["step"]: one for one in told["steps"]}
    assert (steps["list"]["runs"], steps["list"]["succeeded"], len(steps["list"]["durations_s"])) == (2, 2, 2)
    assert flows.phoenix("flow", "history", "outr").code == 3


@pytest.mark.parametrize("columns", [50, 80])
def test_screens_fit(flows, ran, columns):
    long = (
        "name: long\nsteps:\n  a-step-with-quite-a-long-name: {run: 'echo it is; exit 3'}\n  b: {run: [no-such-prog]}\n"
    )
    flows.run(long, "-k")
    for words in (("flow", "show"), ("flow", "list"), ("flow", "history"), ("flow", "show", "outer")):
        shown = screen(flows.phoenix, *words, columns=columns, env={"NO_COLOR": "1"})
        assert all(len(line) <= columns for line in shown.splitlines()), shown
        assert "\x1b[3" not in shown


def test_signs_have_twins_where_the_terminal_knows_no_others(flows, ran):
    shown = flows.phoenix("flow", "show", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert shown.code == 0 and shown.out.isascii() and "succeeded" in shown.out


def test_a_manual_step_asks_on_a_terminal(flows):
    text = "name: asks\nsteps:\n  b: {run: touch b, effect: manual}\n"
    shown = screen_with(flows, text, "y\n")
    assert "b waits for your word" in shown and (flows.dir / "b").exists()
    (flows.dir / "b").unlink()
    screen_with(flows, text, "n\n")
    assert not (flows.dir / "b").exists() and flows.statuses() == {"b": "failed"}


def screen_with(flows, text, typed):
    """Run a flow on a terminal at which somebody answers."""
    import os
    import pty
    import subprocess

    controller, terminal = pty.openpty()
    command = flows.phoenix.command("flow", "run", flows.write(text), "--progress", "lines")
    running = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=flows.dir,
        env={**flows.phoenix.environ, "TERM": "xterm", "NO_COLOR": "1"},
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(controller, 4096):
            shown += chunk
            if b"word" in shown and typed:
                os.write(controller, typed.encode())
                typed = ""
    except OSError:
        pass  # Linux says EIO when the last writer has closed a terminal
    os.close(controller)
    until(lambda: running.poll() is not None)
    return shown.decode()
