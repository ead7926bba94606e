"""Calls in threads: they cannot be stopped, and what they print is theirs."""

from __future__ import annotations

import io
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from phoenix_cli.engine.executors.calls import printing
from phoenix_cli.engine.executors.calls.desk import Desk
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey
from phoenix_cli.engine.model import Call
from tests.engine.executors.calling import Caller, eventually

GATES: dict[str, threading.Event] = {}


@pytest.fixture
def caller(tmp_path):
    (tmp_path / "mine.py").write_text(MODULE, encoding="utf-8")
    made = Caller(tmp_path)
    yield made
    for gate in GATES.values():
        gate.set()
    made.close()
    eventually(lambda: not any(thread.name == "phoenix-call" for thread in threading.enumerate()))


MODULE = f"""
import sys, threading
from {__name__} import GATES

def wait(gate):
    GATES[gate + " reached"].set()
    GATES[gate].wait()
    return gate

def say(text, times=1):
    for _ in range(times):
        print(text)

def say_and_wait(text, gate):
    print(text)
    GATES[gate + " reached"].set()
    GATES[gate].wait()
    print(text, "again", file=sys.stderr)

def in_a_thread(text):
    thread = threading.Thread(target=print, args=(text,))
    thread.start()
    thread.join()

def close_it():
    print("before")
    sys.stdout.close()
    print("after")
"""


def gate(name: str) -> str:
    GATES[name], GATES[f"{name} reached"] = threading.Event(), threading.Event()
    return name


def held(caller: Caller, name: str, function: str = "wait", **more: object) -> JobKey:
    """Begin a call that waits at a gate."""
    key = caller.submit(f"mine:{function}", {"gate": gate(name), **more})
    assert GATES[f"{name} reached"].wait(30)
    return key


# ---- what cannot be stopped


def test_a_cancelled_call_is_answered_by_its_own_end(caller):
    key = held(caller, "a")
    caller.executor.cancel(key, 3600)
    assert key not in {one.key for one in caller.reports.ends}
    GATES["a"].set()
    assert caller.reports.end_of(key).error == ""


def test_after_the_grace_it_is_lost_and_its_late_end_is_told_to_nobody(caller):
    key = held(caller, "a")
    caller.executor.cancel(key, 0.0)
    ended = caller.reports.end_of(key)
    assert (ended.error, ended.code) == ("lost", None)
    assert "cannot be stopped" in ended.message
    GATES["a"].set()
    for number in range(4):
        assert caller.perform("mine:say", {"text": str(number)}).error == ""
    assert [one.key for one in caller.reports.ends].count(key) == 1


def test_stuck_calls_leave_their_places_to_others(caller):
    for name in "abc":  # more than there are slots
        key = held(caller, name)
        caller.executor.cancel(key, 0.0)
        assert caller.reports.end_of(key).error == "lost"
    first, second = held(caller, "d"), held(caller, "e")
    third = caller.submit("mine:say", {"text": "x"})
    assert third in caller.executor and third not in {one.key for one in caller.reports.ends}
    for name in "de":
        GATES[name].set()
    assert {caller.reports.end_of(key).error for key in (first, second, third)} == {""}


def test_a_shorter_grace_comes_first(caller):
    key = held(caller, "a")
    caller.executor.cancel(key, 3600)
    caller.executor.cancel(key, 0.0)
    assert caller.reports.end_of(key).error == "lost"


def test_what_waits_is_withdrawn(caller):
    running = [held(caller, name) for name in "ab"]
    waiting = caller.submit("mine:wait", {"gate": gate("c")})
    caller.executor.cancel(waiting, 3600)
    assert caller.reports.end_of(waiting) == JobEnded(waiting, "failed", -15, "cancelled before it began")
    for name in "ab":
        GATES[name].set()
    assert {caller.reports.end_of(key).error for key in running} == {""}
    assert caller.perform("mine:say", {"text": "x"}).error == ""
    assert not GATES["c reached"].is_set()


@pytest.mark.parametrize("kill", [True, False])
def test_closing_does_not_wait_for_what_is_stuck(caller, kill):
    stuck, other = held(caller, "a"), held(caller, "b")
    waiting = caller.submit("mine:wait", {"gate": gate("c")})
    caller.executor.close(kill=kill)
    told = {one.key: one.error for one in caller.reports.ends}
    assert told == ({stuck: "lost", other: "lost", waiting: "failed"} if kill else {})
    GATES["a"].set()
    GATES["b"].set()
    eventually(lambda: not any(thread.name == "phoenix-call" for thread in threading.enumerate()))
    assert len(caller.reports.ends) == len(told)


