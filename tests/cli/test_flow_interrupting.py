"""Runs that are cut short: ^C, signals, kill -9, a full disk, a second coordinator, and going on afterwards."""

from __future__ import annotations

import json
import os
import resource
import signal
import time

import pytest

from tests.cli.flow_world import PATIENCE_S, Flows, alive, end, until

WAITS = """
name: waits
steps:
  before: {run: echo before >> did, undo: echo not before >> did}
  long: {needs: [before], run: "echo $$ > pid.tmp; mv pid.tmp begun; until test -e go; do sleep 0.05; done; echo long >> did"}
  after: {needs: [long], run: echo after >> did}
"""
ONCE = WAITS.replace(
    "  long: {", "  long: {effect: once, on_ambiguous: POLICY, check: ./check, undo: echo not long >> did, "
)


@pytest.fixture
def flows(phoenix):
    return Flows(phoenix)


def did(flows):
    return (flows.dir / "did").read_text().split("\n")[:-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
def test_a_signal_ends_what_runs_within_two_seconds_and_the_run_goes_on_later(flows, number):
    with flows.going(WAITS) as process:
        pid = int(flows.made("begun"))
        began = time.monotonic()
        code, _, err = end(process, number)
        assert time.monotonic() - began < 4  # two, and what a busy machine needs
        assert code == 130
        assert not alive(pid)
    run = flows.told()["run_id"]
    assert f"phoenix flow resume {run}" in err
    assert flows.statuses()["before"] == "succeeded"
    assert flows.told()["status"] == "interrupted"
    assert did(flows) == ["before"]  # nothing is taken back
    (flows.dir / "go").touch()
    found = flows.phoenix("flow", "resume", "--json")
    assert (found.code, found.json["status"], found.json["run_id"]) == (0, "succeeded", run)
    assert did(flows) == ["before", "long", "after"]


def test_a_stubborn_step_is_left_at_once_at_the_second_signal(flows):
    text = """
name: stubborn
steps:
  deaf: {run: "trap '' TERM INT; echo $$ > pid.tmp; mv pid.tmp begun; while :; do sleep 0.05; done"}
"""
    with flows.going(text) as process:
        pid = int(flows.made("begun"))
        os.kill(process.pid, signal.SIGINT)
        code, _, _ = end(process, signal.SIGINT)
        assert code == 130
    until(lambda: not alive(pid))
    assert flows.told()["status"] == "interrupted"


def test_after_kill_9_what_runs_is_adopted_and_what_is_done_stays_done(flows):
    with flows.going(WAITS) as process:
        pid = int(flows.made("begun"))
        end(process, signal.SIGKILL)
        assert flows.told()["status"] == "interrupted"
        assert alive(pid)
        (flows.dir / "go").touch()
        found = flows.phoenix("flow", "resume", "waits", "--json")
    assert (found.code, found.json["status"]) == (0, "succeeded")
    assert did(flows) == ["before", "long", "after"]
    assert found.json["steps"]["long"]["attempts"] == 1


def crashed(flows, policy):
    """Kill everything in the middle of a step that may not happen twice."""
    check = flows.dir / "check"
    check.write_text("#!/bin/sh\nexit $(cat verdict)\n")
    check.chmod(0o755)
    (flows.dir / "verdict").write_text("0")
    with flows.going(ONCE.replace("POLICY", policy)) as process:
        pid = int(flows.made("begun"))
        os.kill(process.pid, signal.SIGSTOP)
        for host in hosts_of(flows):
            os.kill(host, signal.SIGKILL)
        end(process, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        until(lambda: not alive(pid))
    (flows.dir / "go").touch()


def hosts_of(flows):
    """Return the processes besides phoenix itself that would outlive it to tell how commands ended."""
    run = flows.told()["run_id"]
    events = flows.phoenix("flow", "events", run).out
    found = {json.loads(line).get("process", {}).get("host") for line in events.splitlines() if '"process"' in line}
    return {pid for pid in found if pid and alive(pid)}


@pytest.mark.parametrize(
    ("answer", "code", "lines"),
    [
        pytest.param("done", 0, ["before", "after"], marks=pytest.mark.slow),
        ("again", 0, ["before", "long", "after"]),
        ("failed", 1, ["before", "not before"]),
    ],
)
def test_a_step_that_may_not_happen_twice_is_asked_about(flows, answer, code, lines):
    crashed(flows, "ask")
    found = flows.phoenix("flow", "resume", "--json")
    assert (found.code, found.json["questions"]) == (8, {"long": "crashed"})
    assert found.problem["hints"] == [f"phoenix flow resume {found.json['run_id']} --answer long=done|again|failed"]
    assert flows.phoenix("flow", "resume", "--answer", f"long={answer}").code == code
    assert did(flows) == lines


def test_an_answer_may_be_given_before_it_is_asked_for(flows):
    crashed(flows, "ask")
    wrong = flows.phoenix("flow", "resume", "--answer", "long=perhaps")
    assert (wrong.code, "it takes done or again or failed" in wrong.err) == (2, True)
    assert flows.phoenix("flow", "resume", "--answer", "other=done").code == 2
    assert flows.phoenix("flow", "resume", "--answer", "long=done").code == 0
    assert did(flows) == ["before", "after"]


@pytest.mark.parametrize(
    ("policy", "verdict", "code", "lines"),
    [
        pytest.param("verify", "0", 0, ["before", "after"], marks=pytest.mark.slow), ("verify", "10", 0, ["before", "long", "after"]),
        pytest.param("verify", "1", 8, ["before"], marks=pytest.mark.slow),
        pytest.param("fail", "0", 1, ["before", "not before"], marks=pytest.mark.slow),
        ("compensate", "0", 1, ["before", "not long", "not before"]),
    ],
)  # fmt: skip
def test_other_ways_to_settle_it(flows, policy, verdict, code, lines):
    crashed(flows, policy)
    (flows.dir / "verdict").write_text(verdict)
    assert flows.phoenix("flow", "resume").code == code
    assert did(flows) == lines


def test_a_second_resume_is_refused_with_the_pid_of_the_first(flows):
    with flows.going(WAITS) as process:
        found = flows.phoenix("flow", "resume", "waits")
        assert found.code == 5
        owner = flows.sql("SELECT owner_pid FROM flow_runs")[0][0]
        assert f"(pid {owner})" in found.err and "phoenix flow watch" in found.err
        assert flows.phoenix("flow", "resume").code == 3  # nothing is interrupted
        (flows.dir / "go").touch()
        assert process.wait(PATIENCE_S) == 0


def test_one_that_was_stopped_is_relieved_and_writes_nothing_any_more(flows):
    with flows.going(WAITS) as process:
        owner = flows.sql("SELECT owner_pid FROM flow_runs")[0][0]
        os.kill(owner, signal.SIGSTOP)
        assert flows.phoenix("flow", "resume", "waits").code == 5
        flows.sql("UPDATE flow_runs SET beat = beat - 20")  # what 20 s of silence come to
        (flows.dir / "go").touch()
        found = flows.phoenix("flow", "resume", "waits", "--json")
        assert (found.code, found.json["status"]) == (0, "succeeded")
        events = flows.phoenix("flow", "events").out
        try:
            os.kill(owner, signal.SIGCONT)
        except ProcessLookupError:
            pass  # where commands are its children, what inherits them has ended it
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode in (5, -signal.SIGKILL, 128 + signal.SIGKILL)
    assert flows.phoenix("flow", "events").out == events
    assert did(flows) == ["before", "long", "after"]


def test_a_run_of_a_machine_that_was_started_anew_goes_on(flows):
    with flows.going(ONCE.replace("POLICY", "ask")) as process:
        pid = int(flows.made("begun"))
        end(process)
        assert not alive(pid)
    flows.sql("UPDATE flow_runs SET status = 'running', owner_pid = 1, owner_started = '1', owner_boot = 'another'")
    assert flows.told()["status"] == "interrupted"
    (flows.dir / "go").touch()
    assert flows.phoenix("flow", "resume").code == 8
    assert flows.phoenix("flow", "resume", "--answer", "long=again").code == 0


def test_a_full_disk_stops_the_run_and_it_goes_on_when_there_is_room(flows):
    steps = "".join(f"  s{n}: {{run: echo s{n} >> did, needs: [s{n - 1}]}}\n" for n in range(1, 60))
    text = f"name: full\nsteps:\n  s0: {{run: touch begun; until test -e go; do sleep 0.05; done}}\n{steps}"
    with flows.going(text) as process:
        owner = flows.sql("SELECT owner_pid FROM flow_runs")[0][0]
        room = sum(path.stat().st_size for path in flows.phoenix.home.glob("phoenix.db-wal")) + 20_000
        resource.prlimit(owner, resource.RLIMIT_FSIZE, (room, room))
        (flows.dir / "go").touch()
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 6, err
    assert "disk is full or failing" in err and "phoenix flow resume run_" in err
    assert flows.told()["status"] == "interrupted"
    found = flows.phoenix("flow", "resume", "--json")
    assert found.json["status"] == "succeeded"
    assert sorted(set(did(flows))) == sorted(f"s{n}" for n in range(1, 60))
    assert len(did(flows)) <= 60  # the one whose end could not be written may have run again
