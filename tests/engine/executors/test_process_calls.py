"""Calls in processes of their own: killed whole, gone with their coordinator, nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.interface import JobKey
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock
from tests.engine.executors.calling import Caller, eventually
from tests.engine.executors.conformance import TASKS, Reports

MODULE = """
import os, signal, subprocess, sys, time

def leave_a_child(file):
    child = subprocess.Popen(["sleep", "1000"], start_new_session=True, env={}, stdout=subprocess.DEVNULL)
    open(file, "w").write(str(child.pid))

def fork_and_wait(file):
    if os.fork():
        time.sleep(1000)
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open(file + ".new", "w").write(str(os.getpid()))
    os.rename(file + ".new", file)
    time.sleep(1000)

def die(how):
    if how == "exit":
        os._exit(7)
    if how == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "descriptors":
        os.closerange(3, 1000)

def print_much(megabytes):
    for _ in range(megabytes):
        sys.stdout.write("x" * (1 << 20))

def scribble():
    for handle in range(3, 4096):  # a process that has lived long has high ones
        try:
            os.write(handle, b"junk\\n")
        except OSError:
            pass

def own_streams():
    import io
    sys.stdout = io.StringIO()
    print("lost")

def say(text):
    print(text)
    subprocess.run(["echo", text + " by a child"], check=True)
    print(text, file=sys.stderr)

def clean_up(file):
    def leave(*_):
        open(file, "w").close()
        sys.exit(0)
    signal.signal(signal.SIGTERM, leave)
    open(file + ".ready", "w").close()
    time.sleep(1000)
"""


@pytest.fixture
def caller(tmp_path):
    (tmp_path / "mine.py").write_text(MODULE, encoding="utf-8")
    made = Caller(tmp_path)
    yield made
    made.close()


def pid_in(file: Path) -> int:
    eventually(file.exists)
    return int(file.read_text())


def alive(pid: int) -> bool:
    return processes.identify(pid) is not None


def path() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}


def test_output_of_the_call_and_of_its_children_is_in_the_log_in_order(caller):
    for text in ("one", "two"):  # the second in the same process
        key = caller.perform("mine:say", {"text": text}, env=path(), killable=True).key
        assert caller.log(key) == f"{text}\n{text} by a child\n{text}\n"


def test_a_call_that_takes_the_streams_away_does_not_keep_them(caller):
    assert caller.perform("mine:own_streams", killable=True).error == ""
    key = caller.perform("mine:say", {"text": "x"}, env=path(), killable=True).key
    assert caller.log(key) == "x\nx by a child\nx\n"


@pytest.mark.parametrize(
    ("how", "code", "says"),
    [("exit", 7, "exited 7"), ("signal", -11, "was killed by SIGSEGV"), ("descriptors", 1, "exited 1")],
)
def test_a_worker_that_dies_is_lost_with_how_it_died(caller, how, code, says):
    ended = caller.perform("mine:die", {"how": how}, killable=True)
    assert (ended.error, ended.code) == ("lost", code)
    assert ended.message == f"the process of the call {says}"
    assert caller.perform("builtins:dict", killable=True).error == ""


def test_a_call_that_writes_into_what_is_not_its_own_is_lost_and_its_process_gone(caller):
    ended = caller.perform("mine:scribble", killable=True)
    assert ended.error == "lost"
    assert "no answer" in ended.message
    pid = caller.reports.start_of(ended.key).process["pid"]
    assert not alive(pid)
    assert caller.perform("builtins:dict", killable=True).error == ""


def test_a_worker_that_dies_while_idle_is_replaced_unnoticed(caller):
    key = caller.perform("builtins:dict", killable=True).key
    pid = caller.reports.start_of(key).process["pid"]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not alive(pid))
    ended = caller.perform("builtins:dict", killable=True)
    assert ended.error == ""
    assert caller.reports.start_of(ended.key).process["pid"] != pid


def test_who_forks_twice_and_ignores_the_signal_is_ended_too(caller, tmp_path):
    file = tmp_path / "pid"
    key = caller.submit("mine:fork_and_wait", {"file": str(file)}, killable=True)
    pid = pid_in(file)
    assert alive(pid)
    caller.executor.cancel(key, 0.2)
    ended = caller.reports.end_of(key)
    assert ended.error == "failed"
    assert "cancelled" in ended.message
    assert not alive(pid)


def test_who_asks_again_with_less_patience_is_heard(caller, tmp_path):
    file = tmp_path / "pid"
    key = caller.submit("mine:fork_and_wait", {"file": str(file)}, killable=True)
    pid = pid_in(file)
    caller.executor.cancel(key, 3600)
    worker = caller.reports.start_of(key).process["pid"]
    eventually(lambda: not alive(worker))  # it has been asked; its child does not care
    assert alive(pid)
    caller.executor.cancel(key, 0.0)
    assert caller.reports.end_of(key).error == "failed"
    assert not alive(pid)


def test_what_a_call_leaves_running_lives_until_the_executor_is_closed(caller, tmp_path):
    file = tmp_path / "pid"
    assert caller.perform("mine:leave_a_child", {"file": str(file)}, env=path(), killable=True).error == ""
    pid = pid_in(file)
    (tmp_path / "other").mkdir()
    assert caller.perform("builtins:dict", folder=tmp_path / "other", killable=True).error == ""
    assert caller.perform("builtins:dict", killable=True).error == ""
    assert alive(pid)
    caller.close()
    assert not alive(pid)


def test_closing_without_kill_lets_what_calls_left_live_on(caller, tmp_path):
    file = tmp_path / "pid"
    caller.perform("mine:leave_a_child", {"file": str(file)}, env=path(), killable=True)
    pid = pid_in(file)
    caller.executor.close(kill=False)
    assert alive(pid)
    os.kill(pid, signal.SIGKILL)


def test_closing_without_kill_ends_calls_and_tells_nothing(caller, tmp_path):
    file = tmp_path / "pid"
    key = caller.submit("mine:fork_and_wait", {"file": str(file)}, killable=True)
    waiting = [caller.submit("builtins:dict", killable=True, folder=tmp_path) for _ in range(3)]
    pid = pid_in(file)
    eventually(lambda: not any(one in caller.executor for one in waiting))
    before = caller.reports.ends
    caller.executor.close(kill=False)
    assert not alive(pid)
    assert caller.reports.ends == before
    assert key not in {one.key for one in before}


def test_a_call_may_clean_up_after_the_signal(caller, tmp_path):
    file = tmp_path / "clean"
    key = caller.submit("mine:clean_up", {"file": str(file)}, killable=True)
    eventually((tmp_path / "clean.ready").exists)
    caller.executor.cancel(key, 0.5)
    assert caller.reports.end_of(key).error == "failed"
    assert file.exists()


def test_the_worker_is_in_a_session_of_its_own_and_has_no_descriptors_of_others(caller, tmp_path):
    (tmp_path / "look.py").write_text(
        "import os\n\ndef f():\n    return [os.getsid(0), sorted(map(int, os.listdir('/proc/self/fd')))]\n"
    )
    file = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(file, True)
    session, handles = caller.perform("look:f", names=("v",), killable=True).outputs["v"]
    os.close(file)
    assert session != os.getsid(0)
    assert (
        len(handles) <= 7
    )  # three standard ones, calls in, results out, the folder that is listed, one for randomness


COORDINATOR = """
import os, sys
from pathlib import Path
from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.interface import Job, JobKey
from phoenix_cli.engine.model import Call
from phoenix_cli.kernel.clock import SystemClock

