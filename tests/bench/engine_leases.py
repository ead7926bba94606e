"""What it costs to lease a resource and give it back: alone, and beside others who hold and wait."""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import report

from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Owner
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.processes import identify
from phoenix_cli.kernel.state import State

GPU = (Claim("gpu", 1, False),)
ROUNDS = 300


def us(action: Callable[[], object], rounds: int = ROUNDS, times: int = 7) -> float:
    """Return the least CPU microseconds of a round."""
    found = []
    gc.disable()
    for _ in range(times):
        began = time.process_time()
        for _ in range(rounds):
            action()
        found.append((time.process_time() - began) / rounds)
    gc.enable()
    return min(found) * 1e6


def bare(path: Path) -> Callable[[], None]:
    """Return two transactions of SQLite itself that add a row and remove it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT)")

    def both() -> None:
        for statement in ("INSERT INTO t VALUES ('a', 'b')", "DELETE FROM t"):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(statement)
            connection.execute("COMMIT")

    return both


def main() -> int:
    """Measure, print, and fail when a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder) / "phoenix.db")
        leases = Leases(state, SystemClock())
        me = identify(os.getpid())
        assert me is not None
        owner = Owner("run_1", (me,))

        def both() -> None:
            assert leases.acquire("run_1/build/1", GPU, {"gpu": 4}, owner) is None
            leases.release("run_1/build/1")

        floor = us(bare(Path(folder) / "bare.db"))
        print(f"  two bare transactions of SQLite: {floor:.0f} us")
        met = [report("acquire and release, alone", us(both), 150, " us")]
        for number in range(3):
            leases.acquire(f"run_{number}/other/1", (Claim("gpu", 1, False),), {"gpu": 4}, owner)
        met.append(report("acquire and release beside three holders", us(both), 200, " us"))
        leases.acquire("run_4/other/1", GPU, {"gpu": 4}, owner)
        leases.wait("run_1/build/1", GPU, {"gpu": 4}, owner)
        met.append(
            report("one look of a waiter", us(lambda: leases.look("run_1/build/1", GPU, {"gpu": 4}, owner)), 150, " us")
        )
        state.close()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
