"""Kill -9 at any point: the next command shows the truth, there is never a second copy, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from phoenix_cli.ecosystem.services import looking, starting, summon
from phoenix_cli.ecosystem.services.model import places
from phoenix_cli.ecosystem.services.reconcile import leftovers
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import Failed, PhoenixError
from phoenix_cli.kernel.locks import FileLock
from tests.ecosystem.services.conftest import eventually

ROOT = Path(__file__).parents[3]

#: Kills its own process at the n-th call of anything from within our package, but only so many of them in all; one
#: that comes to its end notes the number of its calls.
DIE = """
import os, signal, sys
sys.path.append({root!r})
calls = 0
def count(frame, event, argument):
    global calls
    if event in ("call", "c_call") and "phoenix_cli" in frame.f_code.co_filename:
        calls += 1
        if calls == {at} and may_die():
            os.kill(os.getpid(), signal.SIGKILL)
def may_die():
    for death in range({deaths}):
        try:
            os.close(os.open({note!r} + f".{at}.{{death}}", os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            pass
    return False
"""
SUPERVISOR = (
    DIE
    + """
sys.setprofile(count)
from phoenix_cli.ecosystem.services.supervisor import main
code = main(sys.argv[2:])
sys.setprofile(None)
open({note!r}, "w").write(str(calls))
sys.exit(code)
"""
)
COMMAND = (
    DIE
    + """
from pathlib import Path
from tests.ecosystem.services.conftest import *
home = Home(Path({home!r}))
state, clock = State(home.database), SystemClock()
world = World(home, state, Events(state, clock, "tester"), clock, Path({folder!r}))
sys.setprofile(count)
world.server(wait_s=0)
sys.setprofile(None)
open({note!r}, "w").write(str(calls))
"""
)


def status(world):
    """Return what ``status`` tells of the one service: what a person sees next."""
    return looking.status(**world.parts, repos={"repo_one": "one"})[0]


def check_truth(world):
    """Hold what is told against what lives, then stop it and see that nothing is left."""
    told = status(world)
    eventually(lambda: status(world).status in ("running", "failed", "stopped"), f"{told} settles")
    told, row = status(world), world.row()
    live = {one.pid for one in leftovers(row)}
    if told.status == "running":
        assert live == {told.pid}, "one copy, and the one that is told"
        assert not FileLock(places(world.home, row.id).lock).is_free(), "somebody watches it"
    else:
        assert not live
    world.stop()
    assert not leftovers(world.row())
    assert status(world).status == "stopped" or told.status == "failed"


def points(total, many):
    """Return call numbers spread over a run, closer together at its beginning."""
    return sorted({max(1, int(total * (step / many) ** 2)) for step in range(1, many + 1)})


def test_the_supervisor_and_its_successor_are_killed_at_any_of_15_points(world, tmp_path, monkeypatch):
    note = tmp_path / "calls"

    def supervised(at):
        text = SUPERVISOR.format(root=str(ROOT), at=at, deaths=2, note=str(note))
        monkeypatch.setattr(summon, "_CODE", text)
        try:
            world.server()
        except PhoenixError:
            pass  # it died before it was up: that is said

    supervised(0)
    world.stop()
    eventually(lambda: note.exists() and note.read_text(), "the count is written")
    total = int(note.read_text())
    for at in points(total, 15):
        supervised(at)
        check_truth(world)


def test_the_command_is_killed_at_any_of_15_points(world, tmp_path):
    note = tmp_path / "calls"

    def command(at):
        words = {"root": ROOT, "at": at, "deaths": 1, "note": note, "home": world.home.root, "folder": world.folder}
        text = COMMAND.format(**{name: word if name in ("at", "deaths") else str(word) for name, word in words.items()})
        done = subprocess.run([sys.executable, "-c", text], stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == (-signal.SIGKILL if at else 0)

    command(0)
    world.stop()
    total = int(note.read_text())
    for at in points(int(total * 0.95), 15):
        command(at)
        check_truth(world)


def test_a_service_lives_on_and_gets_a_fresh_supervisor(world):
    before = world.server()
    first = world.row().supervisor
    world.kill_supervisor()
    assert status(world).status == "running"
    eventually(lambda: world.row().supervisor not in (None, first), "a fresh supervisor")
    after = status(world)
    assert (after.pid, after.port, after.status) == (before.pid, before.port, "running")
    assert after.reason == "adopted: its supervisor was killed"
    assert [event.operation for event in world.events.list()][-1] == "service.adopted"


def test_output_is_kept_over_the_change_of_supervisors(world):
    code = """
import os, signal, sys
signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"more" + b"." * 9_996))
os.write(1, b"up\\n")
while True: signal.pause()
"""
    world.python(code)
    eventually(lambda: world.log() == b"up\n")
    world.kill_supervisor()
    for _ in range(5):
        processes.send(world.row().child, signal.SIGUSR1)
        eventually(lambda: pending(world.row().child.pid) == 0, "the signal is taken")
    status(world)
    eventually(lambda: len(world.log()) == 3 + 5 * 10_000, "what was written meanwhile is in the log")


def pending(pid):
    with open(f"/proc/{pid}/status") as file:
        masks = dict(line.split(":\t") for line in file if ":\t" in line)
    return int(masks["ShdPnd"], 16) & 1 << (signal.SIGUSR1 - 1)


def test_an_adopted_service_that_ends_is_started_again_as_before(world):
    before = world.server()
    world.kill_supervisor()
    status(world)
    eventually(lambda: "adopted" in world.row().reason, "adopted")
    processes.send(world.row().child, signal.SIGKILL)
    eventually(lambda: world.row().status == "running" and world.row().child.pid != before.pid, "it is back")
    after = status(world)
    assert after.pid != before.pid
    assert after.port == before.port, "its environment was read back from the process"
    crashed = [event.after for event in world.events.list() if event.operation == "service.crashed"]
    assert crashed[0]["reason"].startswith("ended, exit code unknown; starts again in")


def test_an_adopted_service_is_stopped_like_any_other(world):
    world.server()
    world.kill_supervisor()
    status(world)
    eventually(lambda: "adopted" in world.row().reason, "adopted")
    done = world.stop()
    assert done.report.status == "stopped"
    assert not leftovers(world.row())


def test_what_ended_with_its_supervisor_is_said(world):
    report = world.server()
    child = world.row().child
    world.kill_supervisor()
    processes.send(child, signal.SIGKILL)
    eventually(lambda: processes.identify(report.pid) is None)
    told = status(world)
    assert (told.status, told.exit_code) == ("failed", None)
    assert told.reason == "its supervisor was killed, and it ended with it; exit code unknown"


def test_a_service_of_another_boot_is_stopped(world):
    world.server()
    world.stop()
    with world.state.write() as connection:
        connection.execute(
            "UPDATE services SET status = 'running', boot_id = 'before', supervisor_pid = 1, supervisor_started = '1'"
        )
    assert (status(world).status, status(world).reason) == ("stopped", "the machine was restarted")


def test_start_finds_the_copy_that_nobody_watches(world):
    before = world.server()
    world.kill_supervisor()
    after = world.server()
    assert after.pid == before.pid


def test_a_service_ends_when_its_state_folder_is_deleted(world, tmp_path):
    """Or else it would be watched for ever by a supervisor that nobody can find."""
    world.server()
    row = world.row()
    world.home.locks.rename(tmp_path / "elsewhere")
    eventually(lambda: not processes.alive(row.child) and not processes.alive(row.supervisor), "both end")


def test_a_supervisor_that_cannot_start_is_said(world, monkeypatch):
    monkeypatch.setattr(summon, "_CODE", "raise SystemExit('no memory')")
    with pytest.raises(PhoenixError) as caught:
        world.server()
    assert (caught.value.code, caught.value.cause) == ("service.no_supervisor", "no memory")
    assert status(world).status == "failed"


def test_a_start_that_was_interrupted_before_its_supervisor_lived_is_said(world, monkeypatch):
    monkeypatch.setattr(starting, "summon", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        world.server()
    assert (status(world).status, status(world).reason) == ("failed", "its start was interrupted")


def test_waiting_tells_of_a_death_that_happens_meanwhile(world):
    code = textwrap.dedent("""
        import os, signal
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(3)
    """)
    with pytest.raises(Failed) as caught:
        world.python(code)
    assert "supervisor was killed" in caught.value.cause


def test_no_variable_of_the_environment_is_stored(world):
    world.start(*("sh", "-c", "sleep 60"), environment={"PATH": os.environ["PATH"], "API_TOKEN": "hunter2"})
    stored = b"".join(path.read_bytes() for path in world.home.root.rglob("*") if path.is_file())
    assert b"hunter2" not in stored
    with open(f"/proc/{world.row().supervisor.pid}/cmdline", "rb") as file:
        assert b"hunter2" not in file.read()
