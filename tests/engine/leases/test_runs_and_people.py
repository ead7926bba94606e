"""Runs and people share the same things: they wait for each other, and are told when that could never end."""

import shlex
import signal
import time

import pytest

from phoenix_cli.kernel import processes

FLOW = """
name: training
resources: {{gpu: 1}}
steps:
  train: {{run: {run}, resources: {{gpu: 1}}}}
"""


@pytest.fixture
def flow(phoenix, tmp_path):
    def write(*words):
        (tmp_path / "flow.yaml").write_text(FLOW.format(run=list(map(str, words))))
        return tmp_path / "flow.yaml"

    return write


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def listed(phoenix, part="items"):
    return phoenix("lock", "list", "--json").json[part]


def test_a_step_waits_for_what_a_person_holds(phoenix, flow):
    id = phoenix("lock", "hold", "gpu", "--note", "nightly").out.strip()
    run = phoenix.start("flow", "run", flow("true"), "--json")
    (wait,) = until(lambda: listed(phoenix, "waiting"))
    assert wait["id"].endswith("/train/1") and wait["resource"] == "gpu"
    phoenix("lock", "release", id)
    assert run.communicate(timeout=30) and run.returncode == 0
    assert listed(phoenix) == listed(phoenix, "waiting") == []


def test_a_person_waits_for_what_a_step_holds(phoenix, flow, tmp_path):
    run = phoenix.start(
        "flow", "run", flow("sh", "-c", f"echo > {tmp_path}/began; until [ -e {tmp_path}/go ]; do sleep 0.05; done")
    )
    until((tmp_path / "began").exists)
    refused = phoenix("lock", "hold", "gpu", "--wait", "0", "--json")
    assert refused.code == 5 and refused.problem["title"].endswith("(train)")
    (tmp_path / "go").touch()
    assert phoenix("lock", "hold", "gpu", "--wait", "20", "--", "true").code == 0
    assert run.communicate(timeout=30) and run.returncode == 0


def test_a_run_inside_of_a_lock_that_it_wants_is_refused_at_once(phoenix, flow):
    answer = phoenix("lock", "hold", "gpu", "--", *phoenix.command("flow", "run", flow("true"), "--json"))
    reason = answer.json["steps"]["train"]["reason"]
    assert answer.code == 1 and "waits for gpu, held by tester (lock_" in reason


def test_a_lock_inside_of_a_step_that_holds_it_is_refused_at_once(phoenix, flow):
    text = f"{shlex.join(phoenix.command('lock', 'hold', 'gpu', '--', 'true'))} 2>&1; test $? = 5"
    answer = phoenix("flow", "run", flow("sh", "-c", text), "--json")
    assert answer.code == 0, answer


@pytest.fixture
def killed(phoenix, flow, tmp_path):
    """Return the process of a command whose run was killed; it is ended when the test is over."""
    began = tmp_path / "pid"
    run = phoenix.start("flow", "run", flow("sh", "-c", f"echo $$ > {began}; exec sleep 300"))
    try:
        until(lambda: began.exists() and began.read_text().strip())
        command = processes.identify(int(began.read_text()))
        until(lambda: [one for one in listed(phoenix) if len(one["pids"]) == 2])
    finally:
        run.kill()
        run.communicate(timeout=30)
    yield command
    processes.send(command, signal.SIGKILL)


def test_a_killed_run_holds_as_long_as_its_command_lives(phoenix, killed):
    assert phoenix("lock", "hold", "gpu", "--wait", "0").code == 5
    processes.send(killed, signal.SIGKILL)
    assert phoenix("lock", "hold", "gpu", "--wait", "20", "--", "true").code == 0
