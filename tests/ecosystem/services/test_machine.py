"""What a supervisor decides, without a clock, a process or a file."""

import signal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from phoenix_cli.ecosystem.services import machine as m
from phoenix_cli.ecosystem.services.backoff import JITTER, delay, gives_up
from phoenix_cli.ecosystem.services.model import STATUSES, Policy
from phoenix_cli.kernel.processes import Identity

POLICY = Policy()
ONE, TWO = (Identity(pid, "1", "boot") for pid in (1, 2))


def run(*events, policy=POLICY):
    """Return the machine after some events and the instructions of the last one."""
    machine, instructions = m.Machine(policy), []
    for event in events:
        machine, instructions = m.step(machine, event)
    return machine, instructions


def record(instructions):
    return next(one for one in instructions if isinstance(one, m.Record))


UP = (m.Begin(0), m.Ready(1, "tcp"))


def test_a_start_spawns_and_readiness_makes_it_running():
    machine, instructions = run(m.Begin(0))
    assert instructions[-1] == m.Spawn()
    machine, instructions = run(*UP)
    assert (machine.phase, instructions) == ("running", [m.Record("running", "running", ready_by="tcp")])


def test_what_cannot_be_executed_fails_without_another_try():
    machine, instructions = run(m.Begin(0), m.NotSpawned(0, "x: no such file"))
    assert machine.phase == "ended"
    assert instructions == [m.Record("failed", "failed", "x: no such file"), m.Finish()]


def test_a_crash_waits_and_starts_again():
    machine, instructions = run(*UP, m.Exited(2, 1, left=False, jitter=0.0))
    assert (machine.phase, machine.wake_at) == ("waiting", 2.25)
    assert record(instructions).reason == "exited 1; starts again in 0.2 s"
    assert m.step(machine, m.Tick(2.2))[1] == []
    assert m.step(machine, m.Tick(2.25))[1][-1] == m.Spawn()


def test_a_crash_that_leaves_something_behind_is_cleared_first():
    machine, instructions = run(*UP, m.Exited(2, 1, left=True))
    assert (machine.phase, record(instructions).reason) == ("clearing", "exited 1; ending what it left")
    machine, instructions = m.step(machine, m.Looked(2, frozenset({ONE})))
    assert instructions == [m.Signal(signal.SIGTERM, frozenset({ONE}))]
    machine, instructions = m.step(machine, m.Looked(3, frozenset()))
    assert machine.phase == "waiting"


def test_stop_asks_then_kills_then_gives_up():
    machine, instructions = run(*UP, m.Stop(10))
    assert (machine.phase, record(instructions).status) == ("stopping", "stopping")
    both = frozenset({ONE, TWO})
    machine, instructions = m.step(machine, m.Looked(10, frozenset({ONE})))
    assert instructions == [m.Signal(signal.SIGTERM, frozenset({ONE}))]
    machine, instructions = m.step(machine, m.Looked(11, both))
    assert instructions == [], "what came after may be somebody's cleaning up"
    machine, instructions = m.step(machine, m.Looked(12.5, both))
    assert instructions == [m.Signal(signal.SIGTERM, frozenset({TWO}))]
    assert m.step(machine, m.Looked(14.9, both))[1] == []
    assert m.step(machine, m.Looked(15, both))[1] == [m.Signal(signal.SIGKILL, both)]
    machine, instructions = m.step(machine, m.Looked(18, both))
    assert instructions == [m.Record("failed", "failed", "processes that do not die: 1, 2"), m.Finish()]


def test_a_stop_keeps_the_exit_code():
    machine, instructions = run(*UP, m.Stop(10), m.Exited(11, -15, left=False), m.Looked(11, frozenset()))
    assert (machine.exit_code, record(instructions)) == (-15, m.Record("stopped", "stopped", "killed by SIGTERM"))


def test_a_stop_while_it_waits_ends_at_once():
    _, instructions = run(*UP, m.Exited(2, 1, left=False), m.Stop(2.1))
    assert instructions == [m.Record("stopped", "stopped"), m.Finish()]


def test_a_crash_loop_ends_with_the_last_reason():
    machine, at = m.step(m.Machine(POLICY), m.Begin(0.0))[0], 0.0
    for _ in range(POLICY.most_starts - 1):
        machine, _ = m.step(machine, m.Exited(at, 3, left=False))
        at = machine.wake_at
        machine, _ = m.step(machine, m.Tick(at))
    machine, instructions = m.step(machine, m.Exited(at, 3, left=False))
    assert record(instructions) == m.Record("failed", "failed", "crashed 5 times within 60 s; last: exited 3")


def test_slow_crashes_go_on_with_ever_longer_pauses_up_to_the_cap():
    machine, at, pauses = m.step(m.Machine(POLICY), m.Begin(0.0))[0], 0.0, []
    for _ in range(12):
        at += 20
        machine, _ = m.step(machine, m.Exited(at, 3, left=False))
        pauses.append(machine.wake_at - at)
        at = machine.wake_at
        machine, _ = m.step(machine, m.Tick(at))
    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]


def test_a_service_that_was_steady_begins_with_the_shortest_pause():
    machine, _ = run(*UP, m.Exited(2, 1, left=False), m.Tick(3), m.Ready(4, "tcp"), m.Exited(64, 1, left=False))
    assert machine.failures == 1


@pytest.mark.parametrize("code", [126, 127])
def test_a_command_that_a_shell_cannot_run_is_not_tried_again(code):
    machine, _ = run(m.Begin(0), m.Exited(0.1, code, left=False))
    assert machine.phase == "ended"
    assert run(*UP, m.Exited(9, code, left=False))[0].phase == "waiting", "it did run"


