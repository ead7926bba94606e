"""Waits that could never end are refused at once, with the circle; others never are."""

from phoenix_cli.engine.leases.records import Owner


def wait(world, holder, *wants, **options):
    """Be refused, for no deadlock, and wait."""
    refused = world.take(holder, *wants, **options)
    assert refused and not refused.deadlock
    world.wait(holder, *wants, **options)


def test_a_child_that_wants_what_is_held_around_it(world):
    world.take("lock_1", "gpu", owner=Owner("ann"))
    refused = world.take("lock_2", "gpu", owner=Owner("ann", inside=("lock_1",)))
    assert refused.deadlock == ("ann (lock_2), inside ann (lock_1), waits for gpu, held by ann (lock_1)",)


def test_a_child_of_a_child(world):
    world.take("lock_1", "gpu", owner=Owner("ann"))
    world.take("lock_2", "disk", owner=Owner("ann", inside=("lock_1",)))
    assert world.take("run_a/s/1", "gpu", inside=("lock_1", "lock_2")).deadlock


def test_what_is_left_beside_the_one_around_it_is_granted(world):
    world.take("run_a/sub/1", "gpu", capacity=2)
    assert world.take("run_b/s/1", "gpu", capacity=2, inside=["run_a/sub/1"]) is None


def test_a_reader_inside_of_a_reader(world):
    world.take("lock_1", "data:shared", owner=Owner("ann"))
    assert world.take("lock_2", "data:shared", owner=Owner("ann", inside=("lock_1",))) is None
    assert world.take("lock_3", "data", owner=Owner("ann", inside=("lock_1",))).deadlock


def test_two_that_want_what_the_other_holds(world):
    """A sub-flow's step wants what a person holds, whose command wants what the sub-flow's step in the parent holds."""
    world.take("run_a/sub/1", "disk")
    world.take("lock_1", "gpu", owner=Owner("ann"))
    wait(world, "run_b/build/1", "gpu", inside=["run_a/sub/1"])
    refused = world.take("lock_2", "disk", owner=Owner("ann", inside=("lock_1",)))
    assert refused.deadlock == (
        "ann (lock_2), inside ann (lock_1), waits for disk, held by run_a (sub)",
        "run_b (build), inside run_a (sub), waits for gpu, held by ann (lock_1)",
    )


def test_only_one_of_a_circle_is_refused_for_it(world):
    world.take("lock_a", "a", owner=Owner("ann"))
    world.take("lock_b", "b", owner=Owner("bob"))
    first, second = Owner("ann", inside=("lock_a",)), Owner("bob", inside=("lock_b",))
    world.wait("lock_1", "b", owner=first)
    world.wait("lock_2", "a", owner=second)
    assert world.take("lock_1", "b", owner=first).deadlock
    assert [one.holder for one in world.leases.waiting()] == ["lock_2"]
    assert not world.take("lock_2", "a", owner=second).deadlock


def test_three(world):
    for name in "abc":
        world.take(f"lock_{name}", name, owner=Owner(name))
    wait(world, "lock_1", "b", owner=Owner("a", inside=("lock_a",)))
    wait(world, "lock_2", "c", owner=Owner("b", inside=("lock_b",)))
    refused = world.take("lock_3", "a", owner=Owner("c", inside=("lock_c",)))
    assert refused.deadlock == (
        "c (lock_3), inside c (lock_c), waits for a, held by a (lock_a)",
        "a (lock_1), inside a (lock_a), waits for b, held by b (lock_b)",
        "b (lock_2), inside b (lock_b), waits for c, held by c (lock_c)",
    )


def test_an_owner_around_it_means_all_that_it_holds(world):
    world.take("run_a/fetch/1", "disk")
    assert world.take("run_b/s/1", "disk", inside=["run_a"]).deadlock


def test_another_step_of_the_same_run_will_end(world):
    world.take("run_a/sub/1", "gpu")
    world.take("run_a/fetch/1", "disk")
    assert world.take("run_b/s/1", "disk", inside=["run_a/sub/1"]).deadlock == ()


def test_one_of_two_holders_who_can_end_is_enough(world):
    world.take("lock_1", "gpu", capacity=2, owner=Owner("ann"))
    world.take("run_x/s/1", "gpu", capacity=2)
    inside = {"owner": Owner("ann", inside=("lock_1",)), "capacity": 2}
    assert world.take("lock_2", "gpu", **inside).deadlock == ()
    world.leases.release("lock_2")
    assert world.take("lock_2", "gpu:all", **inside).deadlock


def test_who_waits_for_a_circle_of_others_is_not_refused_for_it(world):
    world.take("lock_a", "a", owner=Owner("ann"))
    world.take("lock_b", "b", owner=Owner("bob"))
    world.take("lock_c", "c", owner=Owner("eve"))
    world.wait("lock_1", "b", owner=Owner("ann", inside=("lock_a",)))
    world.wait("lock_2", "a", owner=Owner("bob", inside=("lock_b",)))
    assert world.take("lock_3", "a", owner=Owner("eve", inside=("lock_c",))).deadlock == ()


def test_who_died_while_it_waited_closes_no_circle(world):
    world.take("lock_a", "a", owner=Owner("ann"))
    world.take("lock_b", "b", owner=Owner("bob"))
    world.wait("lock_1", "b", owner=world.owner("ann", 7, inside=("lock_a",)))
    inside_b = Owner("bob", inside=("lock_b",))
    assert world.take("lock_2", "a", owner=inside_b, call="look").deadlock
    world.kill(7)
    assert world.take("lock_2", "a", owner=inside_b, call="look").deadlock == ()


def test_a_circle_that_somebody_elses_end_opens_is_none(world):
    """Of b there are two; one of them comes back when what eve waits for does, so ann gets hers and bob his."""
    world.take("lock_a", "a", owner=Owner("ann"))
    for name in ("bob", "eve"):
        world.take(f"lock_{name}", "b", capacity=2, owner=Owner(name))
    world.take("lock_c", "c", owner=Owner("joe"))
    wait(world, "lock_1", "b", capacity=2, owner=Owner("ann", inside=("lock_a",)))
    wait(world, "lock_2", "c", owner=Owner("eve", inside=("lock_eve",)))
    inside_bob = Owner("bob", inside=("lock_bob",))
    assert world.take("lock_3", "a", owner=inside_bob).deadlock == ()
    world.take("lock_d", "a2", owner=Owner("joe", inside=("lock_c",)))
    world.wait("lock_4", "a", owner=Owner("joe", inside=("lock_c",)))
    refused = world.take("lock_3", "a", owner=inside_bob)
    assert len(refused.deadlock) == 2, "now joe, too, waits for ann"
