"""Twenty processes want the same things and are killed at random: nothing is granted twice, nothing is lost, all get theirs."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Owner
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.state import State
from tests.engine.leases.contender import CAPACITY, WISHES

CONTENDER = Path(__file__).with_name("contender.py")
ROOT = CONTENDER.parent.parent.parent.parent


class Crowd:
    """Contenders that are replaced when they are killed."""

    def __init__(self, folder, count):
        self.folder, self.chance = folder, random.Random(7)
        self.started, self.killed = 0, {}
        self.running = [self.start() for _ in range(count)]

    def start(self):
        self.started += 1
        name = f"run_{self.started}"
        words = [CONTENDER, self.folder / "phoenix.db", self.folder / "ledger", name, self.started]
        return name, subprocess.Popen([sys.executable, *map(str, words)], env={**os.environ, "PYTHONPATH": str(ROOT)})

    def kill_one(self, last=""):
        """Kill any of them; half of the time the one that wrote the last line, because it may still hold something."""
        names = [name for name, _ in self.running]
        at = names.index(last) if last in names and self.chance.random() < 0.5 else self.chance.randrange(len(names))
        self.kill(*self.running[at])
        self.running[at] = self.start()

    def kill(self, name, one):
        assert one.poll() is None, "none ends by itself"
        self.killed[name] = time.monotonic()  # it lived until now at least
        one.send_signal(signal.SIGKILL)
        one.wait()

    def kill_all(self):
        for name, one in self.running:
            self.kill(name, one)

    def lines(self):
        path = self.folder / "ledger"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def crowd(tmp_path):
    State(tmp_path / "phoenix.db").connection.close()  # made once, so that twenty do not wait for it
    made = Crowd(tmp_path, 20)
    yield made
    for _, one in made.running:
        if one.poll() is None:
            one.kill()
            one.wait()


def grants_of(crowd):
    """Return (began, ended, kind, waited, holder) of every grant; who was killed held it until then at least."""
    lines = crowd.lines()
    ended = {line["holder"]: line["ended"] for line in lines if "ended" in line}
    return [
        (
            line["began"],
            ended.get(line["holder"]) or crowd.killed[line["holder"].partition("/")[0]],
            line["kind"],
            line["waited"],
            line["holder"],
        )
        for line in lines
        if "began" in line
    ]


def assert_never_twice(grants):
    """Go through all beginnings and ends in order of time and count what is out."""
    moments = sorted([(one[1], 0, one) for one in grants] + [(one[0], 1, one) for one in grants])
    used, readers = dict.fromkeys(CAPACITY, 0), dict.fromkeys(CAPACITY, 0)
    for _, begins, one in moments:
        for name, amount, shared in WISHES[one[2]]:
            (readers if shared else used)[name] += (1 if shared else amount) * (1 if begins else -1)
            assert used[name] <= CAPACITY[name] and not (used[name] and readers[name]), (name, one)


@pytest.mark.slow
def test_a_thousand_grants_among_twenty_who_are_killed(crowd):
    deadline = time.monotonic() + 100
    while len(lines := crowd.lines()) < 2_200 or len(crowd.killed) < 25:
        assert time.monotonic() < deadline, (len(lines), len(crowd.killed))
        time.sleep(0.3)  # the rate of deaths: nothing is waited for here
        crowd.kill_one(lines[-1]["holder"].partition("/")[0] if lines else "")
    crowd.kill_all()
    grants = grants_of(crowd)
    assert len(grants) >= 1_000
    assert_never_twice(grants)
    assert max(waited for _, _, _, waited, _ in grants) < 20
    assert {kind for _, _, kind, _, _ in grants} == set(WISHES)
    ended = {line["holder"] for line in crowd.lines() if "ended" in line}
    assert any(holder not in ended for *_, holder in grants), "some died with something in their hands"
    assert_nothing_is_left(crowd)


def assert_nothing_is_left(crowd):
    state = State(crowd.folder / "phoenix.db")
    leases = Leases(state, SystemClock())
    assert leases.waiting() == []
    assert leases.acquire("run_0/s/1", WISHES["all"], CAPACITY, Owner("run_0")) is None
    leases.release("run_0/s/1")
    state.close()
