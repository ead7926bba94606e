"""Two processes' handles on one folder against a dictionary."""

from __future__ import annotations

import shutil
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from phoenix_cli.engine.cache.bodies import INLINE_BYTES
from phoenix_cli.engine.cache.matching import Pattern
from phoenix_cli.engine.cache.model import POLICIES
from phoenix_cli.engine.cache.store import Store
from tests.engine.cache.clocks import FakeClock

KEYS = st.sampled_from(["a", "a/1", "a/2", "b", "b/ü", "c*"])
SCOPES = st.sampled_from(["", "x", "x/y", "z"])
LARGE = INLINE_BYTES + 1
VALUES = st.one_of(
    st.sampled_from([b"", b"small", b"L" * LARGE, b"M" * LARGE, b"N" * (2 * LARGE)]),
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5) | st.lists(st.integers(0, 3), max_size=3),
    st.just({"long": "v" * LARGE}),
)
TTLS = st.none() | st.sampled_from([1.0, 10.0, 100.0])
GONE = object()


class TwoHandles(RuleBasedStateMachine):
    """Whatever one handle does, both see it at once, and so does one that is opened later."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="phoenix-cache-"))
        self.clock = FakeClock()
        self.stores = [self.opened(), self.opened()]
        self.model: dict[tuple[str, str], tuple[object, float | None, frozenset[str]]] = {}

    def opened(self) -> Store:
        return Store(self.folder, self.clock, front_bytes=20_000, boot="one")

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def at(self, number: int, scope: str) -> Store:
        store = self.stores[number]
        for name in scope.split("/") if scope else ():
            store = store.child(name)
        return store

    def living(self, scope: str, key: str) -> object:
        value, expires, _ = self.model.get((scope, key), (GONE, None, frozenset()))
        return GONE if expires is not None and expires <= self.clock.mono else value

    def expected(self, scope: str, key: str) -> object:
        parts = scope.split("/") if scope else []
        for count in range(len(parts), -1, -1):
            value = self.living("/".join(parts[:count]), key)
            if value is not GONE:
                return value
        return GONE

    @rule(number=st.integers(0, 1), scope=SCOPES, key=KEYS, value=VALUES, ttl=TTLS, tags=st.sets(st.sampled_from("tu")))
    def put(self, number, scope, key, value, ttl, tags):
        assert self.at(number, scope).put(key, value, ttl_s=ttl, cost_s=1.5, tags=sorted(tags))
        self.model[scope, key] = (value, None if ttl is None else self.clock.mono + ttl, frozenset(tags))

    @rule(number=st.integers(0, 1), scope=SCOPES, key=KEYS)
    def get(self, number, scope, key):
        found = self.at(number, scope).get(key, GONE)
        wanted = self.expected(scope, key)
        assert found is wanted if wanted is GONE else (found, type(found)) == (wanted, type(wanted))

    @rule(number=st.integers(0, 1), scope=SCOPES, key=KEYS)
    def delete(self, number, scope, key):
        assert self.at(number, scope).delete(key) == ((scope, key) in self.model)
        self.model.pop((scope, key), None)

    @rule(number=st.integers(0, 1), scope=SCOPES, key=KEYS, ttl=TTLS)
    def touch(self, number, scope, key, ttl):
        lives = self.living(scope, key) is not GONE
        assert self.at(number, scope).touch(key, ttl) == lives
        if lives and ttl is not None:
            value, _, tags = self.model[scope, key]
            self.model[scope, key] = (value, self.clock.mono + ttl, tags)

    @rule(number=st.integers(0, 1), scope=st.sampled_from(["x", "x/y", "z"]))
    def drop(self, number, scope):
        gone = [one for one in self.model if one[0] == scope or one[0].startswith(f"{scope}/")]
        assert self.at(number, scope).drop() == len(gone)
        for one in gone:
            del self.model[one]

    @rule(number=st.integers(0, 1), glob=st.sampled_from(["a*", "*", "b/?", "c[*]", "[ab]", "a/1"]))
    def invalidate_glob(self, number, glob):
        self.invalidated(number, Pattern(glob=glob), lambda key, tags: fnmatchcase(key, glob))

    @rule(number=st.integers(0, 1), prefix=st.sampled_from(["a", "a/", "b/ü", "c*", "q"]))
    def invalidate_prefix(self, number, prefix):
        self.invalidated(number, Pattern(prefix=prefix), lambda key, tags: key.startswith(prefix))

    @rule(number=st.integers(0, 1), tag=st.sampled_from("tuv"))
    def invalidate_tag(self, number, tag):
        self.invalidated(number, Pattern(tag=tag), lambda key, tags: tag in tags)

    def invalidated(self, number, pattern, means):
        gone = [one for one, (_, _, tags) in self.model.items() if means(one[1], tags)]
        assert sorted((one.scope, one.key) for one in self.stores[number].invalidate(pattern)) == sorted(gone)
        for one in gone:
            del self.model[one]

    @rule(seconds=st.sampled_from([0.5, 1.0, 20.0, 200.0]))
    def wait(self, seconds):
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-3_600.0, 3_600.0, 86_400_000.0]))
    def set_the_wall_clock(self, seconds):
        if self.clock.wall.year + seconds / 31_557_600 < 2100:
            self.clock.jump(seconds)

    @rule(number=st.integers(0, 1))
    def close(self, number):
        self.stores[number].close()

    @rule(number=st.integers(0, 1), policy=st.sampled_from(POLICIES))
    def change_policy(self, number, policy):
        assert self.stores[number].settle(policy=policy)

    @rule(number=st.integers(0, 1))
    def verify(self, number):
        self.stores[number].flush()
        found = self.stores[number].verify()
        assert found.sound and not found.orphans
        assert found.entries == len(self.model)

    @rule(number=st.integers(0, 1))
    def list(self, number):
        listed = {(one.scope, one.key): set(one.tags) for one in self.stores[number].entries()}
        assert listed == {one: set(tags) for one, (_, _, tags) in self.model.items() if self.living(*one) is not GONE}


class Evicting(RuleBasedStateMachine):
    """A store that is too small: never over its limit, never a wrong value, what was put last is there."""

    LIMIT = 30_000

    @initialize(policy=st.sampled_from(POLICIES))
    def open(self, policy):
        self.folder = Path(tempfile.mkdtemp(prefix="phoenix-cache-"))
        self.clock = FakeClock()
        self.stores = [
            Store(self.folder, self.clock, max_bytes=self.LIMIT, policy=policy, boot="one") for _ in range(2)
        ]
        self.model: dict[str, bytes] = {}

    def teardown(self) -> None:
        for store in getattr(self, "stores", ()):
            store.close()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    @rule(
        number=st.integers(0, 1), key=st.sampled_from("abcdefgh"), letter=st.sampled_from([b"1", b"2", b"3"]),
        size=st.sampled_from([0, 10, 3_000, LARGE, 20_000, 30_001]), cost=st.sampled_from([0.0, 1.0, 60.0]), ttl=TTLS,
    )  # fmt: skip
    def put(self, number, key, letter, size, cost, ttl):
        self.clock.advance(0.25)
        kept = self.stores[number].put(key, letter * size, cost_s=cost, ttl_s=ttl)
        assert kept == (size <= self.LIMIT), self.stores[number].problem
        if kept:
            self.model[key] = letter * size
            assert self.stores[1 - number].get(key) == letter * size or size + 201 > self.LIMIT

    @rule(number=st.integers(0, 1), key=st.sampled_from("abcdefgh"))
    def get(self, number, key):
        self.clock.advance(0.25)
        assert self.stores[number].get(key) in (None, self.model.get(key))

    @precondition(lambda self: self.model)
    @rule(number=st.integers(0, 1))
    def flush(self, number):
        self.stores[number].flush()

    @invariant()
    def within_bounds(self):
        if hasattr(self, "stores"):
            stats = self.stores[0].stats()
            assert stats.bytes <= self.LIMIT or stats.entries == 1
            found = self.stores[0].verify()
            assert found.sound and not found.orphans


COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
TestTwoHandles = TwoHandles.TestCase
TestTwoHandles.settings = settings(max_examples=80, stateful_step_count=40, **COMMON)
TestEvicting = Evicting.TestCase
TestEvicting.settings = settings(max_examples=60, stateful_step_count=30, **COMMON)
