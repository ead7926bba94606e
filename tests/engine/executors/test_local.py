"""Commands and calls are one executor to the driver."""

from __future__ import annotations

import os

import pytest

from phoenix_cli.engine.executors.calls.executor import CallExecutor
from phoenix_cli.engine.executors.fake import NEVER, FakeExecutor
from phoenix_cli.engine.executors.interface import Job, JobKey
from phoenix_cli.engine.executors.local import LocalExecutor
from phoenix_cli.engine.model import Call, Chain, Run
from phoenix_cli.kernel.clock import SystemClock
from tests.engine.executors.conformance import Reports

CALL, COMMAND, CHAIN = JobKey("r", "call", 1), JobKey("r", "command", 1), JobKey("r", "chain", 1)


class Both:
    """A local executor whose commands are faked, so that what they are asked can be seen."""

    def __init__(self) -> None:
        self.commands = FakeExecutor({"command": NEVER}, slots=3)
        self.calls = CallExecutor(2, SystemClock(), dict(os.environ))
        self.local = LocalExecutor(self.commands, lambda: self.calls)
        self.reports = Reports()
        self.local.open(self.reports)


@pytest.fixture
def both():
    made = Both()
    yield made
    made.local.close(kill=True)


def test_each_kind_of_work_goes_to_who_performs_it(both, tmp_path):
    both.local.submit(Job(CALL, Call("builtins:dict"), str(tmp_path)))
    both.local.submit(Job(CHAIN, Chain((Run(("a",)), Run(("b",)))), str(tmp_path)))
    both.local.submit(Job(COMMAND, Run(("a",)), str(tmp_path)))
    assert {both.reports.end_of(key).error for key in (CALL, CHAIN)} == {""}
    assert [job.key for job in both.commands.submits] == [CHAIN, COMMAND]


def test_a_cancel_goes_to_who_has_the_job(both, tmp_path):
    (tmp_path / "mine.py").write_text("import time\n\ndef f():\n    time.sleep(1000)\n")
    both.local.submit(Job(CALL, Call("mine:f"), str(tmp_path), killable=True))
    both.local.submit(Job(COMMAND, Run(("a",)), str(tmp_path)))
    both.local.cancel(CALL, 0.0)
    assert both.reports.end_of(CALL).error == "failed"
    assert both.commands.cancels == []
    both.local.cancel(COMMAND, 1.0)
    assert both.reports.end_of(COMMAND).error == "failed"
    assert both.commands.cancels == [(COMMAND, 1.0)]


def test_it_can_do_what_either_can(both):
    can = both.local.capabilities()
    assert (can.slots, can.survives) == (3, True)
    assert {Run, Chain, Call} <= set(can.kinds)


def test_commands_are_adopted_and_calls_are_not(both, tmp_path):
    both.local.submit(Job(COMMAND, Run(("a",)), str(tmp_path)))
    assert both.local.adopt((COMMAND, CALL), 2) == {COMMAND}


def test_both_are_closed(both, tmp_path):
    both.local.submit(Job(COMMAND, Run(("a",)), str(tmp_path)))
    both.local.close(kill=True)
    assert both.commands.closes == [True]
    assert both.reports.end_of(COMMAND).error == "failed"
