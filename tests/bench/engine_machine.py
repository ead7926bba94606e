"""What the machine itself costs for each step, beside graphlib and a thread pool that do the same without a journal."""

from __future__ import annotations

import gc
import graphlib
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from engine_graphs import layered
from measure import BARE, cost, report

from phoenix_cli.engine import events as e
from phoenix_cli.engine.instructions import Start
from phoenix_cli.engine.machine import Machine, replay
from phoenix_cli.engine.model import Flow, Run, Step
from phoenix_cli.engine.transitions import Transition

MEMORY = """
import sys
sys.path[:0] = sys.argv[1:]
from engine_machine import drive, wide
drive(wide(10_000))
"""


def flow_of(needs: list[list[int]]) -> Flow:
    """Return a flow from lists of needs."""
    return Flow(
        "f", {f"s{n}": Step(f"s{n}", Run(("x",)), tuple(f"s{one}" for one in one_of)) for n, one_of in enumerate(needs)}
    )


def wide(count: int) -> Flow:
    """Steps that need nothing."""
    return flow_of([[] for _ in range(count)])


def shapes() -> dict[str, Flow]:
    """Return the shapes on which the peers were measured."""
    diamond: list[list[int]] = []
    for number in range(0, 1_000, 4):
        diamond += [[number - 1] if number else [], [number], [number], [number + 1, number + 2]]
    return {
        "chain of 1,000": flow_of([[n - 1] if n else [] for n in range(1_000)]),
        "1,000 beside each other": wide(1_000),
        "layers of 100, 5,000 in all": layered(5_000, 100, 4),
        "250 diamonds in a row": flow_of(diamond),
    }


def drive(flow: Flow) -> list[Transition]:
    """Carry a run through as if every step ended at once; return the journal."""
    machine = Machine(flow, room=3)
    journal: list[Transition] = []
    running: list[Start] = []
    turn = machine.handle(e.Begin(0.0, "run", "seed", {}, {}))
    while True:
        journal += turn.transitions
        running += [one for one in turn.instructions if isinstance(one, Start)]
        if machine.ended:
            return journal
        one = running.pop()
        turn = machine.handle(e.StepSucceeded(0.0, one.step, one.attempt, {"v": 1}))


def baseline(flow: Flow) -> None:
    """Do nothing for each step with graphlib and two threads."""
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter(
        {name: step.needs for name, step in flow.steps.items()}
    )
    sorter.prepare()
    with ThreadPoolExecutor(2) as pool:
        running = {}
        while sorter.is_active():
            for name in sorter.get_ready():
                running[pool.submit(int)] = name
            done, _ = (
                wait(running, return_when=FIRST_COMPLETED)
                if len(running) < 64
                else wait(list(running)[:64], return_when=FIRST_COMPLETED)
            )
            for future in done:
                sorter.done(running.pop(future))


def fan_out(count: int) -> Flow:
    """One step for each of many items, and steps that read all of their outputs."""
    from phoenix_cli.engine.model import Outputs

    each = Step("each", Run(("x", "${{ item }}")), for_each=tuple(range(count)), outputs=Outputs(("v",)))
    last = Step("last", Run(("x", "${{ length(steps.each.outputs.v) }}", "${{ item }}")), for_each=tuple(range(count)))
    return Flow("f", {"each": each, "last": last})


def locks(count: int) -> Flow:
    """Steps that each hold something of their own and one of two licences."""
    from phoenix_cli.engine.model import Request, Resource

    resources = {f"r{n}": Resource(f"r{n}") for n in range(count)} | {"licence": Resource("licence", 2)}
    steps = {
        f"s{n}": Step(f"s{n}", Run(("x",)), resources=(Request("licence"), Request(f"r{n}"))) for n in range(count)
    }
    return Flow("f", steps, resources)


def us_a_step(work, flow: Flow, times: int = 5) -> float:  # type: ignore[no-untyped-def]
    """Return the least CPU time of some runs for each step."""
    found = []
    for _ in range(times):
        gc.collect()
        started = time.process_time()
        work(flow)
        found.append(time.process_time() - started)
    return min(found) / len(flow.steps) * 1e6


def main() -> int:
    """Measure; the driver, its threads and its journal may cost as much again."""
    met = []
    for name, flow in shapes().items():
        ours, pool = us_a_step(drive, flow), us_a_step(baseline, flow)
        met.append(
            report(
                f"machine, {name}", ours / pool, 2.5, "x", f"{ours:.1f} us a step, graphlib + 2 threads {pool:.1f} us"
            )
        )
    flow = shapes()["layers of 100, 5,000 in all"]
    journal = drive(flow)
    met.append(
        report(
            "replay of 10,000 transitions",
            us_a_step(lambda _: replay(flow, journal), flow) * len(flow.steps) / 1000,
            300,
            " ms",
        )
    )
    children = fan_out(2_000)
    spent = us_a_step(drive, children, 3) * len(children.steps) / 4_000
    met.append(report("children of for_each that read 2,000 outputs, each", spent, 250, " us"))
    met.append(report("steps that hold a lock and a licence, 3,000", us_a_step(drive, locks(3_000), 3), 100, " us"))
    path = [entry for entry in sys.path if entry]
    ours, bare = cost([sys.executable, "-c", MEMORY, *path], times=3).rss_mb, cost(BARE, times=3).rss_mb
    met.append(report("10,000 steps, peak RSS over bare python", ours - bare, 60, " MB"))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
