"""A run with processes of its own is one job to a terminal: ^C, ^Z, what is typed, and its end."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from phoenix_cli.kernel import process_table
from tests.cli.fostering import WITHIN_S, eventually, notes, of_home, three
from tests.cli.test_flow_foster import GATE

#: A shell with one job in the foreground: it says how the job stopped or ended, and continues it when it is told to.
SHELL = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if not job:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[2], sys.argv[2:])
say = open(sys.argv[1], "a", buffering=1)
print(job, file=say)
while True:
    status = os.waitpid(job, os.WUNTRACED)[1]
    if not os.WIFSTOPPED(status):
        break
    print("stopped", file=say)
    os.tcsetpgrp(0, os.getpgrp())
    sys.stdin.readline()
    os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
print("ended", os.waitstatus_to_exitcode(status), file=say)
"""


class Shell:
    """A terminal with a shell that has one job in it."""

    def __init__(self, phoenix, *words: str) -> None:
        self.keyboard, terminal = pty.openpty()
        self.told = phoenix.cwd / "told"
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0){SHELL}",
             str(self.told), *phoenix.command(*words)],
            stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True, cwd=phoenix.cwd, env=phoenix.environ,
        )  # fmt: skip
        os.close(terminal)
        os.set_blocking(self.keyboard, False)
        self.screen = b""

    def said(self) -> list[str]:
        """Return what the shell has said; see meanwhile that the terminal does not fill up."""
        try:
            while part := os.read(self.keyboard, 65_536):
                self.screen += part
        except OSError:
            pass
        return self.told.read_text().splitlines() if self.told.exists() else []

    def job(self) -> int:
        """Return the pid of the job."""
        return int(eventually(self.said)[0])

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.keyboard, text.encode())

    def await_end(self) -> int:
        """Return the exit status of the job."""
        eventually(lambda: any(line.startswith("ended") for line in self.said()))
        assert self.process.wait(WITHIN_S) == 0
        return int(self.said()[-1].split()[1])


@pytest.fixture
def shell(phoenix):
    shells = []

    def start(*words, **step):
        step = {"run": GATE, "effect": "pure", **step}
        if not (phoenix.cwd / "flow.yaml").exists():
            (phoenix.cwd / "flow.yaml").write_text(json.dumps({"name": "f", "steps": {"a": step}}))
        shells.append(Shell(phoenix, *(words or ("flow", "run", "flow.yaml"))))
        return shells[-1]

    yield start
    for one in shells:
        if one.keyboard >= 0:
            os.close(one.keyboard)
        one.process.wait(WITHIN_S)


def test_an_interrupt_from_the_keyboard_leaves_the_run_once(phoenix, shell):
    one = shell(run=f"trap 'echo asked >> notes; exit 0' TERM; {GATE}")
    eventually((phoenix.cwd / "begun").exists)
    one.type("\x03")
    assert one.await_end() == 130
    assert notes(phoenix.cwd) == {"asked": 1}  # it had the time to leave: the second process did not ask a second time
    assert b"is interrupted" in one.screen
    eventually(lambda: not of_home(phoenix.home))


def test_a_second_interrupt_waits_for_nothing(phoenix, shell):
    one = shell(run=f"trap 'echo asked >> notes' TERM; while :; do {GATE}; done")
    eventually((phoenix.cwd / "begun").exists)
    one.type("\x03")
    eventually(lambda: notes(phoenix.cwd))
    one.type("\x03")
    assert one.await_end() == 130
    eventually(lambda: not of_home(phoenix.home))


def test_a_run_is_stopped_and_continued_as_one_job(phoenix, shell):
    one = shell()
    eventually((phoenix.cwd / "begun").exists)
    them = three(one.job())
    one.type("\x1a")
    eventually(lambda: "stopped" in one.said())
    eventually(lambda: _state(them.coordinator) == "T")
    one.type("\n")
    eventually(lambda: _state(them.coordinator) != "T")
    (phoenix.cwd / "go").touch()
    assert one.await_end() == 0
    assert notes(phoenix.cwd) == {"done": 1}


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(") ")[2][0]


def test_a_question_is_asked_and_answered_at_the_terminal(phoenix, shell):
    one = shell(effect="once")
    eventually((phoenix.cwd / "begun").exists)
    three(one.job()).kill("PH")
    assert one.await_end() == -signal.SIGKILL
    following = shell("flow", "resume", "--progress", "none")
    eventually(lambda: following.said() and b"[d]one" in following.screen)
    following.type("d\n")
    assert following.await_end() == 0
    assert b"succeeded" in following.screen
    assert notes(phoenix.cwd) == {}


def test_a_terminal_that_is_closed_leaves_the_run(phoenix, shell):
    one = shell()
    eventually((phoenix.cwd / "begun").exists)
    os.close(one.keyboard)
    one.keyboard = -1
    eventually(lambda: not of_home(phoenix.home))
    (phoenix.cwd / "go").touch()
    assert phoenix("flow", "resume").code == 0
    assert notes(phoenix.cwd) == {"done": 1}


def test_a_host_is_out_of_reach_of_the_terminal(phoenix, shell):
    one = shell()
    eventually((phoenix.cwd / "begun").exists)
    them = three(one.job())
    table = process_table.table()
    assert table[them.host].session == them.host
    assert table[them.coordinator].group == table[them.parent].group == them.parent
    (phoenix.cwd / "go").touch()
    assert one.await_end() == 0
