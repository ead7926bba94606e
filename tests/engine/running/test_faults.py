"""A full disk, a cut-off journal, a second coordinator, a wall clock that jumps: nothing is lost, nothing is done twice."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from phoenix_cli.engine.executors.fake import GOOD, fail
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.journal import read_all
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.errors import Conflict, Failed, Unavailable
from phoenix_cli.kernel.state import State
from tests.engine.running.test_every_write import FLOWS, ONCE, RETRY, outcome, performed_before
from tests.engine.running.world import Crash, CrashAt, World


def calm(tmp_path, name):
    text, script = FLOWS[name]
    world = World(tmp_path / "calm", text, script)
    world.drive()
    return outcome(world)


# --- the journal is cut off ----------------------------------------------------------------------------------------


def with_open_log(tmp_path, name="saga"):
    """Return a home whose write-ahead log has not been taken into the database, as after a power cut."""
    text, script = FLOWS[name]
    world = World(tmp_path / "home", text, script)
    holder = State(world.home.database)
    holder.read("SELECT 1")  # while a second connection is open, closing the first leaves the log as it is
    world.drive()
    copy = tmp_path / "copy"
    copy.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{world.home.database}{suffix}", copy / f"phoenix.db{suffix}")
    whole = read_all(holder, 1)[0]
    holder.close()
    return copy, whole


def cut_at(copy, tmp_path, size, number):
    """Return the state of a home whose log was cut off."""
    folder = tmp_path / f"cut{number}"
    folder.mkdir()
    shutil.copy(copy / "phoenix.db", folder)
    (folder / "phoenix.db-wal").write_bytes((copy / "phoenix.db-wal").read_bytes()[:size])
    return State(folder / "phoenix.db")


def test_a_log_that_is_cut_off_anywhere_leaves_a_beginning_of_the_journal(tmp_path):
    copy, whole = with_open_log(tmp_path)
    size = (copy / "phoenix.db-wal").stat().st_size
    frame = 24 + int.from_bytes((copy / "phoenix.db").read_bytes()[16:18], "big")
    draw = random.Random(5)
    cuts = [*range(32, size, frame), *(draw.randrange(size) for _ in range(40)), size]
    lengths = set()
    for number, cut in enumerate(cuts):
        state = cut_at(copy, tmp_path, cut, number)
        try:
            found = (
                read_all(state, 1)[0] if state.read("SELECT 1 FROM sqlite_master WHERE name = 'flow_journal'") else []
            )
        finally:
            state.close()
        assert found == whole[: len(found)]
        lengths.add(len(found))
    assert len(lengths) > 5 and max(lengths) == len(whole)


def test_a_changed_row_is_found(tmp_path):
    text, script = FLOWS["chain"]
    world = World(tmp_path, text, script)
    world.drive()
    state = State(world.home.database)
    with state.write() as connection:
        connection.execute("UPDATE flow_journal SET body = replace(body, '\"b\"', '\"c\"') WHERE seq > 2")
    with pytest.raises(Failed) as caught:
        read_all(state, 1)
    assert caught.value.code == "flow.journal_damaged"
    state.close()


# --- the disk is full ----------------------------------------------------------------------------------------------


class FullAt:
    """Leaves the database no page more from the n-th write on."""

    def __init__(self, world, number):
        self.world, self.number, self.count, self.state = world, number, 0, None

    def __call__(self, point):
        if point == "before":
            self.count += 1
            if self.count == self.number:
                pages = self.state.connection.execute("PRAGMA page_count").fetchone()[0]
                self.state.connection.execute(f"PRAGMA max_page_count = {pages}")
                free = self.state.connection.execute("PRAGMA freelist_count").fetchone()[0]
                assert free == 0


def test_a_full_disk_stops_the_run_cleanly_and_it_goes_on_afterwards(tmp_path):
    text = "name: wide\nsteps:\n" + "".join(
        f"  s{n}: {{call: 'm:f', arguments: {{text: '{'x' * 900}'}}, outputs: [v], effect: idempotent}}\n"
        for n in range(30)
    )
    from phoenix_cli.engine.executors.fake import good

    script = lambda job, world: good(v="y" * 900)  # noqa: E731
    calm_world = World(tmp_path / "calm", text, script)
    calm_world.drive()
    stopped = 0
    for number in range(1, 9):
        world = World(tmp_path / str(number), text, script)
        full = FullAt(world, number)
        means = world.means

        def with_full(state, hook=None, full=full, means=means):
            full.state = state
            return means(state, full)

        world.means = with_full
        try:
            world.drive()
        except Unavailable as error:
            stopped += 1
            assert error.code == "state.disk"
            assert world.executor.closes == [True], "nothing goes on running that cannot be recorded"
        world.means = means
        world.go_on()
        assert outcome(world) == outcome(calm_world)
    assert stopped >= 3


# --- two coordinators ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["once", "saga", "locks", "mapped"])
def test_a_coordinator_that_was_relieved_writes_nothing_any_more(tmp_path, name):
    text, script = FLOWS[name]
    counter = CrashAt()
    World(tmp_path / "counted", text, script).drive(counter)
    expected = calm(tmp_path, name)
    for number in range(2, counter.count + 1):
        world = World(tmp_path / str(number), text, script)
        seen = [0]

        def relieve(point, world=world, number=number, seen=seen):
            seen[0] += point == "before"
            if point == "before" and seen[0] == number:
                world.go_on()  # a second coordinator carries the run through while the first one sleeps

        with pytest.raises(Conflict) as caught:
            world.drive(relieve)
        assert caught.value.code == "flow.taken_over"
        assert outcome(world) == expected, number
        for (step, role), count in world.ledger.items():
            if step == "pay" or (name == "saga" and step == "b"):
                assert role != "step" or count == 1, (number, step)


def test_a_living_coordinator_is_not_relieved_before_its_time(tmp_path):
    world = World(tmp_path, ONCE, performed_before(""))
    with pytest.raises(Crash):
        world.drive(CrashAt(2))
    state = State(world.home.database)
    import os

    from phoenix_cli.engine.running.ownership import myself

    me = myself(os.getpid())
    with state.write() as connection:
        connection.execute(
            "UPDATE flow_runs SET owner_pid = ?, owner_started = ?, owner_boot = ?, beat = ?",
            (me.pid, me.started, me.boot_id, world.clock.monotonic()),
        )
    with pytest.raises(Conflict) as caught:
        world.drive()
    assert caught.value.code == "flow.driven"
    with state.write() as connection:
        connection.execute("UPDATE flow_runs SET beat = beat - ?", (flow_runs.LEASE_S + 1,))
    state.close()
    assert world.drive().status == "succeeded"


def test_a_run_that_is_over_is_not_gone_on_with(tmp_path):
    world = World(tmp_path, ONCE, performed_before(""))
    world.drive()
    with pytest.raises(Conflict) as caught:
        world.drive()
    assert caught.value.code == "flow.over"


# --- the wall clock jumps ------------------------------------------------------------------------------------------


class Jumping(SystemClock):
    """An hour forward, two hours back, again and again; the monotonic clock goes on as it should."""

    def __init__(self):
        self.draw = random.Random(9)

    def now(self):
        return datetime.now(UTC) + timedelta(hours=self.draw.choice([-2, -1, 0, 1, 400]))


def test_jumps_of_the_wall_clock_change_nothing(tmp_path):
    expected = calm(tmp_path, "retry")
    text, script = FLOWS["retry"]
    for number in range(1, 8):
        world = World(tmp_path / str(number), text, script)
        world.clock = Jumping()
        with pytest.raises(Crash):
            world.drive(CrashAt(number, "after"))
        world.go_on()
        assert outcome(world) == expected


def test_a_target_that_was_down_for_one_run_is_left_alone_by_the_next_however_the_clock_jumps(tmp_path):
    text = RETRY.replace("cool_down: 1ms", "cool_down: 1h").replace(
        "retry: {count: 4, backoff: 1ms}", "timeout: {queue: 50ms}"
    )

    def down(job, world):
        return fail(1) if job.key.step == "b" else GOOD

    world = World(tmp_path, text.replace("failures: 2", "failures: 1"), down)
    world.drive()
    assert world.ledger["b", "step"] == 1
    world.clock, world.run_id = Jumping(), ""
    told = world.drive()
    assert world.ledger["b", "step"] == 1
    assert told.steps["b"].reason == "the queue time limit is over"
