"""Hypothesis against a model: owners that hold, wait, die, beat and are taken over, clocks that jump, restarts."""

import functools
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from phoenix_cli.engine.leases.records import Owner
from phoenix_cli.kernel.state import State
from tests.engine.leases.world import World, claim

NAMES = ("gpu", "disk")
WANTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "=2", ":all", ":shared"])),
    min_size=1,
    max_size=2,
    unique_by=lambda pair: pair[0],
)
HOLDERS = st.sampled_from([f"run_{owner}/s{step}/1" for owner in range(4) for step in range(2)])
LIVES = st.sampled_from(["process", "beat", "forever", "both"])
TTL_S = 20.0


@functools.cache
def folder():
    return tempfile.TemporaryDirectory()


def empty_home():
    """Return a home whose database is there and empty: emptied, because making one takes longer than an example."""
    home = Path(folder().name)
    state = State(home / "phoenix.db")
    with state.write() as connection:
        connection.execute("DELETE FROM leases")
        connection.execute("DELETE FROM lease_waits")
    state.close()
    return home


class Held:
    """One lease as the model knows it."""

    def __init__(self, owner, claims, capacity, life, pid, boot, beat):
        self.owner, self.claims, self.capacity = owner, claims, capacity
        self.life, self.pids, self.boot, self.beat = life, {pid} if life in ("process", "both") else set(), boot, beat

    def lives(self, world):
        process = bool(self.pids - {one.pid for one in world.dead})
        beaten = world.clock.seconds < self.beat + TTL_S
        told = {"process": process, "beat": beaten, "forever": True, "both": process or beaten}
        return self.boot == world.boot_id and told[self.life]


