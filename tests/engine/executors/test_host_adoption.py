"""Drivers that are killed, hosts that are killed, stopped or lied to: nothing is lost, nothing runs twice, nothing is left."""

import json
import os
import random
import signal
import socket

import pytest

from phoenix_cli.engine.executors.host import remains, starting
from phoenix_cli.engine.executors.host.link import connect
from phoenix_cli.engine.executors.interface import JobEnded
from phoenix_cli.kernel import processes
from tests.engine.executors.conformance import eventually
from tests.engine.executors.hosting import At, Driver, key, tagged


@pytest.fixture
def clean(tmp_path):
    """Run the test in a folder, then see that nothing is left of its run."""
    yield tmp_path
    At(tmp_path, 99).executor.close(kill=True)
    assert not starting.lives(tmp_path)


def ended(folder):
    """Wait until the host has left."""
    eventually(lambda: not starting.lives(folder))


def test_a_command_outlives_its_driver_and_the_next_one_is_told(clean):
    os.mkfifo(clean / "fifo")
    first = Driver(
        clean, [("over", "echo v=1 >$PHOENIX_OUTPUT; : >done"), ("on", ": >begun; read x <fifo; echo $x; exit 5")]
    )
    first.read()
    eventually(lambda: (clean / "done").exists() and (clean / "begun").exists())
    first.kill()
    second = At(clean, 2)
    assert second.executor.adopt([key("over"), key("on"), key("never")], 2) == {key("over"), key("on")}
    assert second.reports.end_of(key("over")) == JobEnded(key("over"), "", 0, "", {"v": "1"})
    (clean / "fifo").write_text("late\n")
    assert second.reports.end_of(key("on")).code == 5
    assert second.log("on").read_text() == "late\n"
    assert not second.perform("more", "true").error
    second.executor.close(kill=True)


def test_ends_are_found_after_the_host_has_left(clean):
    os.mkfifo(clean / "fifo")
    first = Driver(clean, [("a", "read x <fifo; echo v=2 >$PHOENIX_OUTPUT"), ("b", "exit 3")])
    first.read()
    eventually(lambda: len(tagged("a")) > 0)
    first.kill()
    (clean / "fifo").write_text("go\n")
    ended(clean)
    for fence in (2, 3):  # told again to the next, too: the one before may have died before it wrote it down
        at = At(clean, fence)
        assert at.executor.adopt([key("a"), key("b"), key("c")], fence) == {key("a"), key("b")}
        assert at.reports.end_of(key("a")) == JobEnded(key("a"), "", 0, "", {"v": "2"})
        assert at.reports.end_of(key("b")).code == 3
        assert not at.perform(f"more{fence}", "true").error
        at.executor.close(kill=False)
        ended(clean)


def test_a_driver_that_lets_go_leaves_what_runs(clean):
    os.mkfifo(clean / "fifo")
    first = Driver(clean, [("a", "read x <fifo; exit 6")])
    first.read()
    eventually(lambda: len(tagged("a")) > 0)
    first.process.stdin.write("leave\n")
    first.process.stdin.flush()
    first.read("closed")
    assert tagged("a") and starting.lives(clean)
    (clean / "fifo").write_text("go\n")
    ended(clean)
    first.end()
    at = At(clean, 2)
    assert at.executor.adopt([key("a")], 2) == {key("a")}
    assert at.reports.end_of(key("a")).code == 6


def test_what_steps_left_running_lives_on_when_a_host_leaves_in_order(clean):
    first = Driver(clean, [("a", "setsid sleep 600 & exit 0")])
    first.read()
    eventually(lambda: (clean / remains.ENDS).exists() or len(tagged("a")) > 0)
    first.kill()
    ended(clean)
    at = At(clean, 2)
    assert at.executor.adopt([key("a")], 2) == {key("a")} and tagged("a")
    at.executor.close(kill=True)
    assert not tagged("a")


def test_what_the_next_driver_does_not_know_is_ended(clean):
    first = Driver(clean, [("a", "sleep 600"), ("b", "sleep 600")])
    first.read()
    eventually(lambda: tagged("a") and tagged("b"))
    first.kill()
    at = At(clean, 2)
    assert at.executor.adopt([key("b")], 2) == {key("b")}
    assert not tagged("a") and tagged("b")
    assert at.reports.ends == []


def test_a_driver_that_was_replaced_is_not_heard_and_ends_nothing(clean):
    first, second = At(clean), At(clean, 2)
    os.mkfifo(clean / "fifo")
    first.submit("a", "read x <fifo; exit 7")
    first.reports.start_of(key("a"))
    assert second.executor.adopt([key("a")], 2) == {key("a")}
    assert first.reports.end_of(key("a")).error == "lost"
    first.executor.cancel(key("a"), 0.0)
    assert first.perform("b", "true").error == "refused"
    (clean / "fifo").write_text("go\n")
    assert second.reports.end_of(key("a")).code == 7
    first.executor.close(kill=True)
    assert not second.perform("c", "true").error
    second.executor.close(kill=True)


def test_a_lower_fence_is_refused(clean):
    second, first = At(clean, 2), At(clean, 1)
    assert not second.perform("a", "true").error
    first.submit("b", "echo b >b")
    assert first.reports.end_of(key("b")).error in ("lost", "refused")
    assert not second.perform("c", "true").error and not (clean / "b").exists()
    first.executor.close(kill=True)
    assert not second.perform("d", "true").error
    second.executor.close(kill=True)


