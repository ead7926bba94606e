"""The keeper: a command's status comes back, and all of it ends when phoenix does."""

import os
import signal
import subprocess
import sys
import time

import pytest

from phoenix_cli.kernel import keeper, processes
from phoenix_cli.kernel.clock import SystemClock

#: Leaves session and parents, and keeps the environment so that the test can find it.
ESCAPE = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
print("out", flush=True)
while True: signal.pause()
"""


class Kept:
    """A keeper as phoenix starts it."""

    def __init__(self, *argv, limits="", tag=""):
        control, self.control = os.pipe()
        self.status, status = os.pipe()
        words = [sys.executable, "-I", "-S", keeper.__file__, str(control), str(status), limits, "--", *argv]
        self.process = subprocess.Popen(
            words, pass_fds=(control, status), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, processes.TREE_VARIABLE: tag},
        )  # fmt: skip
        os.close(control)
        os.close(status)

    def end(self):
        """Go away, as a killed phoenix does."""
        if self.control >= 0:
            os.close(self.control)
            self.control = -1

    def result(self):
        """Return the wait status that was reported, "" for none."""
        with os.fdopen(self.status, "rb") as file:
            return file.read().decode().strip()


@pytest.fixture
def keep():
    kept = []

    def start(*argv, **options):
        kept.append(Kept(*argv, **options))
        return kept[-1]

    yield start
    for one in kept:
        one.end()
        one.process.wait(timeout=20)
        one.process.stdout.close()


def python(code):
    return (sys.executable, "-I", "-S", "-c", code)


@pytest.mark.parametrize(
    ("code", "expected"), [("pass", 0), ("import sys; sys.exit(3)", 3), ("import os; os.kill(os.getpid(), 11)", -11)]
)
def test_the_status_is_exact(keep, code, expected):
    kept = keep(*python(code))
    assert os.waitstatus_to_exitcode(int(kept.result())) == expected
    assert kept.process.wait(timeout=20) == 0


def test_output_is_the_commands_own(keep):
    kept = keep("sh", "-c", "echo out; echo err >&2")
    assert kept.process.stdout.read() == b"out\nerr\n"


@pytest.mark.parametrize(("words", "status"), [(("no-such-program",), 127), (("/",), 126)])
def test_what_cannot_be_run_is_said(keep, words, status):
    kept = keep(*words)
    assert os.waitstatus_to_exitcode(int(kept.result())) == status
    assert kept.process.stdout.read().decode().startswith(f"{words[0]}: ")


def test_everything_ends_when_phoenix_is_gone(keep):
    tag = f"keeper_{os.getpid()}_{time.monotonic_ns()}"
    kept = keep(*python(ESCAPE), tag=tag)
    assert kept.process.stdout.readline() == b"out\n"
    assert kept.process.stdout.readline() == b"out\n"
    assert len(processes.tagged(tag)) == 3, "the keeper, the command and who left it"
    began = time.monotonic()
    kept.end()
    assert kept.process.wait(timeout=20) == 1
    assert time.monotonic() - began < 5
    assert processes.tagged(tag) == set()
    assert kept.result() == ""


def test_the_command_ends_when_the_keeper_is_killed(keep):
    tag = f"keeper_{os.getpid()}_{time.monotonic_ns()}"
    kept = keep(*python("import signal\nprint('up', flush=True)\nsignal.pause()"), tag=tag)
    assert kept.process.stdout.readline() == b"up\n"
    kept.process.kill()
    kept.process.wait()
    deadline = time.monotonic() + 10
    while processes.tagged(tag):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_the_command_left_running_by_itself_stays(keep):
    tag = f"keeper_{os.getpid()}_{time.monotonic_ns()}"
    kept = keep("sh", "-c", "sleep 60 >/dev/null 2>&1 & exit 0", tag=tag)
    assert kept.result() == "0"
    kept.process.wait(timeout=20)
    assert len(processes.tagged(tag)) == 1
    processes.end(lambda: processes.tagged(tag), SystemClock(), grace_s=0.0)


def test_terminal_signals_are_left_to_phoenix(keep):
    kept = keep(*python("import signal\nprint('up', flush=True)\nsignal.pause()"))
    assert kept.process.stdout.readline() == b"up\n"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        kept.process.send_signal(number)
    assert kept.process.poll() is None


@pytest.mark.parametrize(
    ("limits", "shown"),
    [
        ("NOFILE=100", "100 100"),
        ("NOFILE=50:100", "50 100"),
        ("CORE=0,NOFILE=64", "64 64"),
        ("NOFILE=99999999999", None),
    ],
)
def test_limits_hold_for_the_command(keep, limits, shown):
    import resource

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    kept = keep("sh", "-c", "echo $(ulimit -Sn) $(ulimit -Hn)", limits=limits)
    assert kept.process.stdout.read().decode().strip() == (shown or f"{most} {most}")


def test_signals_that_python_ignores_are_as_usual_for_the_command(keep):
    kept = keep("sh", "-c", "grep SigIgn /proc/self/status")
    # GNU make starts recipes with the C library's own signals, 32 and 33, ignored; nobody else can set those.
    assert int(kept.process.stdout.read().split()[1], 16) & 0x7FFFFFFF == 0