class AnyLeases(RuleBasedStateMachine):
    """What is granted is what fits beside the living, by arithmetic that is written here a second time."""

    @initialize()
    def begin(self):
        self.world = World(empty_home())
        self.model = {}
        self.waiting = {}
        self.pids = {number: number for number in range(4)}
        self.next_pid = 10
        self.boots = 1

    def pid_of(self, holder):
        return self.pids[int(holder[4])]

    def owner(self, holder, life):
        pids = (self.world.process(self.pid_of(holder)),) if life in ("process", "both") else ()
        return Owner(holder[:5], pids, (), TTL_S if life in ("beat", "both") else None)

    def fits(self, holder, claims, capacity):
        for one in claims:
            others = [
                (held.capacity, each)
                for other, held in self.model.items()
                if other != holder and held.lives(self.world)
                for each in held.claims
                if each.resource == one.resource
            ]
            there_is = min([capacity, *(amount for amount, _ in others)])
            used = sum(each.amount for _, each in others if not each.shared)
            readers = any(each.shared for _, each in others)
            if used if one.shared else readers or used + one.amount > there_is:
                return False
        return True

    @rule(holder=HOLDERS, wants=WANTS, capacity=st.integers(2, 3), life=LIVES, note_wait=st.booleans())
    def acquire(self, holder, wants, capacity, life, note_wait):
        words = [name + mode for name, mode in wants]
        claims = [claim(word, capacity) for word in words]
        owner = self.owner(holder, life)
        looked = self.world.take(holder, *words, capacity=capacity, owner=owner, call="look")
        refused = self.world.take(holder, *words, capacity=capacity, owner=owner)
        assert (looked is None) == (refused is None)
        fits = self.fits(holder, claims, capacity)
        assert fits or refused is not None
        if refused is None:
            self.model[holder] = Held(
                holder[:5], claims, capacity, life, self.pid_of(holder), self.world.boot_id, self.world.clock.seconds
            )
            self.waiting.pop(holder, None)
        elif fits:
            assert "is kept for" in refused.why
            assert refused.holders[0].holder in self.waiting and refused.holders[0].holder != holder
        self.forget_the_cleared()
        if refused is not None and note_wait:
            self.world.wait(holder, *words, capacity=capacity, owner=owner)
            self.waiting[holder] = True

    def forget_the_cleared(self):
        """What the dead held may have been cleared away; what has not been, a beat or a takeover brings back."""
        there = set(self.world.holders())
        for holder, held in list(self.model.items()):
            if holder not in there:
                assert not held.lives(self.world)
                del self.model[holder]

    @rule(holder=HOLDERS)
    def release(self, holder):
        self.world.leases.release(holder)
        self.model.pop(holder, None)

    @rule(holder=HOLDERS)
    def stop_waiting(self, holder):
        self.world.leases.stop_waiting(holder)
        self.waiting.pop(holder, None)

    @rule(number=st.integers(0, 3))
    def release_owner(self, number):
        self.world.leases.release_owner(f"run_{number}")
        self.model = {holder: held for holder, held in self.model.items() if held.owner != f"run_{number}"}
        self.waiting = {holder: True for holder in self.waiting if not holder.startswith(f"run_{number}")}

    @rule(number=st.integers(0, 3))
    def die(self, number):
        self.world.kill(self.pids[number])
        self.next_pid += 1
        self.pids[number] = self.next_pid

    @rule(number=st.integers(0, 3), keep_first=st.booleans())
    def taken_over(self, number, keep_first):
        """The new coordinator keeps all, or only the first step's."""
        owner = f"run_{number}"
        kept = {f"{owner}/s0/1"} if keep_first else None
        self.world.leases.transfer(owner, (self.world.process(self.pids[number]),), kept)
        for holder, held in list(self.model.items()):
            if held.owner != owner:
                continue
            if held.boot != self.world.boot_id or (kept is not None and holder not in kept):
                del self.model[holder]
            else:
                held.life = "process" if held.life in ("forever", "process") else "both"
                held.pids = {*held.pids, self.pids[number]} - {one.pid for one in self.world.dead}
                held.beat = self.world.clock.seconds
        self.waiting = {holder: True for holder in self.waiting if not holder.startswith(owner)}

    @rule(number=st.integers(0, 3))
    def beat(self, number):
        self.world.leases.beat(f"run_{number}")
        for held in self.model.values():
            if held.owner == f"run_{number}":
                held.beat = self.world.clock.seconds

    @rule(seconds=st.sampled_from([0.1, 1.0, 4.0, 12.0, 25.0]))
    def time_goes_on(self, seconds):
        self.world.clock.pass_(seconds)

    @rule(seconds=st.integers(-(10**7), 10**7))
    def somebody_sets_the_clock(self, seconds):
        self.world.clock.wall += timedelta(seconds=seconds)

    @rule(often=st.integers(0, 9))
    def restart(self, often):
        if often == 0:
            self.boots += 1
            self.world.reboot(f"boot-{self.boots}")

    @invariant()
    def nothing_is_granted_twice(self):
        if not hasattr(self, "world"):
            return
        held = self.world.leases.held()
        alive = [one for one, lives in zip(held, self.world.leases.live(held), strict=True) if lives]
        for name in NAMES:
            mine = [one for one in alive if one.claim.resource == name]
            counted = [one.claim.amount for one in mine if not one.claim.shared]
            assert not counted or len(counted) == len(mine)
            assert sum(counted) <= min((one.capacity for one in mine), default=0)

    @invariant()
    def who_lives_holds_what_it_was_granted(self):
        if not hasattr(self, "world"):
            return
        held = self.world.leases.held()
        alive = {
            (one.holder, one.claim) for one, lives in zip(held, self.world.leases.live(held), strict=True) if lives
        }
        assert alive == {
            (holder, one) for holder, held in self.model.items() if held.lives(self.world) for one in held.claims
        }

    def teardown(self):
        """When all is given back, anybody gets everything."""
        if not hasattr(self, "world"):
            return
        for number in range(4):
            self.world.leases.release_owner(f"run_{number}")
        assert self.world.take("run_9/s/1", "gpu:all", "disk:all", capacity=3) is None
        self.world.state.close()


TestAnyLeases = AnyLeases.TestCase
TestAnyLeases.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