def test_a_host_that_is_killed_loses_its_jobs_and_leaves_nothing(clean):
    at = At(clean)
    at.submit("a", "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 600' & : >ready; while :; do sleep 0.1; done")
    eventually((clean / "ready").exists)
    at.reports.start_of(key("a"))
    os.kill(at.host, signal.SIGKILL)
    assert at.reports.end_of(key("a")).error == "lost"
    assert not tagged("a")
    assert not at.perform("b", "true").error  # by another host
    at.executor.close(kill=True)


def test_host_and_driver_killed_at_once_leave_nothing_to_the_next(clean):
    first = Driver(clean, [("a", "setsid sleep 600 & sleep 600")])
    first.read()
    eventually(lambda: len(tagged("a")) >= 2)
    host = At(clean).host
    first.process.send_signal(signal.SIGSTOP)
    os.kill(host, signal.SIGKILL)
    first.kill()
    eventually(lambda: not processes.identify(host))
    at = At(clean, 2)
    assert at.executor.adopt([key("a")], 2) == frozenset()
    assert not tagged("a")


def test_a_stopped_host_does_not_keep_a_cancel_from_working(clean):
    at = At(clean)
    at.submit("a", ": >ready; sleep 600")
    at.submit("b", "sleep 600")
    eventually((clean / "ready").exists)
    at.reports.start_of(key("b"))
    os.kill(at.host, signal.SIGSTOP)
    at.executor.cancel(key("a"), 0.0)
    assert at.reports.end_of(key("a")).error == "lost"
    assert not tagged("a") and tagged("b")
    for number in range(2_000):  # more than the socket holds: it returns at once all the same
        at.submit(f"s{number}", "true", env={"X": "x" * 500})
    os.kill(at.host, signal.SIGCONT)
    at.reports.end_of(key("s1999"))
    at.executor.close(kill=True)
    assert not tagged("b")


def test_a_stopped_host_is_given_up_by_the_next_driver(clean):
    first = Driver(clean, [("a", "sleep 600")])
    first.read()
    eventually(lambda: tagged("a"))
    host = At(clean).host
    os.kill(host, signal.SIGSTOP)
    first.kill()
    at = At(clean, 2)
    assert at.executor.adopt([key("a")], 2) == frozenset()
    assert not processes.identify(host) and not tagged("a")
    assert not at.perform("b", "true").error
    at.executor.close(kill=True)


def test_a_stopped_host_does_not_keep_close_from_ending_everything(clean):
    at = At(clean)
    at.submit("a", "sleep 600")
    at.reports.start_of(key("a"))
    os.kill(at.host, signal.SIGSTOP)
    at.executor.close(kill=True)
    assert not tagged("a") and not starting.lives(clean)
    assert [end.error for end in at.reports.ends] == ["lost"]


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xfe\n", b"[]\n", b"{}\n", b"[1]\n", b'["hello"]\n', b'["run", 1]\n', b"[" * 5_000 + b"\n", b"half a line"],
)
def test_garbage_on_the_socket_harms_nobody(clean, garbage):
    at = At(clean)
    assert not at.perform("a", "true").error
    stranger = connect(clean)
    stranger.sendall(garbage)
    stranger.shutdown(socket.SHUT_WR)
    assert b"welcome" not in stranger.recv(100)
    stranger.close()
    assert not at.perform("b", "true").error
    at.executor.close(kill=True)


def test_a_stranger_without_hello_can_start_nothing(clean):
    at = At(clean)
    assert not at.perform("a", "true").error
    stranger = connect(clean)
    stranger.sendall(
        json.dumps(["run", "t", [["touch", str(clean / "x")]], "/", {}, "", [], None, False]).encode() + b"\n"
    )
    stranger.shutdown(socket.SHUT_WR)
    assert stranger.recv(100) == b""
    stranger.close()
    assert not at.perform("b", "true").error and not (clean / "x").exists()
    at.executor.close(kill=True)


def test_the_time_limit_is_the_hosts_when_no_driver_is_there(clean):
    os.mkfifo(clean / "fifo")
    first = At(clean)
    first.submit("a", "read x <fifo", limit_s=0.3)
    first.reports.start_of(key("a"))
    assert not first.perform("b", "sleep 0.5", limit_s=0.1).error
    first.executor.close(kill=False)
    ended(clean)
    at = At(clean, 2)
    at.executor.adopt([key("a")], 2)
    end = at.reports.end_of(key("a"))
    assert end.error == "failed" and "time limit" in end.message


def sweep(folder, seed):
    """Kill a driver at any time, and go on: each command runs once, and its end is told."""
    count = 12
    names = [f"s{number}" for number in range(count)]
    steps = [(name, f"echo {name} >>all; exit {number % 4}") for number, name in enumerate(names)]
    first = Driver(folder, steps)
    if seed % 3:
        first.read(f"+{names[seed % count]}")
    pause = random.Random(seed).random() * 0.06
    if pause > 0.01:
        signal.sigtimedwait([], pause)
    first.kill()
    at = At(folder, 2)
    mine = at.executor.adopt([key(name) for name in names], 2)
    for name, text in steps:
        if key(name) not in mine:
            at.submit(name, text)
    ends = {end.key.step: end.code for end in at.reports.wait_for_ends(count)}
    assert ends == {name: number % 4 for number, name in enumerate(names)}
    assert sorted((folder / "all").read_text().split()) == sorted(names)
    assert len(at.reports.ends) == count
    at.executor.close(kill=True)


@pytest.mark.parametrize("seed", range(24))
def test_each_command_runs_once_wherever_the_driver_is_killed(clean, seed):
    sweep(clean, seed)
