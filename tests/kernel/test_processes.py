"""Processes by identity: a stranger is never signalled, and nobody of a tree is missed."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from phoenix_cli.kernel import process_table, processes
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.processes import Identity

STAY = "import signal\nsignal.pause()"


def eventually(condition, within_s=15.0):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def spawn():
    """Start Python texts; whatever is left at the end is killed and reaped."""
    started = []

    def start(code, **options):
        started.append(subprocess.Popen([sys.executable, "-I", "-S", "-c", code], **options))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def identity(process):
    found = processes.identify(process.pid)
    assert found is not None
    return found


def test_a_process_is_itself_until_it_ends(spawn):
    process = spawn(STAY)
    one = identity(process)
    assert one == identity(process)
    assert processes.alive(one)
    process.kill()
    process.wait()
    assert not processes.alive(one)
    assert processes.identify(process.pid) is None


def test_a_zombie_is_dead(spawn):
    process = spawn("pass")
    eventually(lambda: processes.identify(process.pid) is None)
    assert process.poll() == 0


def test_a_process_whose_main_thread_has_ended_lives(spawn):
    """It looks like a zombie; the number of the exit call is that of Linux on x86-64 and on arm64."""
    number = {"x86_64": 60, "aarch64": 93}.get(os.uname().machine)
    if number is None or sys.platform != "linux":
        pytest.skip("another number here")
    assert ctypes.sizeof(ctypes.c_long) == 8
    code = f"""
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).syscall({number}, 0)
"""
    process = spawn(code)

    def main_thread_ended():
        with open(f"/proc/{process.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"

    eventually(main_thread_ended)
    assert processes.identify(process.pid) is not None


def test_a_name_with_brackets_and_spaces_confuses_nobody(spawn, tmp_path):
    program = tmp_path / "a) S 1 (b"
    program.symlink_to(os.path.realpath("/bin/sleep"))
    process = subprocess.Popen([program, "60"])
    try:
        found = process_table.entry(process.pid)
        assert found is not None
        assert found.parent == os.getpid()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("wrong", [{"started": "1"}, {"boot_id": "another"}])
def test_another_process_with_the_same_pid_is_not_signalled(spawn, wrong):
    process = spawn(STAY)
    stranger = replace(identity(process), **wrong)
    assert not processes.alive(stranger)
    assert processes.send(stranger, signal.SIGKILL) is False
    assert process.poll() is None


def test_a_signal_reaches_its_process(spawn):
    process = spawn(STAY)
    assert processes.send(identity(process), signal.SIGTERM) is True
    assert process.wait() == -signal.SIGTERM


def test_a_process_that_is_gone_gets_no_signal():
    assert processes.send(Identity(2**22 - 1, "1", processes.boot_id()), signal.SIGTERM) is False


GRANDCHILD = """
import os, signal, sys
if os.fork() == 0:
    if {leave}:
        os.setsid()
        if os.fork(): os._exit(0)
    then = "import os, signal\\nos.write({ready}, b'x')\\nsignal.pause()"
    os.execve(sys.executable, [sys.executable, "-I", "-S", "-c", then], {env})
signal.pause()
"""


@pytest.fixture
def ready():
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def family(spawn, ready, *, leave=False, env="dict(os.environ)", **options):
    """Start a parent with one child; return it when the child has become what it will be."""
    parent = spawn(GRANDCHILD.format(leave=leave, ready=ready[1], env=env), pass_fds=[ready[1]], **options)
    assert os.read(ready[0], 1) == b"x"
    return parent


def clear(find):
    processes.end(find, SystemClock(), grace_s=0.0)


def test_a_tree_is_its_root_and_all_below(spawn, ready):
    parent = family(spawn, ready)
    found = processes.tree([identity(parent)])
    assert len(found) == 2
    assert processes.below(parent.pid) == found - {identity(parent)}
    clear(lambda: processes.tree([identity(parent)]) if processes.identify(parent.pid) else set())


def test_a_root_with_another_start_time_has_no_tree(spawn, ready):
    parent = family(spawn, ready)
    tree = processes.tree([identity(parent)])
    assert processes.tree([replace(identity(parent), started="1")]) == set()
    clear(lambda: {one for one in tree if processes.alive(one)})


def test_who_left_the_tree_is_found_by_the_tag(spawn, ready):
    tag = f"tree_{os.getpid()}_tag"
    family(spawn, ready, leave=True, env={processes.TREE_VARIABLE: tag})
    found = processes.tagged(tag)
    assert len(found) == 1
    assert processes.tree([], tag=tag) == found
    clear(lambda: processes.tagged(tag))
    assert processes.tagged(tag) == set()


def test_who_left_with_a_cleared_environment_is_found_by_the_mark(spawn, ready):
    mark = process_table.new_mark()
    if not mark:
        pytest.skip("no such limit here")
    import resource

    def limit():
        soft, hard = mark.split(":")
        resource.setrlimit(resource.RLIMIT_MSGQUEUE, (int(soft), int(hard)))

    parent = family(spawn, ready, leave=True, env={}, preexec_fn=limit)
    found = processes.tree([], mark=mark)
    assert len(found) == 2, "the parent and who left it"
    assert identity(parent) in found
    clear(lambda: processes.tree([], mark=mark))


def test_marks_differ_and_are_within_what_we_may_have():
    import resource

    marks = {process_table.new_mark() for _ in range(50)}
    assert len(marks) == 50
    most = resource.getrlimit(resource.RLIMIT_MSGQUEUE)[1]
    for mark in marks:
        soft, hard = map(int, mark.split(":"))
        assert 0 < soft < hard
        assert most == resource.RLIM_INFINITY or hard < most


def test_no_mark_means_nobody():
    assert list(process_table.marked("", "", process_table.table())) == []


class StepClock:
    """A clock that a sleep moves."""

    def __init__(self):
        self.time = 0.0

    def monotonic(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


def test_ending_asks_first_and_kills_what_stays():
    sent = []
    victims = {Identity(2**22 - 1, "1", "another boot")}
    original, processes.send = processes.send, lambda one, number: sent.append(number)
    try:
        done = processes.end(lambda: victims, StepClock(), grace_s=1.0)
    finally:
        processes.send = original
    assert sent[0] == signal.SIGTERM
    assert sent.count(signal.SIGTERM) == 1
    assert set(sent[1:]) == {signal.SIGKILL}
    assert done == processes.Ended(1, tuple(victims))


def test_ending_finds_what_is_forked_meanwhile():
    generations = [{Identity(2**22 - number, "1", "x")} for number in range(1, 4)]

    def find():
        return generations.pop() if generations else set()

    assert processes.end(find, StepClock()) == processes.Ended(3, ())


def test_ending_spares_this_process():
    me = processes.identify(os.getpid())
    assert processes.end(lambda: {me}, StepClock()) == processes.Ended(0, ())


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "exited 0"), (3, "exited 3"), (-15, "killed by SIGTERM"), (-99, "killed by signal 99"),
     (-9, "killed by SIGKILL (out of memory, or somebody's kill -9)")],
)  # fmt: skip
def test_how_it_ended_is_said(code, words):
    assert processes.describe_exit(code) == words


def test_the_environment_of_another_process_can_be_read(spawn):
    process = spawn(STAY, env={"A": "b=c", "PATH": os.defpath})
    eventually(lambda: process_table.environment(process.pid).get("A") == "b=c")
    assert process_table.environment(2**22 - 1) == {}
    assert process_table.name_of(process.pid).startswith("python")
