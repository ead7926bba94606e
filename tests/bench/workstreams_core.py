"""Workstreams: cold and warm loading, validation and all figures of 1,000 and 10,000 files with three needs each."""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from measure import report, temporary_home

NOW = 1_751_700_000.0


def generate(folder: Path, count: int, done: float = 0.3) -> None:
    """Write workstreams of which each needs three of the fifty before it; the first part is merged."""
    folder.mkdir(parents=True)
    draw = random.Random(1)
    for number in range(count):
        needs = sorted({f"w{draw.randrange(max(0, number - 50), number)}" for _ in range(3)}) if number else []
        merged = number < count * done
        lines = [
            "# yaml-language-server: $schema=./workstream.schema.json", "schema: phoenix/workstream@1", f"id: w{number}",
            f"title: Work on part {number}", f"priority: {draw.randrange(1, 6)}", f"agent: agent-{number}",
            f"owner: team-{number % 7}", f"branch: work/w{number}", "dependencies:",
            "  required:" if needs else "  required: []", *[f"    - {need}" for need in needs], "objectives:",
            "  - id: build", f"    text: Build part {number}", f"    done: {str(merged).lower()}", "    estimate: 1d/2d/4d",
            *(["    evidence: abc1234", "merged: 2025-07-04"] if merged else []),
        ]  # fmt: skip
        (folder / f"w{number}.yaml").write_text("\n".join(lines) + "\n")


def least_ms(work: Callable[[], object], times: int = 3) -> float:
    """Return the least CPU time of some runs: noise only ever adds."""
    found = []
    for _ in range(times):
        gc.collect()
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found) * 1000


class Later:
    """A clock that is past the time in which files count as not at rest."""

    def now(self) -> datetime:
        """Return a time in a minute."""
        return datetime.fromtimestamp(time.time() + 60, UTC)

    def monotonic(self) -> float:
        """Return the same in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Do not wait."""


def measured(count: int, bars: dict[str, float]) -> list[bool]:
    """Measure one size against its bars, in ms of CPU."""
    from phoenix_cli.kernel.state import State
    from phoenix_cli.workstreams.files.cache import load_cached
    from phoenix_cli.workstreams.files.folder import load
    from phoenix_cli.workstreams.network.critical import outlook
    from phoenix_cli.workstreams.network.forecast import forecast
    from phoenix_cli.workstreams.network.resolving import resolve
    from phoenix_cli.workstreams.network.rules import validate
    from phoenix_cli.workstreams.network.simulation import simulate
    from phoenix_cli.workstreams.states.deriving import derive
    from phoenix_cli.workstreams.states.facts import Facts
    from phoenix_cli.workstreams.states.ready import ready

    with temporary_home() as home:
        files = Path(home) / "workstreams"
        generate(files, count)
        state = State(Path(home) / "home" / "phoenix.db")
        folder = load(files)
        assert len(folder.workstreams) == count and folder.findings == ()
        assert load_cached(files, state, Later()) == folder
        network = resolve(folder)
        derived = derive(network, Facts(NOW))
        path = outlook(network)
        work: dict[str, Callable[[], object]] = {
            "load cold": lambda: load(files),
            "load warm": lambda: load_cached(files, state, Later()),
            "validate": lambda: validate(resolve(folder)),
            "resolve": lambda: resolve(folder),
            "derive states": lambda: derive(network, Facts(NOW)),
            "critical path and slack": lambda: outlook(network),
            "ready, in order": lambda: ready(network, derived, path),
            "forecast": lambda: forecast(network),
            "simulate 8 agents": lambda: simulate(network, 8),
        }
        met = [report(f"{count:,} workstreams: {what}", least_ms(work[what]), bar, " ms") for what, bar in bars.items()]
        state.close()
    return met


def main() -> int:
    """Measure both sizes."""
    small = {"load cold": 200, "load warm": 30, "validate": 50, "resolve": 20, "derive states": 10,
             "critical path and slack": 4, "ready, in order": 5, "forecast": 700, "simulate 8 agents": 15}  # fmt: skip
    large = {"load cold": 2_000, "load warm": 300, "validate": 500, "resolve": 200, "derive states": 100,
             "critical path and slack": 50, "ready, in order": 60, "forecast": 1_000, "simulate 8 agents": 150}  # fmt: skip
    met = [*measured(1_000, small), *measured(10_000, large)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
