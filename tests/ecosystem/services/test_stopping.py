"""Stop ends everything that a service ever started, and says so only when that is true."""

import os
import signal
import subprocess
import sys
import time

import pytest

from phoenix_cli.ecosystem.services import stopping
from phoenix_cli.ecosystem.services.model import Policy, Readiness, places
from phoenix_cli.ecosystem.services.reconcile import leftovers
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import Failed, NotFound
from tests.ecosystem.services.conftest import eventually

#: A child that leaves session and parents, ignores SIGTERM, closes its output, clears its environment and stays.
HERMIT = """
import os, signal, sys
def hermit(path):
    if os.fork(): return
    os.setsid()
    if os.fork(): os._exit(0)
    os.closerange(0, 64)
    note = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(note, str(os.getpid()).encode())
    os.close(note)
    os.rename(path, path + ".pid")
    os.execve(sys.executable, [sys.executable, "-I", "-S", "-c",
        "import signal\\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\\n"
        "while True: signal.pause()"], {})
"""
FAMILY = (
    HERMIT
    + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
hermit("a")
hermit("b")
while True: signal.pause()
"""
)


def hermits(world, *names):
    """Return the identities of hermits, once they are what they will be."""
    eventually(lambda: all((world.folder / f"{name}.pid").exists() for name in names), "the hermits are out")
    found = [processes.identify(int((world.folder / f"{name}.pid").read_text())) for name in names]
    assert all(found)
    for one in found:
        eventually(lambda pid=one.pid: ignores_term(pid), "the hermit ignores SIGTERM")
    return found


def ignores_term(pid):
    with open(f"/proc/{pid}/status") as file:
        ignored = next(line for line in file if line.startswith("SigIgn")).split()[1]
    return int(ignored, 16) & 1 << (signal.SIGTERM - 1)


def test_children_that_left_the_session_and_their_parents_are_ended_too(world):
    world.python(FAMILY)
    found = hermits(world, "a", "b")
    assert not processes.tagged(world.row().tag) & set(found), "their environment is cleared"
    began = time.monotonic()
    done = world.stop()
    assert time.monotonic() - began < 10
    assert done.was == "running"
    assert done.report.status == "stopped"
    assert not any(processes.alive(one) for one in found)
    assert not leftovers(world.row())


def test_the_same_without_a_supervisor(world):
    world.python(FAMILY)
    found = hermits(world, "a", "b")
    world.kill_supervisor()
    began = time.monotonic()
    assert world.stop().report.status == "stopped"
    assert time.monotonic() - began < 10
    assert not any(processes.alive(one) for one in found)


def test_a_service_that_obeys_is_stopped_at_once(world):
    report = world.server()
    began = time.monotonic()
    done = world.stop()
    assert time.monotonic() - began < 4.5
    assert (done.report.status, done.report.exit_code, done.report.pid) == ("stopped", -signal.SIGTERM, None)
    assert processes.identify(report.pid) is None
    assert not places(world.home, world.row().id).output.exists()


def test_a_service_may_clean_up_with_programs_of_its_own(world):
    world.start("sh", "-c", "trap 'sleep 0.3; echo tidy; exit 7' TERM; echo up; while :; do sleep 0.05; done",
                policy=Policy(grace_s=4.0))  # fmt: skip
    eventually(lambda: b"up" in world.log())
    done = world.stop()
    assert world.log().endswith(b"tidy\n")
    assert done.report.exit_code == 7


def test_output_is_read_while_it_ends_so_that_it_can_end(world):
    code = """
import os, signal, sys
def leave(*_):
    os.write(1, b"x" * 3_000_000)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
while True: signal.pause()
"""
    world.python(code, policy=Policy(grace_s=8.0))
    eventually(lambda: b"up" in world.log())
    done = world.stop()
    assert done.report.exit_code == 0
    assert len(world.log()) == 3_000_003


def test_a_tree_that_is_another_process_at_every_look_is_ended(world):
    code = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True:
    time.sleep(0.01)
    if os.fork(): os._exit(0)
    os.setsid()
"""
    world.python(code)
    eventually(lambda: b"up" in world.log())
    assert world.stop().report.status == "stopped"
    assert not leftovers(world.row())


def test_a_paused_supervisor_is_woken(world):
    world.server()
    os.kill(world.row().supervisor.pid, signal.SIGSTOP)
    assert world.stop().report.status == "stopped"


def test_stop_is_harmless_when_it_does_not_run(world):
    world.server()
    world.stop()
    done = world.stop()
    assert (done.was, done.report.status) == ("stopped", "stopped")


def test_stop_of_what_was_never_started_says_so(world):
    with pytest.raises(NotFound) as caught:
        world.stop("nothing")
    assert caught.value.hints == ("phoenix ecosystem start one nothing",)


def test_survivors_are_reported_by_pid(world, monkeypatch):
    """Nothing here survives SIGKILL, so signals are made to go nowhere."""
    report = world.server()
    world.kill_supervisor()
    monkeypatch.setattr(stopping.processes, "send", lambda *_: False)
    monkeypatch.setattr(stopping, "_GRACE_S", 0.05)
    with pytest.raises(Failed) as caught:
        world.stop()
    monkeypatch.undo()
    assert caught.value.code == "service.survivors"
    assert caught.value.details == {"pids": [report.pid]}
    row = world.row()
    assert (row.status, row.reason) == ("failed", f"processes that do not die: {report.pid}")


def test_a_stranger_with_the_same_pid_is_never_signalled(world):
    world.server()
    world.kill_supervisor()
    stranger = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import signal; signal.pause()"])
    try:
        real = world.row().child
        with world.state.write() as connection:  # as if the pid had been given to somebody else since
            connection.execute("UPDATE services SET child_pid = ?, supervisor_pid = ?", (stranger.pid, stranger.pid))
        world.stop()
        assert not processes.alive(real), "the service itself was found by its tag"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_all_services_of_a_repository_end_together(world):
    stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\nwhile True: signal.pause()"
    for name in ("one", "two", "three"):
        world.python(
            stubborn, name=name, readiness=Readiness(log_pattern="up", alive_s=None), policy=Policy(grace_s=1.0)
        )
    began = time.monotonic()
    done = stopping.stop_all(**world.parts, repo_id="repo_one", repo="one")
    assert time.monotonic() - began < 2.5, "not one after the other"
    assert [one.report.status for one in done] == ["stopped"] * 3
    assert stopping.stop_all(**world.parts, repo_id="repo_one", repo="one") == []


def test_a_supervisor_that_hangs_is_killed_and_its_service_ended(world, monkeypatch):
    world.server()
    row = world.row()
    send = processes.send

    def deaf(one, number):
        return True if one == row.supervisor and number != signal.SIGKILL else send(one, number)

    monkeypatch.setattr(stopping.processes, "send", deaf)
    monkeypatch.setattr(stopping, "_PATIENCE_S", 0.2)
    assert world.stop().report.status == "stopped"
    assert not processes.alive(row.supervisor)
    assert not leftovers(row)


def test_the_stop_is_in_the_event_log(world):
    world.server()
    world.stop()
    told = [(event.operation, event.actor, event.outcome) for event in world.events.list()]
    assert ("service.stopped", "supervisor", "ok") in told
    assert told[-1] == ("ecosystem.stop", "tester", "ok")
