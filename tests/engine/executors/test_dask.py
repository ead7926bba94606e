"""The Dask executor among things that die: workers, nodes, the scheduler, drivers. Real processes, killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from phoenix_cli.engine.executors.cluster import DaskExecutor
from phoenix_cli.engine.executors.cluster.beside import Beside
from phoenix_cli.engine.executors.interface import LOG_BYTES, Job, JobEnded, JobKey
from phoenix_cli.engine.model import Call, Chain, Run
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import Unavailable
from tests.engine.executors.conformance import Reports, eventually
from tests.engine.executors.dask_bench import Bench, begun, hang, once
from tests.engine.executors.dask_cluster import Cluster, looked_after
from tests.engine.executors.dask_stand import slots
from tests.engine.executors.wire import Wire

pytestmark = [
    pytest.mark.slow,
    # Dask's own: a client that is collected after its loop has ended says so from ``__del__``
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <function Client.__del__:pytest.PytestUnraisableExceptionWarning"
    ),
]
POISON = 200
DEADLY = 3


# ---- nobody there


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Unavailable) as caught:
        DaskExecutor("dask://127.0.0.1:9", tmp_path).open(Reports())
    assert caught.value.code == "executor.no_dask"
    assert caught.value.hints == ('pip install "phoenix-cli[dask]"',)


def test_a_fault_of_our_own_is_told_and_does_not_keep_the_rest_from_ending():
    told: list[str] = []

    async def broken() -> None:
        raise LookupError("nobody thought of it")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        beside = Beside(told.append)
        beside.spawn(asyncio.sleep(3600))
        await asyncio.wait([beside.spawn(broken())])
        await beside.stop()

    asyncio.run(main())
    assert told == ["the executor has a fault: LookupError: nobody thought of it"]


def test_a_scheduler_that_nobody_runs_is_unavailable_and_says_what_to_type(tmp_path):
    driver = DaskExecutor("dask://127.0.0.1:9", tmp_path)
    driver.open(Reports())
    with pytest.raises(Unavailable) as caught:
        driver.capabilities()
    driver.close(kill=True)
    assert caught.value.code == "executor.unreachable"
    assert "dask scheduler" in caught.value.hints


def test_a_cluster_without_workers_says_so(tmp_path):
    bare = Cluster(tmp_path)
    bare.start_scheduler()
    driver, reports = DaskExecutor(bare.url, tmp_path / "run", patience_s=0.0), Reports()
    driver.open(reports)
    try:
        with pytest.raises(Unavailable) as caught:
            driver.capabilities()
        assert caught.value.code == "executor.no_workers"
        key = JobKey("run", "a", 1)
        driver.submit(Job(key, Run(("true",)), str(tmp_path)))
        assert reports.end_of(key).error == "unavailable"
        assert "no workers" in reports.end_of(key).message
    finally:
        driver.close(kill=True)
        bare.stop()


@pytest.mark.parametrize(
    ("startup", "said"),
    [
        ("import phoenix_cli; phoenix_cli.__version__ = '0.0.1'", "0.0.1"),
        ("import sys; sys.modules['phoenix_cli'] = None", "phoenix_cli"),
    ],
    ids=["another version", "no phoenix"],
)
def test_a_worker_that_cannot_run_our_steps_is_named(tmp_path, startup, said):
    strange = Cluster(tmp_path)
    strange.start_scheduler()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(startup)
    strange.add_worker(nanny=False, python_path=tmp_path / "site")
    driver = DaskExecutor(strange.url, tmp_path / "run")
    driver.open(Reports())

    def told() -> str:
        with pytest.raises(Unavailable) as caught:  # there is nobody else
            driver.capabilities()
        return caught.value.cause if caught.value.code == "executor.worker" else ""

    try:
        eventually(told)
        assert said in told()
    finally:
        driver.close(kill=True)
        strange.stop()


# ---- what a job may be


def test_a_call_runs_in_a_process_of_its_own_and_hands_values_on(bench):
    driver, reports = bench.driver()
    bench.file("mine.py").write_text(
        "import os\ndef f(n):\n    print('hello')\n    return {'n': n + 1, 'pid': os.getpid()}\n"
    )
    job = bench.job("call", Call("mine:f", {"n": 1}), outputs=("n", "pid"))
    driver.submit(job)
    ended = reports.end_of(job.key)
    assert (ended.error, ended.outputs["n"]) == ("", 2)
    assert ended.outputs["pid"] not in [worker.pid for worker in bench.cluster.workers]
    assert job.log.read_text() == "hello\n"


def test_a_chain_ends_with_its_first_bad_part(bench):
    driver, reports = bench.driver()
    job = bench.job("chain", Chain((Run(("echo", "one")), Run(shell="echo two; exit 4"), Run(("echo", "three")))))
    driver.submit(job)
    assert (reports.end_of(job.key).error, reports.end_of(job.key).code) == ("failed", 4)
    assert job.log.read_text() == "one\ntwo\n"


def test_a_limit_ends_a_job_that_nobody_stops(bench):
    driver, reports = bench.driver()
    job = bench.job("long", hang("long"), limit_s=0.2)
    driver.submit(job)
    assert reports.end_of(job.key).error == "failed"
    assert "limit" in reports.end_of(job.key).message
    assert not processes.tagged(job.key.tag)


def test_what_a_job_leaves_running_ends_with_it(bench):
    driver, reports = bench.driver()
    job = bench.job("leave", "env -i setsid sleep 3600 & sleep 0.1")
    driver.submit(job)
    assert reports.end_of(job.key).error == ""
    mark = str(reports.start_of(job.key).process["mark"])
    assert not processes.tree((), job.key.tag, mark)


def test_output_that_is_too_long_keeps_its_beginning_and_its_end(bench):
    driver, reports = bench.driver()
    job = bench.job("flood", f"echo begin; head -c {LOG_BYTES + (9 << 20)} /dev/zero; echo; echo end")
    driver.submit(job)
    assert reports.end_of(job.key).error == ""
    text = job.log.read_bytes()
    assert text.startswith(b"begin\n")
    assert text.endswith(b"\nend\n")
    assert LOG_BYTES < len(text) < LOG_BYTES + 200
    assert b"left out" in text


def test_the_urgent_ones_go_before_those_that_wait(bench):
    driver, reports = bench.driver()
    for name in ("a", "b"):
        driver.submit(bench.job(name, f"echo x >$F/{name}.begun; while ! test -e $F/free; do sleep 0.02; done"))
    begun(bench, "a", "b")
    for number in range(4):
        driver.submit(bench.job(f"low{number}", f"echo low{number} >>$F/order"))
    driver.submit(bench.job("high", "echo high >>$F/order", priority=5.0))
    bench.file("free").touch()
    reports.wait_for_ends(7)
    order = bench.file("order").read_text().split()
    assert order.index("high") < order.index("low3")


# ---- what dies


@pytest.mark.parametrize("nanny", [True, False], ids=["nanny", "no nanny"])
def test_the_death_of_a_worker_loses_its_job_and_runs_it_no_second_time(bench, nanny):
    driver, reports = bench.driver()
    jobs = [bench.job(name, hang(name)) for name in ("a", "b")]
    for job in jobs:
        driver.submit(job)
    begun(bench, "a", "b")
    victim = next(job.key for job in jobs if has_nanny(bench, reports, job.key) == nanny)
    os.kill(bench.worker_of(reports, victim), signal.SIGKILL)
    assert reports.end_of(victim).error == "lost"
    assert not processes.tagged(victim.tag)
    (other,) = {job.key for job in jobs} - {victim}
    assert processes.tagged(other.tag)
    driver.cancel(other, 0.0)
    assert reports.end_of(other).error == "failed"
    after = bench.job("after", "true")
    driver.submit(after)
    assert reports.end_of(after.key).error == ""
    assert once(bench, "a")
    assert once(bench, "b")


def has_nanny(bench: Bench, reports: Reports, key: JobKey) -> bool:
    worker = bench.worker_of(reports, key)
    return worker not in [one.pid for one in bench.cluster.workers]


def test_a_node_that_is_gone_with_its_nanny_loses_its_job(bench):
    driver, reports = bench.driver()
    jobs = [bench.job(name, hang(name)) for name in ("a", "b")]
    for job in jobs:
        driver.submit(job)
    begun(bench, "a", "b")
    node = bench.cluster.workers[0]
    bench.cluster.kill_node(node)
    reports.wait_for_ends(1)
    (ended,) = reports.ends
    assert ended.error == "lost"
    assert not processes.tagged(ended.key.tag)
    assert once(bench, ended.key.step)


def test_work_that_kills_who_performs_it_two_hundred_times_is_answered_each_time(bench):
    driver, reports = bench.driver()
    jobs = [bench.job(f"poison{number}", "kill -9 $PPID; sleep 3600") for number in range(POISON)]
    for job in jobs:
        driver.submit(job)
    ends = reports.wait_for_ends(POISON)
    assert {one.error for one in ends} == {"lost"}
    assert len({one.key for one in ends}) == POISON
    healthy = bench.job("healthy", "true")
    driver.submit(healthy)
    assert reports.end_of(healthy.key).error == ""


def test_work_that_kills_the_dask_worker_itself_is_answered_each_time(bench):
    driver, reports = bench.driver()
    alone = next(one for one in bench.cluster.workers if not looked_after(one))
    bench.cluster.kill_node(alone)  # the other one comes back each time: its nanny sees to it
    for number in range(DEADLY):
        job = bench.job(f"deadly{number}", "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat); sleep 3600")
        driver.submit(job)
        assert reports.end_of(job.key).error == "lost"
        assert not processes.tagged(job.key.tag)
    healthy = bench.job("healthy", "true")
    driver.submit(healthy)
    assert reports.end_of(healthy.key).error == ""


def test_when_the_scheduler_dies_what_runs_is_lost_and_what_waits_goes_on_with_the_next(bench):
    driver, reports = bench.driver()
    done = bench.job("done", "true")
    driver.submit(done)
    assert reports.end_of(done.key).error == ""
    running = [bench.job(name, hang(name)) for name in ("a", "b")]
    waiting = bench.job("waiting", "echo x >>$F/waiting.begun")
    for job in (*running, waiting):
        driver.submit(job)
    begun(bench, "a", "b")
    bench.cluster.kill_scheduler()
    for job in running:
        assert reports.end_of(job.key).error == "lost"
        assert not processes.tagged(job.key.tag)
    assert not [one for one in reports.ends if one.key == waiting.key]
    bench.cluster.heal()
    assert reports.end_of(waiting.key).error == ""
    assert all(once(bench, name) for name in ("a", "b", "waiting"))
    assert [one.key for one in reports.ends].count(done.key) == 1


def test_without_a_scheduler_new_jobs_are_unavailable_until_there_is_one(bench):
    driver, reports = bench.driver(patience_s=0.0)
    bench.cluster.kill_scheduler()

    def refused(number: int) -> JobEnded:
        job = bench.job(f"try{number}", "true")
        driver.submit(job)
        return reports.end_of(job.key)

    eventually(lambda: refused(time.monotonic_ns()).error == "unavailable")
    bench.cluster.heal()
    eventually(lambda: slots(driver) == 2)
    assert refused(0).error == ""


def test_a_connection_that_breaks_loses_nothing(bench):
    """The scheduler lives and its workers go on; the driver comes back to it."""
    with Wire(bench.cluster.address) as wire:
        driver, reports = DaskExecutor(wire.address, bench.folder / "run"), Reports()
        driver.open(reports)
        bench.drivers.append(driver)
        eventually(lambda: slots(driver) == 2)
        jobs = [bench.job(f"job{number}", COUNT.format(f"job{number}"), outputs=("v",)) for number in range(3)]
        for job in jobs:
            driver.submit(job)
        begun(bench, "job0", "job1")
        wire.cut()
        for number in range(3):
            bench.file(f"job{number}.free").touch()
        for job in jobs:
            ended = reports.end_of(job.key)
            assert ended.error == ""
            count = int(ended.outputs["v"])
            assert job.log.read_text() == "".join(f"{number}\n" for number in range(1, count + 1))
            assert once(bench, job.key.step)
        driver.close(kill=True)


def test_values_that_only_json_can_carry_arrive(bench):
    driver, reports = bench.driver()
    text = """printf '%s' '{"long": 123456789012345678901234567890, "odd": "\\ud800"}' >$PHOENIX_OUTPUT"""
    job = bench.job("values", text, outputs=("long", "odd"))
    driver.submit(job)
    assert reports.end_of(job.key).outputs == {"long": 123456789012345678901234567890, "odd": "\ud800"}


# ---- drivers

DRIVER = """
import os, sys, time
from pathlib import Path
from phoenix_cli.engine.executors.cluster import DaskExecutor
from phoenix_cli.engine.executors.interface import Job, JobKey
from phoenix_cli.engine.model import Chain, Run
url, folder, run, *texts = sys.argv[1:]
driver = DaskExecutor(url, Path(folder, "run"))
driver.open(lambda report: print(report, flush=True))
for number, text in enumerate(texts):
    key = JobKey(run, f"job{number}", 1)
    parts = tuple(Run(shell=part) for part in text.split("\\n"))
    driver.submit(Job(key, Chain(parts), folder, dict(os.environ, F=folder), Path(folder, f"job{number}.log"), ("v",)))
