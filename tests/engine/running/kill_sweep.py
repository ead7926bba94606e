"""Kill coordinators at random moments, seed by seed: ``python kill_sweep.py FOLDER FIRST COUNT`` prints what went wrong as JSON.

One process that has everything imported forks a coordinator for each try, so that a seed costs milliseconds. Steps note in
a ledger that they were performed, and hand on a value that depends on the values of what they need.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.control import Control
from phoenix_cli.engine.running.driving import Drive
from phoenix_cli.engine.running.means import means_of
from phoenix_cli.engine.running.opening import flow_of
from phoenix_cli.engine.running.past import projection_of
from phoenix_cli.engine.running.sources import Source
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

for lazy in (
    "engine.executors.calls.executor", "engine.executors.host.executor", "engine.executors.local", "engine.fingerprints",
    "engine.executors.calls.worker_process", "engine.evaluation", "kernel.state.migrations", "kernel.locks", "engine.leases.leases",
):  # fmt: skip
    importlib.import_module(f"phoenix_cli.{lazy}")  # what a coordinator imports when it needs it: here once for all
ROOM = 3
MODULE = """
import os, zlib

def work(name, ledger, values=()):
    with open(ledger, "a") as file:
        file.write(name + "\\n")
    return {"v": zlib.crc32(repr((name, sorted(values))).encode())}
"""


def flow_text(seed: int, folder: Path) -> tuple[str, set[str]]:
    """Return a flow of 30 to 200 steps, most of them calls, and the names of those that act once."""
    draw = random.Random(seed)
    steps, once = {}, set()
    names: list[str] = []
    for number in range(draw.randint(30, 200)):
        name = f"s{number}"
        needs = draw.sample(names[-20:], min(len(names), draw.choice([0, 1, 1, 2, 3])))
        if draw.random() < 0.05:
            steps[name] = {"run": f"echo {name} >> ledger", "needs": needs}
            if draw.random() < 0.5:
                once.add(name)
                steps[name] |= {
                    "effect": "once",
                    "on_ambiguous": "verify",
                    "check": f"grep -qx {name} ledger || exit 10",
                }
            continue
        values = [f"${{{{ steps.{one}.outputs.v }}}}" for one in needs if "call" in steps[one]]
        steps[name] = {
            "call": "sweep_module:work", "needs": needs, "outputs": ["v"], "effect": "pure",
            "arguments": {"name": name, "ledger": str(folder / "ledger"), "values": values},
        }  # fmt: skip
        names.append(name)
    return json.dumps({"name": "sweep", "steps": steps}), once


def coordinator(folder: Path, text: str) -> None:
    """Begin the run of a folder, or go on with it, to its end."""
    home, clock = Home(folder / "home"), SystemClock()
    state = State(home.database)
    means = means_of(
        state=state, events=Events(state, clock, "sweep"), home=home, clock=clock, environ=dict(os.environ), kinds={}
    )
    drive = Drive(means, Control(), ROOM)
    rows = flow_runs.listed(state)
    if rows and rows[0].over:
        return
    if rows:
        opened = drive.opener.take_over(rows[0])
    else:
        opened = drive.opener.new(
            Source(text, folder, str(folder / "f")), flow_of(text, {}), {}, {"max_parallel": ROOM}
        )
    drive.go(opened)


def one_seed(seed: int, folder: Path) -> str:
    """Kill and go on until the run is over; return what is wrong, "" when nothing is."""
    folder.mkdir()
    (folder / "sweep_module.py").write_text(MODULE)
    text, once = flow_text(seed, folder)
    draw = random.Random(seed + 1)
    kills = 0
    for attempt in range(40):
        pid = os.fork()
        if not pid:
            os.setsid()
            try:
                coordinator(folder, text)
            except BaseException as error:  # noqa: BLE001 - a process of its own: whatever it is, tell and leave
                sys.stderr.write(f"seed {seed}: {error!r}\n")
                os._exit(1)
            os._exit(0)
        if attempt < 3:
            time.sleep(draw.uniform(0.002, 0.12))
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        if status == 0:
            break
        kills += 1
        if os.WIFEXITED(status):
            return f"a coordinator ended with {os.WEXITSTATUS(status)}"
    return judge(folder, text, once, kills)


def judge(folder: Path, text: str, once: set[str], kills: int) -> str:
    """Hold the end of a run against the flow, computed without an engine."""
    namespace: dict[str, object] = {}
    exec(MODULE, namespace)
    expected: dict[str, dict[str, int]] = {}
    for name, step in json.loads(text)["steps"].items():
        if "call" in step:
            values = [expected[one]["v"] for one in step["needs"] if "v" in expected[one]]
            expected[name] = namespace["work"](name, os.devnull, values)  # type: ignore[operator]
        else:
            expected[name] = {}
    state = State(folder / "home" / "phoenix.db")
    row = flow_runs.listed(state)[0]
    steps = projection_of(state, row, {}).steps
    found = {name: dict(one.outputs) for name, one in steps.items()}
    ledger = Counter((folder / "ledger").read_text().split())
    state.close()
    if row.status != "succeeded":
        return f"the run {row.status}: { {name: one.message for name, one in steps.items() if one.status == 'failed'} }"
    if found != expected:
        return f"outputs differ: {[name for name in expected if found.get(name) != expected[name]][:5]}"
    if ledger.keys() != expected.keys():
        return f"not performed: {sorted(expected.keys() - ledger.keys())[:5]}"
    if any(ledger[name] != 1 for name in once):
        return f"once was {[(name, ledger[name]) for name in once if ledger[name] != 1]}"
    extra = sum(ledger.values()) - len(expected)
    if extra > kills * ROOM:
        return f"{extra} extra performances after {kills} kills"
    return ""


def main(folder: Path, first: int, count: int) -> None:
    """Run the seeds; print a JSON object of those that failed."""
    wrong = {seed: why for seed in range(first, first + count) if (why := one_seed(seed, folder / str(seed)))}
    print(json.dumps(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
