"""Check flows: 5,000 steps with 20,000 edges, 50 steps, and a flow file with 5,000 steps; parsing apart."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from measure import report


def layered(count: int, width: int, needs: int, seed: int = 1):  # type: ignore[no-untyped-def]
    """Return a flow of layers in which each step needs some of the layer before."""
    from phoenix_cli.engine.model import Flow, Run, Step

    draw = random.Random(seed)
    steps = {}
    for number in range(count):
        first = (number // width - 1) * width
        before = draw.sample(range(first, first + width), needs) if first >= 0 else []
        steps[f"s{number}"] = Step(f"s{number}", Run(("true",)), tuple(f"s{one}" for one in before))
    return Flow("layered", steps)


def least_ms(work: Callable[[], object], times: int = 9) -> float:
    """Return the least CPU time of some runs: noise only ever adds."""
    found = []
    for _ in range(times):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found) * 1000


def main() -> int:
    """Measure building, all checks, and the weights that the scheduler needs."""
    from phoenix_cli.engine.critical_path import levels
    from phoenix_cli.engine.flow_file import read_flow
    from phoenix_cli.engine.graph import build
    from phoenix_cli.engine.optimising import reduced
    from phoenix_cli.engine.validation import validate

    def everything(flow) -> None:  # type: ignore[no-untyped-def]
        graph = build(flow)
        assert validate(flow, graph) == []
        levels(graph, [1.0] * len(graph.names))

    large, small = layered(5_050, 100, 4), layered(50, 10, 4)
    text = "name: large\nsteps:\n" + "".join(
        f"  {step.name}: {{needs: [{', '.join(step.needs)}], run: ['true']}}\n" for step in large.steps.values()
    )
    met = [
        report("validate 5,050 steps / 19,800 edges", least_ms(lambda: everything(large)), 60, " ms"),
        report("validate 50 steps", least_ms(lambda: everything(small), 25), 1, " ms"),
        report("transitive reduction of 5,050 steps", least_ms(lambda: reduced(large), 3), 500, " ms"),
        report(
            "read a flow file with 5,050 steps",
            least_ms(lambda: read_flow(text), 3),
            1_500,
            " ms",
            f"{len(text):,} bytes",
        ),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
