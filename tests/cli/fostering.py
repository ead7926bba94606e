"""Runs of flows in real processes that are killed: who is who, and what is left when all is over."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from phoenix_cli.kernel import process_table, processes
from tests.conftest import Phoenix

WITHIN_S = 60.0  # a deadline for a hang, not a measure


def eventually(look: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Look again and again until something is so; return it."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)
    return found


class Three(NamedTuple):
    """The processes of one run: that which was started, the foster host, the coordinator."""

    parent: int
    host: int
    coordinator: int

    def kill(self, who: str) -> None:
        """Kill some of them at once: P, H, C in the order of the letters."""
        for letter in who:
            os.kill({"P": self.parent, "H": self.host, "C": self.coordinator}[letter], signal.SIGKILL)


def three(parent: int) -> Three:
    """Return who carries a run that was just started."""

    def child(of: int) -> int:
        return next((one.pid for one in process_table.table().values() if one.parent == of), 0)

    host = eventually(lambda: child(parent))
    return Three(parent, host, eventually(lambda: child(host)))


def flow(folder: Path, seed: int, steps: int = 14) -> set[str]:
    """Write a flow whose steps note that they were performed; return the names of those that act once."""
    draw = random.Random(seed)
    found: dict[str, dict[str, object]] = {}
    once = set()
    for number in range(steps):
        name = f"s{number}"
        needs = draw.sample(sorted(found), min(len(found), draw.choice([0, 1, 2])))
        pause = draw.choice(["", "sleep 0.05; ", "sleep 0.2; "])
        found[name] = {"run": f"{pause}echo {name} >> notes; echo v={name} > $PHOENIX_OUTPUT; {pause}:", "needs": needs}
        found[name] |= {"outputs": ["v"], "effect": "pure"}
        if draw.random() < 0.5:
            once.add(name)
            found[name] |= {"effect": "once", "on_ambiguous": "verify", "check": f"grep -qx {name} notes || exit 10"}
            found[name] |= {"outputs": []}
    (folder / "flow.yaml").write_text(json.dumps({"name": "f", "steps": found}))
    return once


def notes(folder: Path) -> Counter[str]:
    """Return how often each step was performed."""
    path = folder / "notes"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def of_home(home: Path) -> set[int]:
    """Return every process that belongs to a home: phoenix itself, and commands."""
    wanted = f"PHOENIX_HOME={home}".encode()
    return {pid for pid in process_table.table() if wanted in _environment(pid)}


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def go_on(phoenix: Phoenix) -> None:
    """Resume the run until it has succeeded; when it had not begun or is over there is nothing to resume."""
    for _ in range(5):
        answer = phoenix("flow", "resume", "--json")
        if answer.code == 0 or "no interrupted run" in answer.err:
            return
        assert "flow.driven" in answer.err or "interrupted" in answer.err, answer
    raise AssertionError(answer)


def status(phoenix: Phoenix) -> str:
    """Return how the only run stands; "" when there is none."""
    items = phoenix("flow", "list", "--json").json["items"]
    return str(items[0]["status"]) if items else ""


def await_end(process: subprocess.Popen[str]) -> int:
    """Return the exit status of a process that ends."""
    process.communicate(timeout=WITHIN_S)
    return process.returncode


def tagged(run: str) -> set[int]:
    """Return the processes that carry the tag of a job of a run."""
    tags = {pid: process_table.environment(pid).get(processes.TREE_VARIABLE, "") for pid in process_table.table()}
    return {pid for pid, tag in tags.items() if tag.startswith(f"{run}/")}
