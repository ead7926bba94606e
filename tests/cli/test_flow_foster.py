"""Whoever of a run's processes is killed, and when: nothing is done twice, nothing is lost, nothing is left."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time

import pytest

from tests.cli.fostering import await_end, eventually, flow, go_on, notes, of_home, status, three

WHO = ("P", "C", "H", "HC", "PH")


def kill_at_some_moment(phoenix, seed: int, who: str) -> None:
    """Kill, resume, and see that all is as if nothing had happened."""
    once = flow(phoenix.cwd, seed)
    process = phoenix.start("flow", "run", "flow.yaml", "--max-parallel", "4")
    them = three(process.pid)
    time.sleep(random.Random(seed).uniform(0.0, 1.6))  # what is tested is any moment
    try:
        them.kill(who)
    except ProcessLookupError:
        pass  # the run was over
    code = await_end(process)
    assert code == (0 if who == "H" else -signal.SIGKILL) or (code == 0 and status(phoenix) == "succeeded")
    begun = status(phoenix)
    go_on(phoenix)
    found = notes(phoenix.cwd)
    assert {name: count for name, count in found.items() if name in once and count != 1} == {}
    assert {name: count for name, count in found.items() if count > 2} == {}
    if begun:
        assert status(phoenix) == "succeeded"
        assert len(found) == 14
    eventually(lambda: not of_home(phoenix.home))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_killed_the_run_goes_on(phoenix, seed, who):
    kill_at_some_moment(phoenix, seed * 10 + WHO.index(who), who)


@pytest.mark.slow
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("seed", range(10, 34))
def test_whoever_is_killed_the_run_goes_on_in_many_ways(phoenix, seed, who):
    kill_at_some_moment(phoenix, seed * 10 + WHO.index(who), who)


GATE = "touch begun; while [ ! -e go ]; do sleep 0.02; done; echo done >> notes"


def gate(phoenix, apart=False, **more):
    """Start a run that waits at its gate; return its process and who carries it."""
    step = {"run": GATE, "effect": "once", **more}
    (phoenix.cwd / "flow.yaml").write_text(json.dumps({"name": "f", "steps": {"a": step}}))
    process = phoenix.start("flow", "run", "flow.yaml", start_new_session=apart)
    them = three(process.pid)
    eventually((phoenix.cwd / "begun").exists)
    return process, them


@pytest.mark.parametrize("who", ["P", "C"])
def test_a_command_that_ends_while_no_coordinator_lives_is_not_performed_again(phoenix, who):
    process, them = gate(phoenix, outputs=["v"], run=GATE + "; echo v=7 > $PHOENIX_OUTPUT")
    them.kill(who)
    assert await_end(process) == -signal.SIGKILL
    (phoenix.cwd / "go").touch()
    eventually(lambda: not of_home(phoenix.home))  # the host has kept the end, and has left
    answer = phoenix("flow", "resume", "--json")
    assert (answer.code, answer.json["steps"]["a"]["status"], notes(phoenix.cwd)) == (0, "succeeded", {"done": 1})


def test_a_command_that_runs_is_adopted_with_its_exit_status(phoenix):
    process, them = gate(phoenix, run="touch begun; while [ ! -e go ]; do sleep 0.02; done; exit 5")
    them.kill("C")
    await_end(process)
    following = phoenix.start("flow", "resume", "--json")
    them = three(following.pid)
    (phoenix.cwd / "go").touch()
    out, _ = following.communicate(timeout=60)
    assert following.returncode == 1
    assert '"exit_code": 5' in out
    eventually(lambda: not of_home(phoenix.home))


def test_what_a_coordinator_leaves_ends_with_all_processes_of_a_run_when_it_is_resumed(phoenix):
    process, them = gate(phoenix, effect="pure", run="touch begun; [ -e go ] || sleep 1000")
    them.kill("HC")
    assert await_end(process) == -signal.SIGKILL
    (phoenix.cwd / "go").touch()
    assert phoenix("flow", "resume").code == 0
    eventually(lambda: not of_home(phoenix.home))


def test_a_command_gets_nothing_that_phoenix_was_given_open(phoenix):
    (phoenix.cwd / "flow.yaml").write_text("name: f\nsteps: {a: {run: 'ls /proc/self/fd > listed'}}\n")
    given, _ = pipe = os.pipe()
    try:
        assert await_end(phoenix.start("flow", "run", "flow.yaml", pass_fds=pipe)) == 0
    finally:
        for handle in pipe:
            os.close(handle)
    listed = (phoenix.cwd / "listed").read_text().split()
    assert len(listed) == 4, given  # 0, 1, 2, and that through which it looks


def test_what_steps_leave_running_ends_with_the_run(phoenix):
    text = (
        "name: f\nsteps:\n  a: {run: 'setsid sh -c \"exec sleep 1000\" & sleep 0.1'}\n  b: {run: 'true', needs: [a]}\n"
    )
    (phoenix.cwd / "flow.yaml").write_text(text)
    assert phoenix("flow", "run", "flow.yaml").code == 0
    assert not of_home(phoenix.home)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGINT, 130), (signal.SIGHUP, 130)])
def test_a_signal_to_the_process_that_was_started_reaches_the_coordinator(phoenix, number, code):
    process, _ = gate(phoenix, effect="pure")
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "is interrupted" in err) == (code, True)
    eventually(lambda: not of_home(phoenix.home))
    (phoenix.cwd / "go").touch()
    assert phoenix("flow", "resume").code == 0


def test_a_signal_to_the_whole_group_is_heard_once(phoenix):
    process, _ = gate(
        phoenix, effect="pure", run=f"trap 'sleep 0.3; echo asked >> notes; exit 0' TERM; {GATE}", apart=True
    )
    os.killpg(process.pid, signal.SIGTERM)
    assert await_end(process) == 130
    assert notes(phoenix.cwd) == {"asked": 1}  # the second time would have killed it at once


def test_the_fatal_signal_of_a_coordinator_is_that_of_the_process_that_was_started(phoenix):
    process, them = gate(phoenix, effect="pure")
    os.kill(them.coordinator, signal.SIGABRT)
    assert await_end(process) == -signal.SIGABRT
    (phoenix.cwd / "go").touch()
    eventually(lambda: not of_home(phoenix.home))


def test_exit_statuses_and_answers_are_as_without_a_host(phoenix):
    (phoenix.cwd / "flow.yaml").write_text("name: f\nsteps: {a: {run: [/bin/false]}}\n")
    answer = phoenix("flow", "run", "flow.yaml", "--json")
    assert (answer.code, answer.json["status"], answer.json["steps"]["a"]["exit_code"]) == (1, "failed", 1)
    assert phoenix("flow", "run", "nothing.yaml").code == 3
    assert phoenix("flow", "run").code == 2


def test_a_pipe_that_phoenix_wrote_to_ends_although_its_host_lives_on(phoenix):
    process, them = gate(phoenix)
    them.kill("C")
    assert process.stdout.read() == ""  # it would wait for the host, had that kept it open
    assert await_end(process) == -signal.SIGKILL
    assert them.host in of_home(phoenix.home)
    (phoenix.cwd / "go").touch()
    eventually(lambda: not of_home(phoenix.home))


def test_a_coordinator_that_was_stopped_for_too_long_is_killed_and_its_commands_adopted(phoenix):
    process, them = gate(phoenix)
    os.kill(them.coordinator, signal.SIGSTOP)
    with sqlite3.connect(phoenix.home / "phoenix.db") as database:
        database.execute("UPDATE flow_runs SET beat = beat - 100")  # as if it had been silent for longer than its lease
    database.close()
    number = phoenix("flow", "list", "--json").json["items"][0]["id"]
    following = phoenix.start("flow", "resume", number, "--json")
    assert await_end(process) == -signal.SIGKILL
    (phoenix.cwd / "go").touch()
    assert await_end(following) == 0
    assert notes(phoenix.cwd) == {"done": 1}
    eventually(lambda: not of_home(phoenix.home))
