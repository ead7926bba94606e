"""Whole runs on a cluster of which things are killed: what the journal has is not run again, the rest goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from phoenix_cli.kernel import processes
from tests.engine.executors.conformance import eventually
from tests.engine.executors.dask_bench import Bench

pytestmark = [
    pytest.mark.slow,
    # Dask's own: a client that is collected after its loop has ended says so from ``__del__``
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <function Client.__del__:pytest.PytestUnraisableExceptionWarning"
    ),
]
FLOW = """
name: k12
steps:
  first: {run: "echo first >>ledger; echo v=7 >$PHOENIX_OUTPUT", outputs: [v], effect: once}
  beside: {run: "echo beside >>ledger", effect: once}
  gate:
    needs: [first, beside]
    run: "echo gate >>ledger; while ! test -e free; do sleep 0.05; done"
    effect: idempotent
  last: {needs: [gate], run: [sh, -c, "echo last-$1 >>ledger", sh, "${{ steps.first.outputs.v }}"], effect: once}
"""


class Run:
    """A run that stands at its gate; each line of the ledger is a step that has begun."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.folder = bench, bench.folder
        self.processes: list[subprocess.Popen[str]] = []
        (self.folder / "flow.yaml").write_text(FLOW)
        self.process = self.phoenix("run", "flow.yaml", "--executor", bench.cluster.url)
        eventually(lambda: "gate" in self.ledger)

    @property
    def ledger(self) -> list[str]:
        file = self.folder / "ledger"
        return sorted(file.read_text().split()) if file.exists() else []

    def phoenix(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "phoenix_cli", "--home", str(self.folder / "home"), "flow", *words, "--json"]
        env = {**os.environ, "PHOENIX_HOME": str(self.folder / "home")}
        made = subprocess.Popen(
            command, cwd=self.folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.processes.append(made)
        return made

    def open_gate(self) -> None:
        (self.folder / "free").touch()


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return dict(json.loads(out))


@pytest.fixture
def run(bench):
    bench.driver()  # so that both workers are there
    made = Run(bench)
    yield made
    for process in made.processes:
        process.kill()
        process.communicate()


def test_a_run_goes_on_with_the_next_scheduler_and_repeats_nothing_that_was_done(run):
    run.bench.cluster.kill_scheduler()
    run.bench.cluster.heal()
    eventually(lambda: run.ledger.count("gate") == 2)
    run.open_gate()
    told = answer(run.process)
    assert told["status"] == "succeeded"
    assert run.ledger == ["beside", "first", "gate", "gate", "last-7"]


def test_a_run_outlives_its_worker_and_repeats_nothing_that_was_done(run):
    for worker in list(run.bench.cluster.workers):
        run.bench.cluster.kill_node(worker)
    run.bench.cluster.heal()
    eventually(lambda: run.ledger.count("gate") == 2)
    run.open_gate()
    assert answer(run.process)["status"] == "succeeded"
    assert run.ledger == ["beside", "first", "gate", "gate", "last-7"]


def test_a_resumed_run_adopts_what_the_killed_coordinator_left_on_the_cluster(run):
    run.process.kill()
    run.process.wait()
    resumed = run.phoenix("resume")
    eventually(lambda: interrupted_is_driven(run))
    run.open_gate()
    assert answer(resumed)["status"] == "succeeded"
    assert run.ledger == ["beside", "first", "gate", "last-7"]


def interrupted_is_driven(run: Run) -> bool:
    listed = run.phoenix("list")
    return [one["status"] for one in json.loads(listed.communicate()[0])["items"]] == ["running"]


def test_a_cancelled_run_leaves_nothing_on_the_cluster(run):
    run.phoenix("cancel").communicate()
    run.process.communicate(timeout=60)
    assert run.process.returncode != 0
    assert run.ledger == ["beside", "first", "gate"]
    gone(run)


def test_an_interrupted_run_leaves_nothing_on_the_cluster_and_can_be_resumed(run):
    run.process.send_signal(signal.SIGINT)
    run.process.communicate(timeout=60)
    gone(run)
    run.open_gate()
    assert answer(run.phoenix("resume"))["status"] == "succeeded"
    assert run.ledger == ["beside", "first", "gate", "gate", "last-7"]


def gone(run: Run) -> None:
    (id,) = {one.name for one in (run.folder / "home" / "flows").iterdir() if one.is_dir()}
    assert not processes.tagged(f"{id}/step/gate/1")