time.sleep(3600)
"""


def start_driver(bench: Bench, *texts: str) -> subprocess.Popen[bytes]:
    with bench.file("driver.out").open("wb") as out:
        words = [sys.executable, "-P", "-c", DRIVER, bench.cluster.url, str(bench.folder), bench.key("").run, *texts]
        return subprocess.Popen(words, stdout=out, stderr=out, start_new_session=True)


COUNT = "echo x >>$F/{0}.begun; n=0; while ! test -e $F/{0}.free; do n=$((n+1)); echo $n; sleep 0.01; done; echo v=$n >$PHOENIX_OUTPUT"


def test_the_next_driver_adopts_what_a_killed_one_left_and_ends_the_rest(bench):
    first = start_driver(bench, COUNT.format("job0"), hang("job1"))
    begun(bench, "job0", "job1")
    eventually(lambda: bench.file("job0.log").exists())  # its output is on its way
    first.kill()
    first.wait()
    mine, other = bench.key("job0"), bench.key("job1")
    driver, reports = bench.driver()
    assert driver.adopt((mine, bench.key("never")), 2) == {mine}
    assert not processes.tagged(other.tag)
    bench.file("job0.free").touch()
    ended = reports.end_of(mine)
    assert ended.error == ""
    count = int(ended.outputs["v"])
    assert bench.file("job0.log").read_text() == "".join(f"{number}\n" for number in range(1, count + 1))
    assert once(bench, "job0")


def test_what_ended_between_two_drivers_is_told_to_the_second(bench):
    first = start_driver(bench, COUNT.format("job0"))
    begun(bench, "job0")
    first.kill()
    first.wait()
    bench.file("job0.free").touch()
    key = bench.key("job0")
    eventually(lambda: not processes.tagged(key.tag))
    driver, reports = bench.driver()
    assert driver.adopt((key,), 2) == {key}
    assert reports.end_of(key).error == ""
    assert once(bench, "job0")


def test_a_driver_that_is_rung_before_it_adopts_does_nothing_yet(bench):
    """Its worker rings when a job has ended, and at each part of a chain, whoever listens."""
    quick = "\n".join(["echo x >>$F/job1.begun", *["echo x >>$F/parts"] * 60])
    first = start_driver(bench, COUNT.format("job0"), quick)
    begun(bench, "job0", "job1")
    first.kill()
    first.wait()
    keys = {bench.key("job0"), bench.key("job1")}
    driver, reports = bench.driver()
    bench.file("job0.free").touch()
    eventually(lambda: not processes.tagged(bench.key("job0").tag))
    assert driver.adopt(keys, 2) == keys
    assert {reports.end_of(key).error for key in keys} == {""}
    assert bench.file("parts").read_text() == "x\n" * 60


def test_a_driver_that_wakes_up_after_it_was_replaced_changes_nothing(bench):
    first = start_driver(bench, COUNT.format("job0"))
    begun(bench, "job0")
    first.send_signal(signal.SIGSTOP)
    try:
        key = bench.key("job0")
        driver, reports = bench.driver()
        assert driver.adopt((key,), 2) == {key}
        first.send_signal(signal.SIGCONT)
        eventually(lambda: "another coordinator has taken the run over" in bench.file("driver.out").read_text())
        assert processes.tagged(key.tag)
        bench.file("job0.free").touch()
        assert reports.end_of(key).error == ""
        assert once(bench, "job0")
    finally:
        first.kill()
        first.wait()


def test_a_job_that_nobody_asks_for_ends_by_itself(bench):
    driver, reports = bench.driver(lease_s=1.0)
    job = bench.job("alone", hang("alone"))
    driver.submit(job)
    begun(bench, "alone")
    driver.close(kill=False)
    eventually(lambda: not processes.tagged(job.key.tag))
    assert not reports.ends


def test_a_job_without_an_answer_from_its_driver_does_not_begin_again(bench):
    """Dask runs the task of a lost worker a second time, on a worker that is free: it gets no go."""
    driver, reports = bench.driver()
    job = bench.job("only", hang("only"))
    driver.submit(job)
    begun(bench, "only")
    os.kill(bench.worker_of(reports, job.key), signal.SIGKILL)
    assert reports.end_of(job.key).error == "lost"
    more = [bench.job(f"more{number}", "true") for number in range(4)]
    for one in more:
        driver.submit(one)
        assert reports.end_of(one.key).error == ""
    assert once(bench, "only")
    assert [one.key for one in reports.ends].count(job.key) == 1