# ---- printing


def test_what_calls_print_at_the_same_time_goes_to_their_own_logs(caller, capsys):
    first = held(caller, "a", "say_and_wait", text="first")
    second = held(caller, "b", "say_and_wait", text="second")
    print("the answer")
    for name in "ab":
        GATES[name].set()
    for key, text in ((first, "first"), (second, "second")):
        caller.reports.end_of(key)
        assert caller.log(key) == f"{text}\n{text} again\n"
    assert capsys.readouterr() == ("the answer\n", "")


def test_a_log_is_only_there_when_something_was_printed(caller, tmp_path):
    quiet, loud = caller.submit("builtins:dict"), caller.submit("mine:say", {"text": "ä\ud800"})
    caller.reports.wait_for_ends(2)
    assert not (tmp_path / f"{quiet.attempt}.log").exists()
    assert caller.log(loud) == "ä\\ud800\n"


def test_a_log_is_added_to(caller, tmp_path):
    (tmp_path / "1.log").write_text("before\n")
    assert caller.log(caller.perform("mine:say", {"text": "x", "times": 3}).key) == "before\nx\nx\nx\n"


def test_what_is_printed_can_be_read_while_the_call_goes_on(caller):
    key = held(caller, "a", "say_and_wait", text="first")
    assert caller.log(key) == "first\n"


def test_what_a_thread_of_a_call_prints_is_no_part_of_the_answer(caller, capsys):
    caller.perform("mine:in_a_thread", {"text": "from a thread"})
    assert capsys.readouterr() == ("", "from a thread\n")


def test_a_call_may_close_its_standard_output(caller):
    key = caller.perform("mine:close_it").key
    assert caller.log(key) == "before\nafter\n"


def test_without_a_log_nothing_is_kept(caller, capsys):
    from pathlib import Path

    assert caller.perform("mine:say", {"text": "x"}, log=Path()).error == ""
    assert capsys.readouterr() == ("", "")


def test_a_full_disk_fails_the_call_that_prints_and_no_other(caller, tmp_path):
    from pathlib import Path

    if not os.path.exists("/dev/full"):
        pytest.skip("no such device here")
    ended = caller.perform("mine:say", {"text": "x"}, log=Path("/dev/full"))
    assert (ended.error, ended.message) == ("failed", "OSError: [Errno 28] No space left on device")
    assert caller.perform("mine:say", {"text": "x"}).error == ""


def test_the_streams_are_as_before_when_nobody_calls(caller, tmp_path):
    before = (sys.stdout, sys.stderr)
    caller.perform("mine:say", {"text": "x"})
    assert (sys.stdout, sys.stderr) != before
    other = Caller(tmp_path / "..")
    other.perform("builtins:dict")
    other.close()
    assert (sys.stdout, sys.stderr) != before
    caller.close()
    assert (sys.stdout, sys.stderr) == before


def test_who_put_other_streams_there_meanwhile_keeps_them(monkeypatch):
    before = sys.stdout
    printing.sit()
    monkeypatch.setattr(sys, "stdout", other := io.StringIO())
    printing.stand_up()
    assert sys.stdout is other
    monkeypatch.undo()
    monkeypatch.setattr(sys, "stdout", before)


# ---- who answers


def test_each_job_is_answered_by_exactly_one_however_they_race():
    """Those who withdraw and those who begin and finish want the same jobs at the same time."""
    desk: Desk[str] = Desk()
    keys = [JobKey("r", str(number), 1) for number in range(3_000)]
    for key in keys:
        desk.put(Job(key, Call("a:b"), "/"))
    together = threading.Barrier(2)

    def withdraw() -> list[JobKey]:
        together.wait()
        return [key for key in keys if desk.withdraw(key)]

    def perform() -> list[JobKey]:
        together.wait()
        return [key for key in reversed(keys) if desk.begin(key, "seat") and desk.finish(key)]

    with ThreadPoolExecutor(2) as pool:
        withdrawn, performed = (one.result() for one in [pool.submit(withdraw), pool.submit(perform)])
    assert sorted(withdrawn + performed) == sorted(keys)
    assert len(desk) == 0
