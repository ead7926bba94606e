"""Crash at every write of the journal, before, inside and after its transaction: the run comes to the same end."""

from __future__ import annotations

import pytest

from phoenix_cli.engine.executors.fake import GOOD, fail, good
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.past import projection_of
from phoenix_cli.engine.running.telling import told
from phoenix_cli.kernel.state import State
from tests.engine.running.world import Crash, CrashAt, World

CHAIN = "name: chain\nsteps:\n  a: {run: a}\n  b: {run: b, needs: [a]}\n  c: {run: c, needs: [b]}"
DIAMOND = """
name: diamond
steps:
  a: {run: a, outputs: [v]}
  b: {run: [b, "${{ steps.a.outputs.v }}"], effect: pure}
  c: {run: c, needs: [a], when: "steps.a.outputs.v == '1'"}
  d: {run: d, needs: [b, c]}
"""
MAPPED = """
name: mapped
steps:
  list: {run: list, outputs: [items]}
  each: {for_each: "${{ steps.list.outputs.items }}", run: [each, "${{ item }}"], outputs: [v]}
  sum: {run: [sum, "${{ length(steps.each.outputs.v) }}"]}
"""
SAGA = """
name: saga
steps:
  a: {run: a, undo: undo-a}
  b: {run: b, needs: [a], undo: undo-b, effect: once, on_ambiguous: verify, check: check-b}
  c: {run: c, needs: [b], undo: undo-c}
  d: {run: d, needs: [c]}
"""
RETRY = """
name: retry
steps:
  a: {run: a, retry: {count: 3, backoff: 1ms}}
  b: {run: b, needs: [a], breaker: {target: t, failures: 2, cool_down: 1ms}, retry: {count: 4, backoff: 1ms}}
"""
LOCKS = """
name: locks
resources: {gpu: 1, licence: {capacity: 2}}
steps:
  a: {run: a, resources: [gpu]}
  b: {run: b, resources: [gpu, licence]}
  c: {run: c, resources: {licence: 2}}
  d: {run: d, resources: {gpu: shared}}
"""
ONCE = """
name: once
steps:
  a: {run: a}
  pay: {run: pay, needs: [a], effect: once, on_ambiguous: verify, check: was-it-paid}
  b: {run: b, needs: [pay]}
"""


def performed_before(step):
    """Answer a step's check from the ledger, as a service would that knows what it did."""

    def script(job, world):
        if job.key.role == "check":
            return GOOD if world.ledger[job.key.step, "step"] else fail(10)
        return {"a": good(v="1"), "list": good(items=[1, 2, 3]), "each": good(v=1)}.get(
            job.key.step.partition("[")[0], GOOD
        )

    return script


def failing(step, times):
    def script(job, world):
        if job.key.role == "check":
            return GOOD if world.ledger[job.key.step, "step"] else fail(10)
        if job.key.role == "step" and job.key.step == step and world.ledger[step, "step"] <= times:
            return fail(1)
        return GOOD

    return script


FLOWS = {
    "chain": (CHAIN, performed_before("")),
    "diamond": (DIAMOND, performed_before("")),
    "mapped": (MAPPED, performed_before("")),
    "saga": (SAGA, failing("d", 99)),
    "retry": (RETRY, failing("a", 2)),
    "locks": (LOCKS, performed_before("")),
    "once": (ONCE, performed_before("")),
}


def outcome(world):
    """Return the end of a run as its journal tells it."""
    state = State(world.home.database)
    try:
        row = flow_runs.find(state, world.run_id)
        projection = projection_of(state, row, {})
        steps = {name: (one.status, dict(one.outputs), one.undo) for name, one in projection.steps.items()}
        return row.status, told(row, projection).status, steps, state.read("SELECT * FROM leases")
    finally:
        state.close()


@pytest.mark.parametrize("survives", [True, False], ids=["adopting", "losing"])
@pytest.mark.parametrize("name", FLOWS)
def test_a_crash_at_every_write_changes_nothing(tmp_path, name, survives):
    text, script = FLOWS[name]
    calm = World(tmp_path / "calm", text, script, survives=survives)
    counter = CrashAt()
    calm.drive(counter)
    assert counter.count > 3
    for number in range(1, counter.count + 1):
        for point in ("before", "inside", "after"):
            world = World(tmp_path / f"{number}{point}", text, script, survives=survives)
            with pytest.raises(Crash):
                world.drive(CrashAt(number, point))
            world.go_on()
            assert outcome(world) == outcome(calm), (number, point)
            for (step, role), count in world.ledger.items():
                effect = "once" if step in ("pay",) or (name == "saga" and step == "b") else "pure"
                usual = calm.ledger[step, role]
                if role == "step" and effect == "once":
                    assert count <= 1, (number, point, step)
                elif role == "step":
                    assert count <= usual + (0 if survives else 1), (number, point, step)


def test_undo_is_done_in_reverse_once_each(tmp_path):
    order = []

    def script(job, world):
        if job.key.role == "undo":
            order.append(job.key.step)
        return failing("d", 99)(job, world)

    counter = CrashAt()
    World(tmp_path / "calm", SAGA, script).drive(counter)
    assert order == ["c", "b", "a"]
    for number in range(1, counter.count + 1):
        for point in ("before", "inside", "after"):
            order.clear()
            world = World(tmp_path / f"{number}{point}", SAGA, script)
            with pytest.raises(Crash):
                world.drive(CrashAt(number, point))
            world.go_on()
            assert order == ["c", "b", "a"], (number, point)
