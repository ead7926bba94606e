"""The cache against its bars: hits from memory and from disk, misses, puts of 1 KiB; small, and full with eviction running."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measure import report

from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.clock import SystemClock

COUNT = 2_000
ROUNDS = 5
FULL_BYTES = 100_000_000


def p50_us(call: Callable[[int], object]) -> float:
    """Return the least median of some rounds over ``COUNT`` calls, in microseconds: noise only ever adds."""
    medians = []
    for number in range(ROUNDS):
        taken = []
        for at in range(number * COUNT, (number + 1) * COUNT):
            begun = time.perf_counter()
            call(at)
            taken.append(time.perf_counter() - begun)
        medians.append(statistics.median(taken))
    return min(medians) * 1e6


def body(number: int) -> bytes:
    """Return a kibibyte that no other number has."""
    return number.to_bytes(8, "big") * 128


def measured(store: Store, what: str, first: int) -> list[bool]:
    """Measure one store; keys from ``first`` on are new."""
    put = p50_us(lambda at: store.put(f"step/{first + at:012}", body(first + at)))
    last = first + ROUNDS * COUNT - 1
    assert store.get(f"step/{last:012}") == body(last)
    hot = p50_us(lambda at: store.get(f"step/{last - at % 500:012}"))

    def from_disk(at: int) -> None:
        assert store.get(f"step/{last - at % COUNT:012}") is not None

    limit, store.shared.front.max_bytes = store.shared.front.max_bytes, 0
    store.shared.front.clear()
    disk = p50_us(from_disk)
    store.shared.front.max_bytes = limit
    miss = p50_us(lambda at: store.get(f"none/{at:012}"))
    store.flush()
    return [
        report(f"hit from memory, {what}", hot, 50, " us"),
        report(f"hit from disk, {what}", disk, 50, " us"),
        report(f"miss, {what}", miss, 50, " us"),
        report(f"put 1 KiB, {what}", put, 300, " us"),
    ]


def fill(store: Store) -> int:
    """Fill a store to its limit; return how many entries that took."""
    number = 0
    while store.stats().evictions == 0:
        for _ in range(2_000):
            store.put(f"step/{number:012}", body(number), cost_s=number % 7)
            number += 1
    return number


def main() -> int:
    """Measure; exit 1 when a bar is missed."""
    met = []
    with tempfile.TemporaryDirectory(prefix="phoenix-bench-") as folder:
        with Store(Path(folder) / "small", SystemClock()) as store:
            met += measured(store, "small store", 0)
        with Store(Path(folder) / "full", SystemClock(), max_bytes=FULL_BYTES) as store:
            first = fill(store)
            for policy in ("lru", "cost"):
                store.settle(policy=policy)
                met += measured(store, f"100 MB, evicting by {policy}", first)
                first += ROUNDS * COUNT
            assert store.stats().bytes <= FULL_BYTES and store.stats().evictions > ROUNDS * COUNT
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
