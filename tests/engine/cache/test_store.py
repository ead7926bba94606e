"""What a scope of the store does, one property at a time."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from phoenix_cli.engine.cache.bodies import INLINE_BYTES
from phoenix_cli.engine.cache.matching import Pattern
from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.errors import Usage
from tests.engine.cache.clocks import FakeClock

LARGE = b"x" * (INLINE_BYTES + 1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store(tmp_path, clock):
    with Store(tmp_path / "cache", clock, boot="one") as store:
        yield store


def body_files(folder: Path) -> list[Path]:
    return [one for one in (folder / "bodies").rglob("*") if one.is_file()]


def in_python(program: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, words)], capture_output=True, text=True, timeout=60
    )


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), {"a": b"bytes"}, "\ud800"])
def test_what_is_neither_json_nor_bytes_is_refused(store, value):
    with pytest.raises(Usage):
        store.put("a", value)


def test_a_nest_that_is_too_deep_is_refused(store):
    nest: list = []
    for _ in range(100_000):
        nest = [nest]
    with pytest.raises(Usage):
        store.put("a", nest)


@pytest.mark.parametrize("key", ["", "a\0b", "x" * 1_025, "ü" * 513, "\ud800"])
def test_keys_are_texts_of_a_kibibyte(store, key):
    with pytest.raises(Usage) as caught:
        store.get(key)
    assert caught.value.code == "cache.key"
    with pytest.raises(Usage):
        store.put(key, 1)


@pytest.mark.parametrize("wrong", [{"ttl_s": float("nan")}, {"ttl_s": float("inf")}, {"cost_s": float("nan")}])
def test_seconds_are_numbers(store, wrong):
    with pytest.raises(Usage):
        store.put("a", 1, **wrong)


def test_what_a_caller_does_with_a_value_changes_nobody_elses(store):
    store.put("a", {"list": [1]})
    store.get("a")["list"].append(2)
    assert store.get("a") == {"list": [1]}


def test_equal_bodies_are_stored_once(store, tmp_path):
    for number in range(5):
        store.put(f"large/{number}", LARGE)
        store.put(f"small/{number}", b"same")
    assert store.stats().bodies == 2
    assert len(body_files(tmp_path / "cache")) == 1
    store.invalidate(Pattern(prefix="large/"))
    assert body_files(tmp_path / "cache") == []
    assert store.stats().bodies == 1


def test_looking_makes_no_store(store, tmp_path):
    assert store.get("a") is None and store.entries() == [] and store.stats().entries == 0
    assert not store.delete("a") and not store.touch("a") and store.drop() == 0 and store.verify().sound
    store.close()
    assert not (tmp_path / "cache").exists()


def test_made_once_and_kept_with_its_cost(store, clock):
    made = []

    def make():
        made.append(1)
        clock.advance(2.5)
        return {"made": len(made)}

    assert [store.get_or_make("a", make) for _ in range(3)] == [{"made": 1}] * 3
    assert store.entry("a").cost_s == 2.5


# --- time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-3_600.0, 3_600.0, 1e9])
def test_setting_the_clock_ends_nothing_early_and_keeps_nothing_longer(store, clock, jump):
    store.put("a", 1, ttl_s=60)
    clock.jump(jump)
    assert store.get("a") == 1
    clock.advance(59)
    assert store.get("a") == 1
    clock.advance(2)
    assert store.get("a") is None


def test_another_process_after_a_jump_tells_the_same_time(store, clock, tmp_path):
    store.put("a", 1, ttl_s=60)
    clock.jump(7_200)
    with Store(tmp_path / "cache", clock, boot="one") as other:
        assert other.get("a") == 1
        clock.advance(61)
        assert other.get("a") is None


@pytest.mark.parametrize(("off_s", "there"), [(0, True), (50, True), (61, False)])
def test_time_that_the_machine_was_off_counts(store, clock, tmp_path, off_s, there):
    store.put("a", 1, ttl_s=60)
    store.close()
    clock.reboot(off_s)
    with Store(tmp_path / "cache", clock, boot="two") as after:
        assert (after.get("a") == 1) == there
        clock.advance(61)
        assert after.get("a") is None


def test_a_boot_with_a_clock_that_is_behind_ends_nothing(store, clock, tmp_path):
    store.put("a", 1, ttl_s=60)
    store.close()
    clock.reboot(-1e8)
    with Store(tmp_path / "cache", clock, boot="two") as after:
        assert after.get("a") == 1
        clock.advance(61)
        assert after.get("a") is None


def test_reading_again_does_not_renew(store, clock, tmp_path):
    store.put("a", 1, ttl_s=10)
    with Store(tmp_path / "cache", clock, boot="one") as other:
        for _ in range(9):
            clock.advance(1)
            assert store.get("a") == other.get("a") == 1
            other.put("noise", clock.mono)  # so that the front is filled again
        clock.advance(1)
        assert store.get("a") is None and other.get("a") is None


def test_a_child_sees_what_is_around_it_when_its_own_has_ended(store, clock):
    child = store.child("run")
    store.put("a", "outer")
    child.put("a", "inner", ttl_s=5)
    assert (child.get("a"), store.get("a")) == ("inner", "outer")
    clock.advance(6)
    assert child.get("a") == "outer"


# --- eviction ---------------------------------------------------------------------------------------------


def filled(tmp_path, clock, policy, use):
    """Fill a store for four bodies and one more; return which keys are left."""
    with Store(tmp_path / policy, clock, max_bytes=5_000, policy=policy, boot="one") as store:
        for number, (cost, ttl) in enumerate([(9, 50), (1, 40), (9, 400), (9, None)]):
            clock.advance(1)
            store.put(f"k{number}", bytes([number]) * 1_000, cost_s=cost, ttl_s=ttl)
        for key in use:
            clock.advance(1)
            store.get(key)
        clock.advance(1)
        assert store.put("new", b"n" * 1_000, cost_s=5)
        assert store.stats().evictions == 1
        return {one.key for one in store.entries()}


def test_lru_takes_what_was_not_used_for_longest(tmp_path, clock):
    assert "k1" not in filled(tmp_path, clock, "lru", ["k0"])


def test_lfu_takes_what_is_used_least(tmp_path, clock):
    assert "k2" not in filled(tmp_path, clock, "lfu", ["k2", "k0", "k0", "k1", "k1", "k3", "k3"])


def test_ttl_takes_what_ends_soonest(tmp_path, clock):
    assert "k1" not in filled(tmp_path, clock, "ttl", ["k1", "k1"])


def test_cost_takes_what_is_made_again_fastest(tmp_path, clock):
    assert "k1" not in filled(tmp_path, clock, "cost", ["k1", "k1"])


def test_what_was_popular_once_grows_old(tmp_path, clock):
    with Store(tmp_path / "cache", clock, max_bytes=5_000, policy="lfu", boot="one") as store:
        store.put("star", b"s" * 1_000)
        for _ in range(10):
            store.get("star")
        for number in range(60):  # each used twice, never again
            clock.advance(1)
            store.put(f"k{number}", number.to_bytes(4, "big") * 250)
            store.get(f"k{number}")
        assert store.entry("star") is None


def test_what_has_ended_leaves_before_what_has_not(tmp_path, clock):
    with Store(tmp_path / "cache", clock, max_bytes=3_000, policy="lru", boot="one") as store:
        store.put("old", b"o" * 1_000)
        store.put("ended", b"e" * 1_000, ttl_s=1)
        clock.advance(2)
        store.put("new", b"n" * 1_000)
        assert {one.key for one in store.entries()} == {"old", "new"}


def test_the_limit_is_everybodys_and_is_kept(store, clock, tmp_path):
    for number in range(10):
        store.put(f"k{number}", number.to_bytes(2, "big") * 1_000)
    with Store(tmp_path / "cache", clock, boot="one") as other:
        assert other.settle(max_bytes=5_000, policy="cost")
    assert (store.stats().max_bytes, store.stats().policy) == (5_000, "cost")
    assert store.stats().bytes <= 5_000
    assert not store.put("too large", b"x" * 5_001)
    assert "more than the cache may hold" in store.problem


def test_hits_are_gathered_and_written_at_the_end(store, clock, tmp_path):
    store.put("a", 1)
    for _ in range(5):
        store.get("a")
    store.get("none")
    assert store.entry("a").hits == 0
    store.close()
    with Store(tmp_path / "cache", clock, boot="one") as after:
        assert after.entry("a").hits == 5
        stats = after.stats()
        assert (stats.hits, stats.misses, stats.puts, stats.hit_rate) == (5, 1, 1, 0.8333)


# --- patterns ---------------------------------------------------------------------------------------------


def test_a_regex_looks_at_keys(store):
    for key in ("step/1", "step/22", "file/1"):
        store.put(key, "step/22 in the value")
    assert [one.key for one in store.invalidate(Pattern(regex=r"^step/\d\d$"))] == ["step/22"]


@pytest.mark.parametrize("regex", ["(", "(a+)+$", "(?P<x"])
def test_a_regex_that_is_wrong_or_never_ends_is_refused(store, regex):
    store.put("a" * 60 + "!", 1)
    with pytest.raises(Usage) as caught:
        store.invalidate(Pattern(regex=regex))
    assert caught.value.code == "cache.regex"
    assert store.stats().entries == 1


def test_a_pattern_that_is_no_text_is_refused(store):
    store.put("a", 1)
    with pytest.raises(Usage):
        store.matches(Pattern(glob="\udcff*"))


def test_a_glob_of_many_stars_ends(store):
    store.put("a" * 1_000, 1)
    assert store.matches(Pattern(glob="*a" * 100 + "b")) == []


@pytest.mark.parametrize("pattern", [Pattern(), Pattern(prefix="a", glob="b")])
def test_a_pattern_is_one_thing(store, pattern):
    store.put("a", 1)
    with pytest.raises(Usage):
        store.matches(pattern)


# --- damage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["cut", "change", "remove"])
def test_a_damaged_body_is_a_miss_and_goes(store, clock, tmp_path, harm):
    store.put("a", LARGE)
    store.put("b", LARGE)
    store.put("c", 1)
    (file,) = body_files(tmp_path / "cache")
    if harm == "remove":
        file.unlink()
    else:
        file.write_bytes(LARGE[:-1] if harm == "cut" else LARGE[:-1] + b"y")
    with Store(tmp_path / "cache", clock, boot="one") as other:
        assert len(other.verify().damaged) == 1 and not other.verify().sound
        assert other.get("a") is None and other.get("b") is None and other.get("c") == 1
        assert other.verify().sound and body_files(tmp_path / "cache") == []
        assert other.put("a", LARGE) and other.get("a") == LARGE


def test_a_changed_row_is_a_miss(store, clock, tmp_path):
    store.put("a", b"value")
    store.close()
    with sqlite3.connect(tmp_path / "cache" / "store.db") as connection:
        connection.execute("UPDATE bodies SET data = ?", (b"other",))
    connection.close()
    assert store.get("a") is None
    assert store.verify().sound


@pytest.mark.parametrize("content", [b"", b"garbage" * 1_000, "sqlite", "newer"])
def test_a_file_that_is_not_ours_is_set_aside(store, tmp_path, content):
    path = tmp_path / "cache" / "store.db"
    path.parent.mkdir()
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE other (a)")
        connection.execute(f"PRAGMA user_version = {99 if content == 'newer' else 0}")
        connection.commit()
        connection.close()
    assert store.get("a") is None
    assert store.put("a", 1) and store.get("a") == 1
    assert path.with_name("store.db.bad").exists() == bool(content)


def test_damage_while_it_is_open_is_no_error(store, tmp_path, clock):
    for number in range(300):
        store.put(f"k{number}", number.to_bytes(4, "big") * 200)
    store.close()
    path = tmp_path / "cache" / "store.db"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8_192)
        file.write(os.urandom(size - 8_192))
    for number in range(300):
        store.get(f"k{number}")
    assert store.put("a", 1) and store.get("a") == 1
    assert store.verify().sound


def test_what_a_crash_leaves_is_collected(store, tmp_path):
    store.put("a", LARGE)
    folder = tmp_path / "cache"
    orphan = folder / "bodies" / "ab" / "cd" / ("abcd" + "0" * 60)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"orphan")
    gone = subprocess.Popen(["true"])
    gone.wait()
    (folder / "aside").mkdir(exist_ok=True)
    half = folder / "aside" / f"{gone.pid}.half"
    ours = folder / "aside" / f"{os.getpid()}.ours"
    for one in (half, ours):
        one.write_bytes(b"half")
    assert set(store.verify().orphans) == {orphan.name, half.name} and store.verify().sound
    assert store.collect() == 2
    assert not orphan.exists() and not half.exists() and ours.exists()
    assert store.get("a") == LARGE


def test_wrong_sums_are_found_and_settled(store, tmp_path):
    store.put("a", LARGE)
    right = store.stats().bytes
    store.close()
    with sqlite3.connect(tmp_path / "cache" / "store.db") as connection:
        connection.execute("UPDATE ledger SET bytes = 5")
        connection.execute("UPDATE bodies SET refs = 7")
    connection.close()
    assert store.verify().miscounted and not store.verify().sound
    store.verify(repair=True)
    assert store.verify().sound and store.stats().bytes == right


# --- a full disk ------------------------------------------------------------------------------------------

FULL = """
    import resource, sys
    from pathlib import Path
    from phoenix_cli.engine.cache.store import Store
    from phoenix_cli.kernel.clock import SystemClock

    store = Store(Path(sys.argv[1]), SystemClock())
    assert store.put("before", b"small") and store.put("old", b"1" * 20_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    assert not store.put("large", b"2" * 500_000) and store.problem, "a body"
    kept, number = True, 0
    while kept:  # until the journal has no room
        kept = store.put(f"k{number}", number.to_bytes(4, "big") * 500)
        number += 1
        assert number < 10_000
    assert store.problem
    assert store.get("before") == b"small" and store.get("old") == b"1" * 20_000 and store.get("large") is None
    for one in range(number - 1):
        assert store.get(f"k{one}") == one.to_bytes(4, "big") * 500, one
    store.close()
"""


def test_a_full_disk_is_a_no_and_nothing_is_half(tmp_path, store):
    done = in_python(FULL, tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    found = store.verify()
    assert found.sound and not found.orphans and found.entries > 10
    assert list((tmp_path / "cache" / "aside").iterdir()) == []


def test_a_folder_that_bars_us_is_a_no(tmp_path, clock):
    (tmp_path / "file").write_text("in the way")
    with Store(tmp_path / "file" / "cache", clock) as store:
        assert not store.put("a", 1) and store.problem
        assert store.get("a") is None and store.entries() == [] and not store.settle(max_bytes=5)
        assert store.get_or_make("a", lambda: 3) == 3
