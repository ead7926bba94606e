"""What a command may load before it does its work: each of these costs every run of a flow milliseconds, and serves a few."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import sys
from pathlib import Path
from phoenix_cli.__main__ import main

loaded = Path(sys.argv.pop(1))
try:
    main()
finally:
    loaded.write_text(" ".join(sys.modules))
"""
#: Of others: packages that are slow to load, for what few flows do.
SLOW = set(
    "asyncio _hashlib concurrent.futures decimal email fractions git importlib.metadata importlib.resources logging"
    " multiprocessing psutil random rich sqlite_utils statistics tempfile unittest".split()
)
#: Of ours: parts of the engine for certain steps, or for other verbs.
PARTS = set(
    "cli.views ecosystem.importing ecosystem.running ecosystem.repositories engine.cache engine.drawing"
    " engine.executors.calls engine.executors.cluster engine.leases.leases engine.planning engine.progress engine.report"
    " kernel.sandbox kernel.state.migrations vcs".split()
)
PERFORMING = {"engine.executors.host", "engine.executors.direct", "engine.running.driving"}


@pytest.fixture
def loaded(tmp_path):
    """Return a function that runs a command line in a fresh interpreter, and returns the modules that it has loaded."""
    told, flow = tmp_path / "loaded", tmp_path / "one.yaml"
    flow.write_text("name: one\nsteps:\n  a: {run: ['true']}\n")

    def run(*words):
        environ = {**os.environ, "PHOENIX_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", PROGRAM, told, *words]
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return set(told.read_text().split())

    run("-q", "flow", "run", "one.yaml")  # makes the home, with what migrations need
    return run


def within(modules, parts):
    """Return the modules of ours that are one of some parts, or in one."""
    return {one for one in modules if any(f"{one}.".startswith(f"phoenix_cli.{part}.") for part in parts)}


def test_a_run_of_commands_loads_nothing_that_it_does_not_use(loaded):
    modules = loaded("-q", "flow", "run", "one.yaml")
    assert "phoenix_cli.engine.running.coordinator" in modules
    assert modules & SLOW == set()
    assert within(modules, PARTS) == set()


@pytest.mark.parametrize(
    ("words", "used"),
    [
        (("list",), set()),
        (("show",), set()),
        (("logs",), set()),
        (("validate", "one.yaml"), {"cli.views"}),
        (("plan", "one.yaml"), {"cli.views", "engine.planning"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_to_look_at_flows_takes_nothing_that_performs_them(loaded, words, used):
    modules = loaded("flow", *words)
    assert modules & SLOW == set()
    assert within(modules, (PARTS | PERFORMING) - used) == set()


def test_a_list_of_runs_does_without_the_engine_and_yaml(loaded):
    modules = loaded("flow", "list")
    assert within(modules, {"engine.machine", "engine.model", "engine.yaml_nodes"}) == set()
    assert "yaml" not in modules
