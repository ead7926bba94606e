"""Steps that share what the whole machine shares: with each other, with other runs, with people."""

from __future__ import annotations

import threading

from phoenix_cli.engine.executors.fake import GOOD
from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Owner
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.state import State
from tests.engine.running.world import World

WIDE = """
name: wide
resources: {licence: {capacity: 2}}
steps:
  build: {for_each: [1, 2, 3, 4, 5, 6], run: b, resources: {licence: 1}}
"""


def attempts_put_off(world):
    state = State(world.home.database)
    try:
        return state.read_one("SELECT count(*) FROM flow_journal WHERE body LIKE '%\"deferred\"%'")[0]
    finally:
        state.close()


def test_what_one_step_gives_back_the_next_has_at_once(tmp_path):
    world = World(tmp_path, WIDE, lambda job, world: GOOD)
    assert world.drive().status == "succeeded"
    assert attempts_put_off(world) == 0


def test_a_step_waits_for_what_a_person_holds_and_begins_when_it_is_given_back(tmp_path):
    world = World(tmp_path, WIDE, lambda job, world: GOOD)
    state = State(world.home.database)
    leases = Leases(state, SystemClock())
    leases.acquire("lock_1", (Claim("licence", 2, False),), {"licence": 2}, Owner("ann"))
    done = threading.Event()

    def give_back():
        look = State(world.home.database)
        while look.read_one("SELECT count(*) FROM lease_waits")[0] == 0 and not done.is_set():
            done.wait(0.02)
        look.close()
        holder = State(world.home.database)
        Leases(holder, SystemClock()).release("lock_1")
        holder.close()

    thread = threading.Thread(target=give_back)
    thread.start()
    try:
        assert world.drive().status == "succeeded"
    finally:
        done.set()
        thread.join()
        state.close()
    assert attempts_put_off(world) > 0
    left = State(world.home.database)
    assert left.read("SELECT * FROM leases UNION ALL SELECT * FROM lease_waits") == []
    left.close()
