"""Whole runs, journal and all: no-op calls beside graphlib and a thread pool, ``/bin/true`` beside a pool, ninja and make."""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from engine_machine import baseline, shapes
from measure import BARE, PHOENIX, as_installed, cost, report, temporary_home

from phoenix_cli.engine.executors.direct import foster
from phoenix_cli.engine.graph import build
from phoenix_cli.engine.model import Call, Flow, Run, Step
from phoenix_cli.engine.running.control import Control
from phoenix_cli.engine.running.driving import Drive
from phoenix_cli.engine.running.means import means_of
from phoenix_cli.engine.running.sources import Source
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

TRUE = "/bin/true"
MEMORY = """
import sys
import tempfile
sys.path[:0] = sys.argv[1:]
import engine_run
import engine_machine
engine_run.drive(engine_run.calls(engine_machine.wide(10_000)))
"""


def calls(flow: Flow) -> Flow:
    """Return the flow with steps that call a function that does nothing."""
    return replace(flow, steps={name: replace(step, action=Call("builtins:int")) for name, step in flow.steps.items()})


def commands(flow: Flow) -> Flow:
    """Return the flow with steps that start a program that does nothing."""
    return replace(flow, steps={name: replace(step, action=Run((TRUE,))) for name, step in flow.steps.items()})


