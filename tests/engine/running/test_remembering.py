"""Between the coordinator and the cache: whatever the cache does, the run goes on, and the log says why nothing was kept."""

from __future__ import annotations

import pytest

from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey
from phoenix_cli.engine.instructions import Start, Work
from phoenix_cli.engine.model import Run, Step
from phoenix_cli.engine.running.inbox import Inbox
from phoenix_cli.engine.running.remembering import Remembering
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.errors import NotFound

KEY = JobKey("run_1", "make", 1)
WORK = Work(Run(("true",)), ".", {})
START = Start("make", 1, Step("make", WORK.action), WORK, False)


class Broken:
    """Results of which one method raises, or says why it keeps nothing."""

    def __init__(self, method="", error=None, hit=None, reason=""):
        self.method, self.error, self.hit, self.reason = method, error, hit, reason

    def _may(self, method):
        if method == self.method:
            raise self.error

    def key_of(self, step, work, dir, environ):
        self._may("key_of")
        return "key"

    def look_up(self, key, dir):
        self._may("look_up")
        return self.hit

    def remember(self, key, outputs, dir, cost_s):
        self._may("remember")
        return self.reason

    def close(self):
        self._may("close")


@pytest.fixture
def begin(tmp_path):
    """Ask some results for a job; return what stands in between, its inbox, and the log."""
    made = []

    def ask(results):
        inbox = Inbox()
        remembering = Remembering(inbox, SystemClock(), {}, lambda: results)
        made.append(remembering)
        remembering.look_up(None, Job(KEY, WORK.action, str(tmp_path), log=tmp_path / "log"), START)
        return remembering, inbox, tmp_path / "log"

    yield ask
    for one in made:
        one.close()


def arrived(inbox):
    """Return the one thing that comes."""
    (found,) = inbox.take(10)
    return found


ERRORS = [
    (NotFound("no tool gcc", cause="it is not on PATH"), "no tool gcc: it is not on PATH"),
    (FileNotFoundError(2, "No such file or directory", "x.c"), "no such file or directory: x.c"),
    (RecursionError("too deep"), "RecursionError: too deep"),
]


@pytest.mark.parametrize("method", ["key_of", "look_up"])
@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_a_cache_that_cannot_be_asked_is_one_without_the_result(begin, method, error, told):
    remembering, inbox, log = begin(Broken(method, error))
    assert arrived(inbox).hit is None
    assert not remembering.was_stopped(KEY)
    assert log.read_text() == f"phoenix: the cache was not asked: {told}\n"
    assert not remembering.keeps(None, JobEnded(KEY, ""))


@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_what_cannot_be_kept_has_ended_well_all_the_same(begin, error, told):
    remembering, inbox, log = begin(Broken("remember", error))
    assert arrived(inbox).hit is None
    report = JobEnded(KEY, "", 0, "", {"v": 1})
    assert remembering.keeps(None, report)
    assert arrived(inbox) is report
    assert not remembering.keeps(None, report)
    assert log.read_text() == f"phoenix: the result was not kept: {told}\n"


def test_why_a_result_is_not_kept_stands_at_the_end_of_the_log(begin):
    remembering, inbox, log = begin(Broken(reason="out.txt was declared and not written"))
    arrived(inbox)
    log.write_text("what the step said\n")
    remembering.keeps(None, JobEnded(KEY, ""))
    arrived(inbox)
    assert log.read_text() == (
        "what the step said\nphoenix: the result was not kept: out.txt was declared and not written\n"
    )


def test_nothing_is_kept_of_a_hit_or_a_failure(begin):
    remembering, inbox, _ = begin(Broken(hit={"v": 1}))
    assert arrived(inbox).hit == {"v": 1}
    assert not remembering.keeps(None, JobEnded(KEY, ""))
    remembering, inbox, log = begin(Broken())
    arrived(inbox)
    assert not remembering.keeps(None, JobEnded(KEY, "failed", 1))
    assert not remembering.keeps(None, JobEnded(KEY, ""))
    assert not log.exists()


def test_a_step_that_is_stopped_while_it_is_looked_up(begin):
    remembering, inbox, _ = begin(Broken())
    assert remembering.forget(KEY)
    arrived(inbox)
    assert remembering.forget(KEY)  # the answer has arrived and is not dealt with yet: still in time
    assert remembering.was_stopped(KEY)
    assert not remembering.forget(KEY)
    assert not remembering.was_stopped(KEY)
    assert not remembering.keeps(None, JobEnded(KEY, ""))
