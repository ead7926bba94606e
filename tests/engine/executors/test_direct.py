"""Commands that are children of the coordinator: their folder, what the ledger says of them, when their beginning is told."""

from __future__ import annotations

import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.engine.executors.direct import ledger, spawning
from phoenix_cli.engine.executors.direct.executor import CommandExecutor
from phoenix_cli.engine.executors.direct.ledger import LEDGER, Begun, Ledger, Writer
from phoenix_cli.engine.executors.direct.spawning import Spawner
from phoenix_cli.engine.executors.host.spawning import Unstarted
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey, JobStarted
from phoenix_cli.engine.model import Chain, Run
from phoenix_cli.kernel.clock import SystemClock
from tests.engine.executors.conformance import Reports, Stranger, eventually

ENV = {"PATH": os.environ["PATH"]}


@pytest.fixture
def spawner():
    made = Spawner()
    yield made
    made.close()


def output_of(spawner: Spawner, tmp_path, folder, argv=("pwd",)) -> str:
    log = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
    pid = spawner.spawn(list(argv), str(folder), ENV, log)
    assert isinstance(pid, int), pid
    assert os.waitpid(pid, 0)[1] == 0
    os.close(log)
    return (tmp_path / "log").read_text()


def test_a_command_runs_in_its_folder_and_everybody_else_stays_where_they_are(spawner, tmp_path):
    (tmp_path / "there").mkdir()
    here, seen, over = os.getcwd(), set(), threading.Event()

    def watch():
        while not over.is_set():
            seen.add(os.getcwd())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        assert output_of(spawner, tmp_path, tmp_path / "there") == f"{tmp_path}/there\n"
        for _ in range(20):
            output_of(spawner, tmp_path, tmp_path / "there")
    finally:
        over.set()
        thread.join()
    assert (seen, os.getcwd()) == ({here}, here)


def test_where_threads_cannot_have_a_folder_of_their_own_it_runs_there_all_the_same(spawner, tmp_path, monkeypatch):
    class Forbidding:
        def unshare(self, _: int) -> int:
            return -1

    monkeypatch.setattr(spawning, "_libc", Forbidding())
    assert output_of(spawner, tmp_path, tmp_path) == f"{tmp_path}\n"
    refused = spawner.spawn(["pwd"], str(tmp_path / "nowhere"), ENV, 1)
    assert refused == Unstarted("failed", None, f"folder {tmp_path}/nowhere: not found")
    assert spawner.spawn(["/no/such"], str(tmp_path), ENV, 1) == Unstarted("failed", 127, "/no/such: not found")


def test_a_command_has_nothing_to_read(spawner, tmp_path):
    assert output_of(spawner, tmp_path, os.getcwd(), ["cat"]) == ""


# ---- the ledger

WRITER = Writer(3, 10, "5", 1000)


def begun(tag: str, pid: int) -> Begun:
    return Begun(tag, pid, "log", ["file", "v"], None, False, [], "", {})


def written(folder, *lines) -> None:
    book = Ledger(str(folder), WRITER)
    for line in lines:
        book.add(*line)
    book.close(remove=False)


def test_a_ledger_tells_what_runs_and_what_has_ended(tmp_path):
    written(tmp_path, ("+", *begun("a", 1)), ("+", *begun("b", 2)), ("-", "a", "", 0, "", []))
    found = ledger.read(str(tmp_path))
    assert (found.writer, found.running, found.ends) == (WRITER, {"b": begun("b", 2)}, {"a": ["a", "", 0, "", []]})


def test_what_an_earlier_coordinator_had_running_is_not_the_next_ones(tmp_path):
    written(tmp_path, ("+", *begun("a", 1)), ("-", "z", "", 0, "", []))
    written(tmp_path, ("+", *begun("b", 2)))
    found = ledger.read(str(tmp_path))
    assert (set(found.running), set(found.ends)) == ({"b"}, {"z"})


@given(cut=st.integers(0, 400))
def test_a_ledger_that_is_cut_off_anywhere_tells_what_was_whole(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("cut")
    written(folder, ("+", *begun("a", 1)), ("-", "a", "", 0, "", []), ("+", *begun("b", 2)))
    data = (folder / LEDGER).read_bytes()[:cut]
    (folder / LEDGER).write_bytes(data)
    found, whole = ledger.read(str(folder)), data.count(b"\n")
    assert (found.writer is not None) >= (whole >= 1)
    assert ("a" in found.ends) >= (whole >= 3)
    assert set(found.running) <= {"a", "b"}


def test_no_ledger_is_an_empty_one(tmp_path):
    assert ledger.read(str(tmp_path)).writer is None


# ---- the executor


@pytest.fixture
def at(tmp_path):
    reports = Reports()
    made = CommandExecutor(tmp_path, "r", SystemClock(), Stranger(), 2)
    made.open(reports)
    yield made, reports
    made.close(kill=True)


def job(tmp_path, step, action, **more) -> Job:
    return Job(JobKey("r", step, 1), action, str(tmp_path), ENV, tmp_path / f"{step}.1.log", **more)


def test_the_beginning_of_a_quick_command_is_told_with_its_end_and_says_when_it_was(at, tmp_path):
    executor, reports = at
    before = time.monotonic()
    executor.submit(job(tmp_path, "a", Run(("true",))))
    reports.end_of(JobKey("r", "a", 1))
    started, ended = reports.all
    assert (type(started), type(ended)) == (JobStarted, JobEnded)
    assert before <= started.process["began"] <= time.monotonic()


def test_the_beginning_of_a_longer_command_is_told_while_it_runs(at, tmp_path):
    executor, reports = at
    executor.submit(job(tmp_path, "a", Run(("sleep", "1000"))))
    reports.start_of(JobKey("r", "a", 1))
    assert not reports.ends


def test_a_ledger_tells_of_every_part_of_a_chain_and_goes_when_all_is_settled(at, tmp_path):
    executor, reports = at
    action = Chain((Run(("true",)), Run(shell="echo second; sleep 1000")))
    executor.submit(job(tmp_path, "a", action))
    eventually(lambda: (tmp_path / "a.1.log").read_text() == "second\n")
    found = ledger.read(str(tmp_path)).running["r/step/a/1"]
    assert (found.parts, found.pid) == ([], reports_pid(tmp_path))
    executor.cancel(JobKey("r", "a", 1), 0.1)
    ended = reports.end_of(JobKey("r", "a", 1))
    assert ledger.read(str(tmp_path)).ends["r/step/a/1"][:3] == ["r/step/a/1", "failed", ended.code]
    executor.settled([JobKey("r", "a", 1)])
    executor.close(kill=True)
    assert not (tmp_path / LEDGER).exists()


def reports_pid(folder) -> int:
    """Return the pid of the last part that began."""
    lines = (folder / LEDGER).read_text().splitlines()
    return int(lines[-1].split(",")[2])


def test_an_end_that_is_not_settled_is_told_to_the_next_coordinator(at, tmp_path):
    executor, reports = at
    executor.submit(job(tmp_path, "a", Run(shell="echo v=1 > $PHOENIX_OUTPUT"), outputs=("v",)))
    reports.end_of(JobKey("r", "a", 1))
    executor.close(kill=True)
    following, told = CommandExecutor(tmp_path, "r", SystemClock(), None, 2), Reports()
    following.open(told)
    assert following.adopt([JobKey("r", "a", 1), JobKey("r", "b", 1)], 2) == {JobKey("r", "a", 1)}
    assert [one.outputs for one in told.ends] == [{"v": "1"}]
    following.close(kill=True)
