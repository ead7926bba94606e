"""What is granted to whom, how long it lasts, and what is said to those who get nothing."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import HeldBy, Owner
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import Usage


def test_what_is_counted_is_granted_until_none_is_left(world):
    assert [world.take(f"run_{n}/s/1", "gpu", capacity=2) is None for n in range(3)] == [True, True, False]
    assert world.leases.release("run_0/s/1") == 1
    assert world.take("run_2/s/1", "gpu", capacity=2) is None


def test_all_or_nothing(world):
    world.take("run_a/s/1", "disk")
    assert world.take("run_b/s/1", "gpu", "disk").resource == "disk"
    assert world.holders("gpu") == []


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("gpu:shared", "gpu:shared", True),
        ("gpu:shared", "gpu=1", False),
        ("gpu=1", "gpu:shared", False),
        ("gpu:all", "gpu:shared", False),
        ("gpu:shared", "gpu:all", False),
        ("gpu=1", "gpu:all", False),
        ("gpu:all", "gpu=1", False),
        ("gpu=2", "gpu=2", True),
        ("gpu=3", "gpu=2", False),
    ],
)
def test_who_goes_together(world, first, second, together):
    assert world.take("run_a/s/1", first, capacity=4) is None
    assert (world.take("run_b/s/1", second, capacity=4) is None) == together


@pytest.mark.parametrize(("held", "wanted"), [(1, 4), (4, 1)])
def test_where_two_disagree_there_is_the_least_that_anybody_named(world, held, wanted):
    assert world.take("run_a/s/1", "gpu", capacity=held) is None
    assert world.take("run_b/s/1", "gpu", capacity=wanted).resource == "gpu"
    world.leases.release("run_a/s/1")
    assert world.take("run_b/s/1", "gpu", capacity=wanted) is None


def test_who_held_it_with_a_small_view_and_died_is_forgotten_with_the_view(world):
    world.take("run_a/s/1", "gpu", capacity=1, owner=world.owner("run_a", 7))
    world.kill(7)
    assert world.take("run_b/s/1", "gpu=3", capacity=4) is None
    assert world.holders() == ["run_b/s/1"]


def test_more_than_there_is_is_a_mistake_and_no_wait(world):
    with pytest.raises(Usage, match="of gpu there is 2, 3 are wanted"):
        world.take("run_a/s/1", "gpu=3", capacity=2)


def test_nothing_wanted_is_nothing_held(world):
    assert world.take("run_a/s/1") is None
    assert not world.state.path.exists()


def test_a_holder_that_asks_again_has_what_it_asked_for_last(world):
    world.take("run_a/s/1", "gpu", "disk")
    assert world.take("run_a/s/1", "gpu") is None
    assert world.holders() == ["run_a/s/1"] and world.holders("disk") == []
    world.take("run_b/s/1", "disk")
    assert world.take("run_a/s/1", "gpu", "disk") and world.holders("gpu") == ["run_a/s/1"]


# --- what is said -------------------------------------------------------------------------------------------------


def test_a_refusal_names_the_holder_as_people_do(world):
    world.take("run_ab12/build/1", "gpu")
    refused = world.take("run_b/s/1", "gpu")
    assert refused.why == "gpu is held by run_ab12 (build)"
    assert refused.holders == (HeldBy("run_ab12/build/1", "run_ab12", "", "2026-01-01T00:00:00.000Z"),)
    assert refused.deadlock == ()


def test_a_refusal_tells_a_persons_note_and_how_many_others(world):
    world.take("lock_7", "gpu", capacity=3, owner=Owner("ann"), note="benchmarks")
    world.clock.pass_(1)
    world.take("run_a/s/1", "gpu", capacity=3)
    world.take("run_a/t/1", "gpu", capacity=3)
    refused = world.take("run_b/s/1", "gpu", capacity=3)
    assert refused.why == "gpu is held by ann (lock_7: benchmarks) and 2 others"


def test_looking_says_the_same_and_takes_nothing(world):
    assert world.take("run_a/s/1", "gpu", call="look") is None
    assert world.holders() == []
    world.take("run_b/s/1", "gpu")
    assert world.take("run_a/s/1", "gpu", call="look") == world.take("run_a/s/1", "gpu")


# --- how long it lasts --------------------------------------------------------------------------------------------


def test_one_of_several_processes_is_enough_to_keep_it(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 7, 8))
    world.kill(7)
    assert world.take("run_b/s/1", "gpu")
    world.kill(8)
    assert world.take("run_b/s/1", "gpu") is None


def test_a_pid_that_was_given_to_another_process_keeps_nothing(world):
    world.take("run_a/s/1", "gpu", owner=Owner("run_a", (world.process(7, started="100"),)))
    world.dead.add(world.process(7, started="100"))
    assert world.lives(world.process(7, started="200"))
    assert world.take("run_b/s/1", "gpu") is None


def test_a_real_process_with_another_start_is_another_process(tmp_path, world):
    me = processes.identify(os.getpid())
    leases = Leases(world.state, world.clock)
    for started, free in ((me.started, False), ("1", True)):
        leases.acquire("a", [Claim("gpu", 1, False)], {"gpu": 1}, Owner("a", (replace(me, started=started),)))
        assert (leases.acquire("b", [Claim("gpu", 1, False)], {"gpu": 1}, Owner("b")) is None) == free
        leases.release("a", "b")


def test_after_a_restart_of_the_machine_nobody_holds_anything(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 1))
    world.take("lock_1", "disk", owner=Owner("ann"))
    world.take("run_c/s/1", "tape", owner=Owner("run_c", ttl_s=1e9))
    world.reboot("boot-2")
    assert world.leases.live(world.leases.held()) == [False] * 3
    assert world.take("run_b/s/1", "gpu", "disk", "tape") is None
    assert set(world.holders()) == {"run_b/s/1"}


def test_work_elsewhere_keeps_it_for_a_while_after_each_beat(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 7, ttl_s=30))
    world.kill(7)
    world.clock.pass_(29)
    world.leases.beat("run_a")
    world.clock.pass_(29)
    assert world.take("run_b/s/1", "gpu")
    world.clock.pass_(1.5)
    assert world.take("run_b/s/1", "gpu") is None


def test_a_process_that_lives_needs_no_beat(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 7, ttl_s=30))
    world.clock.pass_(1e6)
    assert world.take("run_b/s/1", "gpu")


@pytest.mark.parametrize("jump_s", [-3_600, 3_600, 10**9, -(10**8)])
def test_no_jump_of_the_wall_clock_frees_or_keeps_anything(world, jump_s):
    world.take("run_a/s/1", "gpu", owner=Owner("run_a", ttl_s=30))
    world.take("run_a/t/1", "disk", owner=Owner("run_a", ttl_s=10))
    world.clock.pass_(20)
    world.clock.wall += timedelta(seconds=jump_s)
    assert world.take("run_b/s/1", "gpu")
    assert world.take("run_b/t/1", "disk") is None
    world.clock.pass_(10)
    assert world.take("run_b/s/1", "gpu") is None


def test_what_is_tied_to_nothing_stays_until_it_is_released(world):
    world.take("lock_1", "gpu", owner=Owner("ann"))
    world.clock.pass_(1e7)
    assert world.take("run_b/s/1", "gpu")
    world.leases.release("lock_1")
    assert world.take("run_b/s/1", "gpu") is None


def test_tying_to_another_process(world):
    world.take("lock_1", "gpu", owner=world.owner("ann", 7))
    assert world.leases.tie("lock_1", (world.process(7), world.process(8)))
    world.kill(7)
    assert world.take("run_b/s/1", "gpu")
    world.kill(8)
    assert world.take("run_b/s/1", "gpu") is None
    assert not world.leases.tie("lock_1", ())


# --- a run's leases -----------------------------------------------------------------------------------------------


def test_a_new_coordinator_takes_over_what_a_run_holds(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 7))
    world.take("run_a/t/1", "disk", owner=world.owner("run_a", 7))
    world.take("run_b/s/1", "tape", owner=world.owner("run_b", 9))
    world.kill(7)
    assert world.leases.transfer("run_a", (world.process(8),)) == ("run_a/s/1", "run_a/t/1")
    assert world.take("run_c/s/1", "gpu") and world.take("run_c/s/1", "disk")
    world.kill(8)
    assert world.take("run_c/s/1", "gpu", "disk") is None
    assert world.take("run_c/t/1", "tape")


def test_what_a_command_uses_lives_with_its_host_through_any_number_of_coordinators(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 7, 70))
    for coordinator in (8, 9):
        world.kill(coordinator - 1)
        world.leases.transfer("run_a", (world.process(coordinator),))
        (held,) = world.leases.held()
        assert [one.pid for one in held.processes] == [coordinator, 70]
    world.kill(9)
    assert world.take("run_b/s/1", "gpu")
    world.kill(70)
    assert world.take("run_b/s/1", "gpu") is None


def test_what_nobody_works_on_any_more_is_given_back_when_a_run_is_taken_over(world):
    world.take("run_a/s/1", "gpu", owner=world.owner("run_a", 7))
    world.take("run_a/t/1", "disk", owner=world.owner("run_a", 7))
    assert world.leases.transfer("run_a", (world.process(8),), {"run_a/t/1"}) == ("run_a/t/1",)
    assert world.holders() == ["run_a/t/1"]


def test_what_a_run_held_before_a_restart_is_not_taken_over(world):
    world.take("run_a/s/1", "gpu")
    world.reboot("boot-2")
    assert world.leases.transfer("run_a", (world.process(8),)) == ()
    assert world.holders() == []


def test_the_end_of_a_run_leaves_nothing(world):
    world.take("run_a/s/1", "gpu", "disk")
    world.wait("run_a/t/1", "disk")
    world.take("run_b/s/1", "tape")
    assert world.leases.release_owner("run_a") == 2
    assert world.holders() == ["run_b/s/1"] and world.leases.waiting() == []


def test_what_the_dead_left_is_cleared_away_by_whoever_has_to_wait(world):
    for number in range(5):
        world.take(f"run_{number}/s/1", f"r{number}", owner=world.owner(f"run_{number}", 7))
    world.wait("run_9/s/1", "r1", owner=world.owner("run_9", 7))
    world.take("run_a/s/1", "gpu")
    world.kill(7)
    assert world.take("run_b/s/1", "gpu")
    assert world.holders() == ["run_a/s/1"]
    assert world.state.read("SELECT * FROM lease_waits") == []