@pytest.mark.parametrize(
    ("restart", "code", "phase"),
    [("never", 1, "ended"), ("on-failure", 1, "waiting"), ("on-failure", None, "waiting"), ("on-failure", 0, "ended"),
     ("always", 0, "waiting")],
)  # fmt: skip
def test_the_policy_decides_about_another_start(restart, code, phase):
    assert run(*UP, m.Exited(5, code, left=False), policy=Policy(restart=restart))[0].phase == phase


def test_going_into_the_background_is_no_end():
    machine, instructions = run(*UP, m.Exited(2, 0, left=True))
    assert (machine.phase, instructions) == ("running", [])


def test_an_adopted_service_is_what_it_was():
    machine, instructions = run(m.Adopt(0, ready=True))
    assert (machine.phase, instructions[0].status) == ("running", "running")
    assert run(m.Adopt(0, ready=False))[0].phase == "starting"
    _, instructions = run(m.Adopt(0, ready=True), m.Exited(1, None, left=False))
    assert record(instructions).reason.startswith("ended, exit code unknown; starts again in")


def test_pauses_double_and_vary_by_a_quarter():
    assert [delay(POLICY, failures, 0.0) for failures in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert delay(POLICY, 1, 1.0) == 0.25 * (1 + JITTER)
    assert delay(POLICY, 10_000, 0.0) == POLICY.longest_delay_s


def test_only_recent_starts_count():
    assert gives_up(POLICY, [0, 1, 2, 3, 4], 59)
    assert not gives_up(POLICY, [0, 1, 2, 3, 4], 60)


class Supervised(RuleBasedStateMachine):
    """A service, its processes and the time, driven at random: the machine must keep its promises."""

    def __init__(self):
        super().__init__()
        self.machine = m.Machine(Policy(grace_s=2, kill_s=1))
        self.now = 0.0
        self.alive: set[Identity] = set()
        self.main: Identity | None = None
        self.pids = 100
        self.finished = False
        self.stop_asked = False
        self.last = None
        self.starts: list[float] = []
        self.carry_out(m.Begin(self.now))

    def carry_out(self, event):
        self.machine, instructions = m.step(self.machine, event)
        for one in instructions:
            assert not self.finished, "nothing comes after the end"
            match one:
                case m.Spawn():
                    assert not self.alive, "never two copies"
                    assert not self.stop_asked, "no start after a stop"
                    self.starts.append(self.now)
                    self.main = self.fork()
                case m.Signal(number, targets):
                    assert targets <= self.alive, "only what was seen is signalled"
                    if number == signal.SIGKILL:
                        self.alive -= targets
                        self.bury()
                case m.Record(status):
                    self.last = one
                    assert status in STATUSES
                case m.Finish():
                    self.finished = True
                    assert self.last.status in ("stopped", "failed")

    def fork(self):
        self.pids += 1
        born = Identity(self.pids, "1", "boot")
        self.alive.add(born)
        return born

    def bury(self):
        if self.main is not None and self.main not in self.alive:
            self.main = None
            self.carry_out(m.Exited(self.now, -9, left=bool(self.alive)))

    @rule(seconds=st.floats(0.0, 40.0))
    def time_passes(self, seconds):
        self.now += seconds
        self.carry_out(m.Tick(self.now))

    @precondition(lambda self: self.alive)
    @rule()
    def something_forks(self):
        self.fork()

    @precondition(lambda self: self.main is not None)
    @rule(code=st.sampled_from([0, 1, 126, 127, -9, -11, None]), jitter=st.floats(0, 1))
    def the_main_process_ends(self, code, jitter):
        self.alive.discard(self.main)
        self.main = None
        self.carry_out(m.Exited(self.now, code, left=bool(self.alive), jitter=jitter))
        if code == 0 and self.alive and not self.machine.ending:
            self.main = min(self.alive, key=lambda one: one.pid)  # it went into the background

    @precondition(lambda self: len(self.alive) > 1)
    @rule()
    def another_process_ends(self):
        self.alive.discard(max(self.alive - {self.main}, key=lambda one: one.pid))

    @rule(by=st.sampled_from(["http", "tcp", "log", "alive"]))
    def it_is_ready(self, by):
        if self.main is not None:
            self.carry_out(m.Ready(self.now, by))

    @rule()
    def somebody_stops_it(self):
        self.stop_asked = True
        self.carry_out(m.Stop(self.now))

    @precondition(lambda self: self.machine.ending)
    @rule()
    def it_is_looked_for_what_is_left(self):
        self.carry_out(m.Looked(self.now, frozenset(self.alive)))

    @invariant()
    def the_end_is_the_end(self):
        assert self.finished == (self.machine.phase == "ended")

    @invariant()
    def nothing_is_left_at_the_end_unless_it_is_said(self):
        if self.finished and self.alive:
            assert self.last.reason.startswith("processes that do not die")

    @invariant()
    def a_wait_has_an_end(self):
        if self.machine.phase == "waiting":
            assert self.machine.wake_at is not None
            assert self.machine.wake_at <= self.now + 30 * (1 + JITTER)

    @invariant()
    def there_are_never_more_starts_than_allowed(self):
        recent = [start for start in self.starts if self.now - start < 60]
        assert len(recent) <= POLICY.most_starts

    def teardown(self):
        """Whatever happened before: a stop, and time, end it."""
        self.stop_asked = True
        self.carry_out(m.Stop(self.now))
        for _ in range(8):
            if self.machine.ending:
                self.carry_out(m.Looked(self.now, frozenset(self.alive)))
            self.now += 0.5
        assert self.machine.phase == "ended"


TestSupervised = Supervised.TestCase
TestSupervised.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