@functools.cache
def home_of_the_bench() -> Path:
    """Return a home as it is after the first use of phoenix."""
    folder = tempfile.mkdtemp(prefix="phoenix-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    state = State(Path(folder) / "phoenix.db")
    state.connection.execute("SELECT 1")
    state.close()
    return Path(folder)


@functools.cache
def warm_up() -> None:
    """Import what a run needs: it is done once for each process, and this one forks one for each measurement."""
    drive(Flow("warm", {"a": Step("a", Run((TRUE,)))}))


def engine(flow: Flow) -> None:
    """Carry a flow through as ``phoenix flow run`` does, two steps at once, in a process of its own under a foster host."""
    warm_up()
    child = os.fork()
    if not child:
        foster.become()
        os._exit(drive(flow))
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the run failed")


def in_process(flow: Flow) -> None:
    """Carry a flow through in this very process, as the pool beside it does."""
    if drive(flow):
        raise SystemExit("the run failed")


def drive(flow: Flow) -> int:
    """Carry a flow through with everything that ``phoenix flow run`` has, two steps at once; return 0 when it succeeded."""
    folder = home_of_the_bench()
    state, home, clock = State(folder / "phoenix.db"), Home(folder), SystemClock()
    means = means_of(
        state=state, events=Events(state, clock, "bench"), home=home, clock=clock, environ=dict(os.environ), kinds={}
    )
    drive = Drive(means, Control(), 2)
    told = drive.go(drive.opener.new(Source("{}", home.root, "bench"), flow, {}, {"max_parallel": 2}))
    return 0 if told.status == "succeeded" else 1


def pool(flow: Flow) -> None:
    """Start each step's program from one of two threads, in the order that graphlib says."""
    import graphlib

    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter(
        {name: step.needs for name, step in flow.steps.items()}
    )
    sorter.prepare()
    with ThreadPoolExecutor(2) as threads:
        running = {}
        while sorter.is_active():
            for name in sorter.get_ready():
                running[threads.submit(subprocess.run, [TRUE], stdout=subprocess.DEVNULL, check=True)] = name
            done, _ = wait(list(running)[:64], return_when=FIRST_COMPLETED)
            for future in done:
                sorter.done(running.pop(future))


def ninja(flow: Flow) -> None:
    """Have ninja do the same."""
    graph = build(flow)
    with temporary_home() as folder:
        lines = ["rule t", f" command = {TRUE}"]
        lines += [
            f"build {name}: t {' '.join(graph.names[n] for n in graph.before[graph.numbers[name]])}"
            for name in flow.steps
        ]
        Path(folder, "build.ninja").write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(["ninja", "-j2", "-C", folder], check=True, stdout=subprocess.DEVNULL)


def make(flow: Flow) -> None:
    """Have make do the same."""
    graph = build(flow)
    with temporary_home() as folder:
        lines = [f".PHONY: all {' '.join(flow.steps)}", f"all: {' '.join(flow.steps)}"]
        for name in flow.steps:
            lines += [f"{name}: {' '.join(graph.names[n] for n in graph.before[graph.numbers[name]])}", f"\t@{TRUE}"]
        Path(folder, "Makefile").write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(["make", "-j2", "-C", folder], check=True, stdout=subprocess.DEVNULL)


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def us_a_step(work, flow: Flow, times: int) -> float:  # type: ignore[no-untyped-def]
    """Return the least CPU time of some runs, children included, for each step."""
    found = []
    for _ in range(times):
        gc.collect()
        started = _cpu()
        work(flow)
        found.append(_cpu() - started)
    return min(found) / len(flow.steps) * 1e6


def in_turns(works, flow: Flow, times: int) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Measure several ways in turns, so that a busy minute is everybody's."""
    found: dict[str, list[float]] = {}
    for _ in range(times):
        for work in works:
            found.setdefault(work.__name__, []).append(us_a_step(work, flow, 1))
    return {name: min(some) for name, some in found.items()}


FIRST = """
import os, time
at = time.time()
with open(f"/proc/{os.getppid()}/schedstat") as file:
    print(at, int(file.read().split()[0]) / 1e9)
"""


def first_step_s() -> tuple[float, float]:
    """Return the seconds from starting ``phoenix flow run`` to its first step, and the CPU seconds of the coordinator."""
    with temporary_home() as folder:
        file = Path(folder, "flow.yaml")
        file.write_text(f"name: f\nsteps:\n  a: {{run: {json.dumps([sys.executable, '-S', '-c', FIRST])}}}\n")
        environ = as_installed({"PHOENIX_HOME": f"{folder}/home"})
        subprocess.run([*PHOENIX, "status"], env=environ, check=True, capture_output=True)
        wall, cpu = [], []
        for _ in range(12):
            began = time.time()
            subprocess.run([*PHOENIX, "flow", "run", str(file)], env=environ, check=True, capture_output=True)
            logs = sorted(Path(folder, "home", "flows").glob("*/a.1.log"), key=lambda path: path.stat().st_mtime)
            at, used = logs[-1].read_text().split()
            wall.append(float(at) - began)
            cpu.append(float(used))
        return min(wall), min(cpu)


def main() -> int:
    """Measure."""
    met = []
    for name, flow in shapes().items():
        noop = calls(flow)
        in_process(noop)
        least = in_turns((baseline, in_process), noop, 7)
        detail = f"{least['in_process']:.1f} us a step, graphlib + 2 threads {least['baseline']:.1f} us"
        met.append(report(f"no-op calls, {name}", least["in_process"] / least["baseline"], 4, "x", detail))
    tools = [tool for tool in (ninja, make) if shutil.which(tool.__name__)]
    for name, flow in shapes().items():
        if len(flow.steps) > 1_000:
            continue
        least = in_turns((pool, engine, *tools), commands(flow), 3)
        detail = ", ".join(f"{one} {us / 1000:.2f} ms" for one, us in least.items())
        met.append(
            report(f"/bin/true, {name}, CPU beside a pool's", least["engine"] / least["pool"], 1.25, "x", detail)
        )
        if "ninja" in least:
            met.append(report("  beside ninja -j2", least["engine"] / least["ninja"], 1 / 1.5))
        if "make" in least:
            met.append(report("  beside make -j2", least["engine"] / least["make"], 1.25))
    path = [entry for entry in sys.path if entry]
    mine, bare = cost([sys.executable, "-c", MEMORY, *path], times=2), cost(BARE, times=3)
    met.append(report("10,000 steps, peak RSS over bare python", mine.rss_mb - bare.rss_mb, 60, " MB"))
    wall, cpu = first_step_s()
    bare_s = cost(BARE, times=15).cpu_s
    met.append(
        report("from phoenix flow run to its first step", wall * 1000, 150, " ms", "wall, its python's start included")
    )
    met.append(
        report("  CPU until then", cpu / bare_s, 11, "x", f"{cpu * 1000:.0f} ms, bare python {bare_s * 1000:.0f} ms")
    )
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
