"""``flow cancel`` from another terminal: while steps run, while what was done is taken back, of runs that nobody drives."""

from __future__ import annotations

import signal

import pytest

from tests.cli.flow_world import PATIENCE_S, Flows, alive, end, until

LONG = """
name: long
steps:
  before: {run: echo before >> did, undo: echo not before >> did}
  long: {needs: [before], run: "echo $$ > pid.tmp; mv pid.tmp begun; sleep 600 & wait"}
  after: {needs: [long], run: echo after >> did}
"""


@pytest.fixture
def flows(phoenix):
    return Flows(phoenix)


def did(flows):
    return (flows.dir / "did").read_text().split("\n")[:-1]


def test_a_run_of_another_terminal_is_ended_and_taken_back(flows):
    with flows.going(LONG) as process:
        pid = int(flows.made("begun"))
        found = flows.phoenix("flow", "cancel", "long", "--reason", "wrong tag", "--json")
        _, err = process.communicate(timeout=PATIENCE_S)
        assert (found.code, found.json["status"], found.json["reason"]) == (0, "cancelled", "wrong tag")
        assert process.returncode == 1 and "long cancelled" in err and "wrong tag" in err
    assert not alive(pid)
    assert did(flows) == ["before", "not before"]
    steps = flows.told()["steps"]
    assert {name: one["status"] for name, one in steps.items()} == {
        "before": "succeeded", "long": "cancelled", "after": "cancelled",
    }  # fmt: skip
    again = flows.phoenix("flow", "cancel", found.json["run_id"])
    assert again.code == 5 and "is over already: cancelled" in again.err
    assert flows.phoenix("flow", "cancel").code == 3  # nothing is left to be cancelled
    assert flows.phoenix("flow", "resume", found.json["run_id"]).code == 5


def test_an_interrupted_run_is_cancelled_by_whoever_asks(flows):
    with flows.going(LONG) as process:
        end(process)
    found = flows.phoenix("flow", "cancel", "--json")
    assert (found.code, found.json["status"]) == (0, "cancelled")
    assert did(flows) == ["before", "not before"]


def test_a_run_whose_phoenix_was_killed_is_cancelled_with_what_still_runs(flows):
    with flows.going(LONG) as process:
        pid = int(flows.made("begun"))
        end(process, signal.SIGKILL)
        found = flows.phoenix("flow", "cancel", "--json")
        assert (found.code, found.json["status"]) == (0, "cancelled")
        assert not alive(pid)
    assert did(flows) == ["before", "not before"]


def test_what_is_being_taken_back_goes_on_being_taken_back(flows):
    text = """
name: back
steps:
  one: {run: "true", undo: echo not one >> did}
  two: {needs: [one], run: "true", undo: "touch begun; until test -e go; do sleep 0.05; done; echo not two >> did"}
  bad: {needs: [two], run: exit 1}
"""
    with flows.going(text) as process:
        canceller = flows.phoenix.start("flow", "cancel", "back", "--progress", "none")
        until(lambda: flows.sql("SELECT cancel_reason FROM flow_runs")[0][0])
        (flows.dir / "go").touch()
        canceller.communicate(timeout=PATIENCE_S)
        process.communicate(timeout=PATIENCE_S)
    assert did(flows) == ["not two", "not one"]
    assert {flows.told()["steps"][name]["undo"] for name in ("one", "two")} == {"done"}


def test_a_sub_flow_is_cancelled_and_resumed_with_the_run_that_it_is_part_of(flows):
    flows.write(LONG, "inner.yaml")
    with flows.going("name: outer\nsteps:\n  in: {flow: inner.yaml}\n") as process:
        pid = int(flows.made("begun"))
        inner = flows.sql("SELECT id FROM flow_runs WHERE parent_id IS NOT NULL")[0][0]
        outer = flows.told()["run_id"]
        for verb in ("cancel", "resume"):
            found = flows.phoenix("flow", verb, inner)
            assert found.code == 5 and f"phoenix flow {verb} {outer}" in found.err
        assert flows.phoenix("flow", "cancel", outer).code == 0
        process.communicate(timeout=PATIENCE_S)
    assert not alive(pid)
    assert did(flows) == ["before", "not before"]
    assert flows.statuses(outer) == {"in": "cancelled"}
    assert flows.told(inner)["status"] == "cancelled"


def test_an_open_question_does_not_keep_a_run_from_being_cancelled(flows):
    text = (
        "name: asks\nsteps:\n  a: {run: 'true', undo: touch undone}\n  b: {needs: [a], run: touch b, effect: manual}\n"
    )
    found = flows.run(text)
    assert (found.code, found.json["questions"]) == (8, {"b": "confirm"})
    assert flows.phoenix("flow", "cancel").code == 0
    assert (flows.dir / "undone").exists() and not (flows.dir / "b").exists()
    assert flows.statuses() == {"a": "succeeded", "b": "cancelled"}