folder = sys.argv[1]
executor = CallExecutor(2, SystemClock(), dict(os.environ))
executor.open(lambda report: print(report.process["pid"], flush=True))
job = Job(JobKey(sys.argv[2], "step", 1), Call("tasks:family", {"ready": folder + "/ready"}), folder, dict(os.environ), killable=True)
executor.submit(job)
sys.stdin.read()
"""


def test_a_worker_dies_with_its_coordinator_and_the_next_one_ends_what_is_left(tmp_path):
    (tmp_path / "tasks.py").write_text(TASKS)
    run = f"run-{os.getpid()}-{tmp_path.name}"
    key = JobKey(run, "step", 1)
    coordinator = subprocess.Popen(
        [sys.executable, "-c", COORDINATOR, str(tmp_path), run],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with coordinator:
        assert coordinator.stdout is not None
        worker = int(coordinator.stdout.readline())
        eventually((tmp_path / "ready").exists)
        coordinator.kill()
    eventually(lambda: not alive(worker))
    assert processes.tagged(key.tag)
    following = CallExecutor(2, SystemClock(), dict(os.environ))
    following.open(Reports())
    assert following.adopt((key, JobKey(run, "other", 1)), 2) == frozenset()
    assert not processes.tagged(key.tag)
    following.close(kill=False)


def test_where_no_process_can_be_started_the_job_is_unavailable(caller, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    ended = caller.perform("builtins:dict", killable=True)
    assert ended.error == "unavailable"
    assert "cannot start a process for calls" in ended.message
    monkeypatch.undo()
    assert caller.perform("builtins:dict", killable=True).error == ""
