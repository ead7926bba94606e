"""A big request does not starve; and nothing is kept for those who are gone, stopped, or wait for somebody's weekend."""

from phoenix_cli.engine.leases.granting import KEPT_AFTER_S
from phoenix_cli.engine.leases.living import SILENT_S
from phoenix_cli.engine.leases.records import Owner


def small(world, number, want="gpu"):
    return world.take(f"run_{number}/small/1", want, capacity=4)


def big(world, call="acquire", *wants):
    return world.take("run_b/train/1", *(wants or ("gpu:all",)), capacity=4, call=call, owner=world.owner("run_b", 5))


def begin(world, *wants):
    """Let small ones in, then a big one that waits."""
    small(world, 0)
    world.clock.pass_(0.1)
    assert big(world, "acquire", *wants)
    big(world, "wait", *wants)
    world.clock.pass_(0.1)
    small(world, 1)
    world.leases.release("run_0/small/1")


def test_small_ones_pass_at_first_and_then_things_are_kept_for_the_big_one(world):
    begin(world)
    assert small(world, 2) is None
    world.clock.pass_(KEPT_AFTER_S)
    refused = small(world, 3)
    assert refused.why == "gpu is kept for run_b (train), who has waited longer"
    assert [one.holder for one in refused.holders] == ["run_b/train/1"]
    world.leases.release("run_1/small/1", "run_2/small/1")
    assert small(world, 3)
    assert big(world) is None
    assert world.leases.waiting() == []


def test_who_came_before_it_is_not_kept_out(world):
    world.wait("run_7/small/1", "gpu", capacity=4)
    world.clock.pass_(1)
    begin(world)
    world.clock.pass_(KEPT_AFTER_S)
    assert small(world, 7) is None


def test_what_it_does_not_want_or_does_not_lack_for_it_goes_on(world):
    small(world, 0, "gpu=3")
    world.clock.pass_(0.1)
    assert big(world, "acquire", "gpu=2")
    big(world, "wait", "gpu=2")
    world.clock.pass_(KEPT_AFTER_S)
    small(world, 1)
    world.leases.release("run_0/small/1")
    assert world.take("run_3/s/1", "disk") is None
    assert small(world, 3) is None, "two of four are left for two"
    assert small(world, 4)


def test_for_what_is_held_since_before_it_came_nothing_is_kept(world):
    world.take("lock_1", "gpu", capacity=4, owner=Owner("ann"))
    big(world, "wait", "gpu:all", "disk")
    world.clock.pass_(1e5)
    big(world, "wait", "gpu:all", "disk")
    assert big(world, "acquire", "gpu:all", "disk")
    assert small(world, 1) is None and world.take("run_2/s/1", "disk", capacity=4) is None


def test_nothing_is_kept_for_the_dead(world):
    begin(world)
    world.clock.pass_(KEPT_AFTER_S)
    assert small(world, 3)
    world.kill(5)
    assert small(world, 3) is None


def test_nothing_is_kept_for_who_is_silent_until_it_asks_again(world):
    begin(world)
    world.clock.pass_(SILENT_S)
    assert small(world, 3) is None
    assert big(world)
    assert small(world, 4)


def test_a_look_is_asking_too(world):
    begin(world)
    for _ in range(4):
        world.clock.pass_(SILENT_S / 2)
        assert big(world, "look")
    assert small(world, 3)


def test_nothing_is_kept_for_who_has_stopped_waiting(world):
    begin(world)
    world.clock.pass_(KEPT_AFTER_S)
    world.leases.stop_waiting("run_b/train/1")
    assert small(world, 3) is None


def test_waiting_again_keeps_ones_place(world):
    begin(world)
    world.clock.pass_(KEPT_AFTER_S)
    (before,) = world.leases.waiting()
    big(world, "wait")
    (after,) = world.leases.waiting()
    assert (after.since, after.since_at) == (before.since, before.since_at) and after.beat > before.beat


def test_a_place_of_an_earlier_boot_is_no_place(world):
    begin(world)
    world.reboot("boot-2")
    big(world, "wait")
    (wait,) = world.leases.waiting()
    assert wait.since == world.clock.monotonic()


def test_two_big_ones_get_it_in_the_order_in_which_they_came(world):
    begin(world)
    world.clock.pass_(0.1)
    world.wait("run_c/train/1", "gpu:all", capacity=4)
    world.clock.pass_(KEPT_AFTER_S)
    world.leases.release("run_1/small/1")
    assert world.take("run_c/train/1", "gpu:all", capacity=4)
    assert big(world) is None


def test_who_works_inside_of_a_holder_is_let_through(world):
    """It was there first by what is around it; the big one waits for that, so keeping the child out would stop both."""
    world.take("run_a/sub/1", "disk")
    world.clock.pass_(0.1)
    world.take("run_x/s/1", "disk2")
    big(world, "wait", "gpu:all", "disk2")
    world.clock.pass_(0.1)
    world.leases.release("run_x/s/1")
    world.take("run_y/s/1", "disk2", capacity=4)
    world.clock.pass_(KEPT_AFTER_S)
    assert small(world, 1), "a stranger is kept out"
    assert world.take("run_c/s/1", "gpu", capacity=4, inside=["run_a/sub/1"]) is None
