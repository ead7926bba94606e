"""Every executor behaves the same towards its driver; see ``conformance`` for who is held against what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_cli.engine.executors.interface import JobEnded, JobKey
from tests.engine.executors.conformance import FACTORIES, SLOTS, Factory, Stand, Work, eventually, over

#: A driver that dies does not wait for its host; here the driver is this process, which Python would have wait.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

GRACE_S = 0.3
POISON = 25
MANY = 200


@pytest.fixture
def stand(factory: Factory, tmp_path: Path) -> Iterator[Stand]:
    """An executor at work; closed at the end, and nothing that it performed is left."""
    made = factory(tmp_path)
    yield made
    made.executor.close(kill=True)
    if "trees" in factory.has:
        assert not {key.step for key in made.jobs if made.left(key)}


def ends_of(stand: Stand) -> Counter[JobKey]:
    return Counter(one.key for one in stand.reports.ends)


# ---- what a job comes to


@over()
def test_good_work_ends_well(stand):
    ended = stand.perform(Work())
    assert ended == JobEnded(ended.key, "", ended.code, ended.message, {})
    assert ended.code in (0, None)


@over()
@pytest.mark.parametrize("role", ["step", "undo", "check"])
def test_every_role_is_performed_and_answered_as_itself(stand, role):
    assert stand.perform(Work(), role=role).key.role == role


@over()
def test_values_are_handed_on(stand):
    ended = stand.perform(Work("values", values={"tag": "v1.2", "place": "a b"}))
    assert (ended.error, ended.outputs) == ("", {"tag": "v1.2", "place": "a b"})


@over()
def test_values_that_are_too_large_are_a_failure_that_says_so(stand):
    ended = stand.perform(Work("large"))
    assert ended.error == "failed"
    assert "large" in ended.message
    assert not ended.outputs


@over("codes")
@pytest.mark.parametrize("code", [1, 3, 75])
def test_an_exit_status_is_told(stand, code):
    ended = stand.perform(Work("leave", code=code))
    assert (ended.error, ended.code) == ("failed", code)


@over("codes")
def test_leaving_with_zero_is_good(stand):
    ended = stand.perform(Work("leave", code=0))
    assert (ended.error, ended.code) == ("", 0)


@over()
def test_what_is_not_there_is_a_failure_that_says_so(stand):
    ended = stand.perform(Work("missing"))
    assert ended.error == "failed"
    assert ended.message


@over("programs")
def test_a_missing_program_has_the_status_that_a_shell_gives_it(stand):
    assert stand.perform(Work("missing")).code == 127


@over()
def test_a_missing_folder_is_a_failure_that_names_it(stand, tmp_path):
    ended = stand.perform(Work(), folder=tmp_path / "nowhere")
    assert ended.error == "failed"
    assert "nowhere" in ended.message


@over("processes")
def test_the_process_is_told_before_the_end(stand):
    ended = stand.perform(Work())
    kinds = [type(one).__name__ for one in stand.reports.all if one.key == ended.key]
    assert kinds == ["JobStarted", "JobEnded"]
    assert stand.reports.start_of(ended.key).process["pid"] > 0


# ---- many


@over()
def test_more_jobs_than_slots_all_end_once(stand, tmp_path):
    notes = [tmp_path / f"note-{number}" for number in range(SLOTS * 5)]
    keys = [stand.submit(Work("note", path=note)) for note in notes]
    stand.reports.wait_for_ends(len(keys))
    assert ends_of(stand) == Counter(keys)
    assert {note.read_text() for note in notes} == {"once\n"}


@over()
def test_two_hundred_quick_jobs_are_all_answered_well(stand):
    keys = [stand.submit(Work()) for _ in range(MANY)]
    ended = stand.reports.wait_for_ends(MANY)
    assert {one.error for one in ended} == {""}
    assert ends_of(stand) == Counter(keys)


@over()
def test_good_and_bad_work_mixed_is_answered_each_for_itself(stand):
    kinds = [Work(), Work("missing"), Work("values", values={"a": "1"})] * 5
    keys = {stand.submit(work): work.name for work in kinds}
    stand.reports.wait_for_ends(len(keys))
    got = {ended.key: ended.error for ended in stand.reports.ends}
    assert got == {key: "failed" if name == "missing" else "" for key, name in keys.items()}


@over("dies")
def test_work_that_kills_its_own_process_is_answered_every_time(stand):
    keys = [stand.submit(Work("die")) for _ in range(POISON)]
    stand.reports.wait_for_ends(POISON)
    assert ends_of(stand) == Counter(keys)
    assert all(one.error in ("lost", "failed") and one.code == -9 for one in stand.reports.ends)
    assert stand.perform(Work()).error == ""


@over("cancels", "queues")
def test_a_job_that_waits_and_is_handed_in_again_is_performed_once(stand, tmp_path):
    running = [stand.underway() for _ in range(SLOTS)]
    twice = stand.job(Work("note", path=tmp_path / "note"))
    for _ in range(2):
        stand.executor.submit(twice)
    for key in running:
        stand.executor.submit(stand.jobs[key])
        stand.executor.cancel(key, 0.0)
    assert stand.reports.end_of(twice.key).error == ""
    stand.perform(Work())
    assert {ends_of(stand)[key] for key in (*running, twice.key)} == {1}
    assert (tmp_path / "note").read_text() == "once\n"


@over("cancels")
def test_a_job_that_runs_and_is_handed_in_again_is_performed_once(stand):
    key = stand.underway("gate")
    stand.executor.submit(stand.jobs[key])
    stand.finish(key)
    assert stand.reports.end_of(key).error == ""
    stand.perform(Work())
    assert ends_of(stand)[key] == 1


# ---- cancelling


@over()
def test_a_key_that_nobody_knows_is_not_answered(stand):
    stand.executor.cancel(JobKey(stand.run, "nobody", 1), GRACE_S)
    stand.perform(Work())
    assert len(stand.reports.all) <= 2


@over()
def test_cancelling_what_has_ended_is_not_answered_again(stand):
    ended = stand.perform(Work())
    stand.executor.cancel(ended.key, 0.0)
    stand.perform(Work())
    assert ends_of(stand)[ended.key] == 1


@over("cancels")
def test_what_runs_is_ended_and_answered_once(stand):
    key = stand.underway()
    stand.executor.cancel(key, GRACE_S)
    assert stand.reports.end_of(key).error == "failed"
    stand.perform(Work())
    assert ends_of(stand)[key] == 1


@over("cancels")
def test_cancelled_twice_is_answered_once(stand):
    key = stand.underway()
    stand.executor.cancel(key, GRACE_S)
    stand.executor.cancel(key, 0.0)
    stand.reports.end_of(key)
    stand.perform(Work())
    assert ends_of(stand)[key] == 1


@over("cancels", "trees")
def test_of_a_cancelled_family_nobody_is_left_when_the_answer_comes(stand):
    key = stand.underway("family")
    assert len(stand.left(key)) >= 2
    stand.executor.cancel(key, GRACE_S)
    stand.reports.end_of(key)
    assert not stand.left(key)


@over("cancels", "queues")
def test_what_waits_is_withdrawn_without_being_performed(stand, tmp_path):
    running = [stand.underway() for _ in range(SLOTS)]
    waiting = stand.submit(Work("note", path=tmp_path / "note"))
    stand.executor.cancel(waiting, GRACE_S)
    assert stand.reports.end_of(waiting).error == "failed"
    for key in running:
        stand.executor.cancel(key, 0.0)
        stand.reports.end_of(key)
    assert stand.perform(Work()).error == ""
    assert not (tmp_path / "note").exists()
    assert ends_of(stand)[waiting] == 1


@over("cancels")
def test_a_place_is_free_again_after_a_cancel(stand):
    for _ in range(SLOTS * 2):
        key = stand.underway()
        stand.executor.cancel(key, 0.0)
        stand.reports.end_of(key)
    assert stand.perform(Work()).error == ""


# ---- workers and drivers that die


@over("workers")
def test_the_death_of_a_worker_loses_its_job_and_nothing_else(stand):
    first, second = stand.underway(), stand.underway()
    stand.kill_worker(first)
    ended = stand.reports.end_of(first)
    assert ended.error == "lost"
    assert "SIGKILL" in ended.message
    assert stand.perform(Work()).error == ""
    assert second not in ends_of(stand)


@over("workers", "trees")
def test_nothing_is_left_of_a_job_whose_worker_died(stand):
    key = stand.underway("family")
    stand.kill_worker(key)
    stand.reports.end_of(key)
    assert not stand.left(key)


@over()
def test_nothing_known_is_nothing_adopted(stand):
    assert stand.executor.adopt((), 2) == frozenset()
    assert stand.perform(Work(), fence=2).error == ""


@over()
def test_a_job_that_was_never_here_is_not_adopted(stand):
    assert stand.executor.adopt((JobKey(stand.run, "gone", 1),), 2) == frozenset()


@over("survives")
def test_what_lives_on_is_adopted_and_answered_to_the_next_driver(stand):
    key = stand.underway()
    stand.lose_driver()
    stand.executor.open(stand.reports)
    assert stand.executor.adopt((key, JobKey(stand.run, "gone", 1)), 2) == {key}
    assert key not in ends_of(stand)
    stand.executor.cancel(key, GRACE_S)
    assert stand.reports.end_of(key).error == "failed"


@over("survives")
def test_what_lives_on_and_ends_by_itself_is_told_to_the_next_driver(stand):
    key = stand.underway("gate")
    stand.lose_driver()
    stand.executor.open(stand.reports)
    assert stand.executor.adopt((key,), 2) == {key}
    stand.finish(key)
    assert stand.reports.end_of(key).error == ""


@over("survives")
def test_what_ended_while_nobody_listened_is_told_to_the_next_driver(stand):
    key = stand.underway("gate")
    stand.lose_driver()
    stand.finish(key)
    eventually(lambda: not stand.left(key))
    stand.executor.open(stand.reports)
    assert stand.executor.adopt((key,), 2) == {key}
    assert stand.reports.end_of(key).error == ""
    stand.perform(Work(), fence=2)
    assert ends_of(stand)[key] == 1


@over("survives")
def test_what_the_next_driver_does_not_know_is_ended_before_it_goes_on(stand):
    unknown, known = stand.underway("hang"), stand.underway("hang")
    stand.lose_driver()
    stand.executor.open(stand.reports)
    assert stand.executor.adopt((known,), 2) == {known}
    assert not stand.left(unknown)
    stand.perform(Work(), fence=2)
    assert unknown not in ends_of(stand)


@over("survives")
def test_an_end_that_is_not_in_the_journal_is_told_to_the_next_driver_again(stand):
    first, second = stand.perform(Work("leave", code=3)), stand.perform(Work("leave", code=4))
    stand.executor.settled([first.key])
    stand.lose_driver()
    stand.executor.open(stand.reports)
    assert second.key in stand.executor.adopt((second.key,), 2)
    stand.reports.wait(lambda told: told.count(second) == 2)
    assert ends_of(stand)[first.key] == 1


@over("survives")
def test_an_older_driver_is_refused(stand, tmp_path):
    stand.executor.adopt((), 2)
    ended = stand.perform(Work("note", path=tmp_path / "note"), fence=1)
    assert ended.error == "refused"
    assert not (tmp_path / "note").exists()


@over("successors")
def test_a_driver_that_was_taken_over_is_told_nothing_more_and_begins_nothing(stand, tmp_path):
    key = stand.underway("gate")
    following = stand.succeed()
    following.executor.open(following.reports)
    assert following.executor.adopt((key,), 2) == {key}
    ended = stand.perform(Work("note", path=tmp_path / "note"))
    assert ended.error in ("refused", "lost")  # lost: it hears of the other only when it asks
    stand.executor.cancel(key, 0.0)
    stand.finish(key)
    assert following.reports.end_of(key).error == ""
    assert ends_of(stand)[key] == 0 or {one.error for one in stand.reports.ends if one.key == key} == {"lost"}
    assert not (tmp_path / "note").exists()
    following.executor.close(kill=True)


@over("hosts")
def test_the_death_of_what_performs_all_jobs_loses_those_that_run_and_no_more(stand):
    before = stand.perform(Work())
    keys = [stand.underway("family") for _ in range(SLOTS)]
    stand.kill_host()
    assert {stand.reports.end_of(key).error for key in keys} == {"lost"}
    assert not any(stand.left(key) for key in keys)
    assert stand.perform(Work()).error == ""
    assert ends_of(stand)[before.key] == 1
    assert {ends_of(stand)[key] for key in keys} == {1}


@over("repeats")
def test_an_end_that_is_told_twice_is_the_same_report(stand):
    ended = stand.perform(Work("leave", code=3))
    stand.tell_again(ended.key)
    assert [one for one in stand.reports.ends if one.key == ended.key] == [ended, ended]


# ---- closing


@over("cancels")
def test_closing_with_kill_ends_and_answers_what_runs_and_what_waits(stand, tmp_path):
    keys = [stand.underway() for _ in range(SLOTS)]
    keys.append(stand.submit(Work("hang", path=tmp_path / "waits")))
    stand.executor.close(kill=True)
    assert ends_of(stand) == Counter(keys)
    assert {one.error for one in stand.reports.ends} <= {"failed", "lost"}


@over("cancels", "trees")
def test_closing_with_kill_leaves_nobody(stand):
    keys = [stand.underway("family") for _ in range(SLOTS)]
    stand.executor.close(kill=True)
    for key in keys:
        assert not stand.left(key)


@over()
def test_it_can_be_closed_twice_and_tells_nothing_any_more(stand):
    stand.perform(Work())
    stand.executor.close(kill=True)
    told = stand.reports.all
    stand.executor.close(kill=True)
    stand.executor.close(kill=False)
    assert stand.reports.all == told


@over()
def test_one_that_was_never_used_can_be_closed(stand):
    stand.executor.close(kill=False)
    assert stand.reports.all == []


@over()
def test_it_tells_what_it_can(stand, factory):
    can = stand.executor.capabilities()
    assert can.slots >= 1
    assert can.survives or "survives" not in factory.has
    job = stand.job(Work())
    assert isinstance(job.action, can.kinds)


def test_every_capability_is_held_against_somebody():
    """A capability that no executor has would be a test that never runs."""
    assert {name for factory in FACTORIES for name in factory.has} >= {
        "cancels",
        "trees",
        "dies",
        "workers",
        "survives",
    }
