"""The fake does what its script says, in an order that is always the same."""

from __future__ import annotations

import pytest

from phoenix_cli.engine.executors.fake import LOST, NEVER, UNAVAILABLE, Ending, FakeExecutor, fail, good
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey, JobOutput, JobStarted
from phoenix_cli.engine.model import Run


def job(step: str, attempt: int = 1, **more: object) -> Job:
    return Job(JobKey("r", step, attempt), Run(("x",)), "/", **more)  # type: ignore[arg-type]


def opened(*words: object, **more: object) -> tuple[FakeExecutor, list]:
    fake, told = FakeExecutor(*words, **more), []  # type: ignore[arg-type]
    fake.open(told.append)
    return fake, told


@pytest.mark.parametrize(
    ("ending", "report"),
    [
        (good(a=1), JobEnded(JobKey("r", "s", 1), "", 0, "", {"a": 1})),
        (fail(3, "no"), JobEnded(JobKey("r", "s", 1), "failed", 3, "no", {})),
        (LOST, JobEnded(JobKey("r", "s", 1), "lost", None, "its worker died", {})),
        (UNAVAILABLE, JobEnded(JobKey("r", "s", 1), "unavailable", None, "out of reach", {})),
    ],
)
def test_a_job_ends_as_scripted(ending, report):
    fake, told = opened({"s": ending})
    fake.submit(job("s"))
    assert told == [JobStarted(report.key, {"fake": 1}), report]
    assert [one.key for one in fake.submits] == [report.key]


def test_an_attempt_may_end_otherwise_than_the_step():
    fake, told = opened({("s", 1): LOST, "s": fail(2)})
    for attempt in (1, 2):
        fake.submit(job("s", attempt))
    fake.submit(job("unscripted"))
    assert [one.error for one in told if isinstance(one, JobEnded)] == ["lost", "failed", ""]


def test_a_function_is_asked_once_for_each_job():
    asked = []

    def script(one: Job) -> Ending:
        asked.append(one.key.step)
        return good()

    fake, _ = opened(script)
    for name in "abc":
        fake.submit(job(name))
    assert asked == ["a", "b", "c"]


def test_by_hand_jobs_end_when_they_are_told_and_wait_for_a_slot():
    fake, told = opened(automatic=False, slots=2)
    for name in "abc":
        fake.submit(job(name))
    assert [one.key.step for one in told] == ["a", "b"]
    fake.finish("b", fail(9))
    assert [(type(one).__name__, one.key.step) for one in told[2:]] == [("JobEnded", "b"), ("JobStarted", "c")]
    fake.say("c")
    assert told[-1] == JobOutput(JobKey("r", "c", 1))
    fake.finish_all()
    assert [one.key.step for one in told if isinstance(one, JobEnded)] == ["b", "a", "c"]
    assert not fake.running


def test_what_never_ends_holds_its_slot_until_it_is_cancelled():
    fake, told = opened({"s": NEVER}, slots=1)
    fake.submit(job("s"))
    fake.submit(job("t"))
    fake.finish_all()
    assert len(told) == 1
    fake.cancel(JobKey("r", "s", 1), 5.0)
    assert [(one.key.step, one.error) for one in told if isinstance(one, JobEnded)] == [("s", "failed"), ("t", "")]
    assert fake.cancels == [(JobKey("r", "s", 1), 5.0)]


def test_a_driver_that_hands_in_from_within_a_report_is_served_in_order():
    fake = FakeExecutor(slots=1)
    told = []

    def deliver(report: object) -> None:
        told.append(report)
        if isinstance(report, JobEnded) and len(fake.submits) < 500:
            fake.submit(job(f"s{len(fake.submits)}"))

    fake.open(deliver)
    fake.submit(job("s0"))
    assert [one.key.step for one in told if isinstance(one, JobEnded)] == [f"s{n}" for n in range(500)]


def test_the_next_driver_finds_what_runs_what_waits_and_what_ended():
    fake, _ = opened(automatic=False, slots=3)
    for name in "abcd":
        fake.submit(job(name))
    fake.lose_driver()
    fake.finish("a", good(v=1))
    told: list = []
    fake.open(told.append)
    known = [JobKey("r", name, 1) for name in "abdz"]
    assert fake.adopt(known, 2) == set(known[:3])
    assert told == [JobEnded(known[0], "", 0, "", {"v": 1})]
    assert {one.step for one in fake.running} == {"b", "d"}
    fake.submit(job("old", fence=1))
    assert told[-1].error == "refused"
    assert fake.adopts == [(frozenset(known), 2)]


def test_one_that_does_not_survive_ends_everything_without_a_word_when_its_driver_lets_go():
    fake, told = opened(automatic=False, survives=False)
    fake.submit(job("s"))
    fake.close(kill=False)
    assert not fake.running
    assert len(told) == 1
    assert fake.closes == [False]
