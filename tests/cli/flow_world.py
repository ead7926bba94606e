"""Flows on the real command line: files, processes that go on, and waiting for what is to be seen."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

PATIENCE_S = 20.0


def until(seen: Callable[[], Any], what: str = "") -> Any:
    """Return what is seen as soon as it is there; a deadline, no synchronisation, ends a test that hangs."""
    end = time.monotonic() + PATIENCE_S
    while not (found := seen()):
        assert time.monotonic() < end, what or "nothing came"
        time.sleep(0.02)
    return found


class Flows:
    """One home and one folder with flow files."""

    def __init__(self, phoenix: Any) -> None:
        self.phoenix, self.dir = phoenix, phoenix.cwd

    def write(self, text: str, name: str = "flow.yaml") -> str:
        """Write a flow file; return its name."""
        (self.dir / name).write_text(text)
        return name

    def run(self, text: str, *words: object, **options: Any) -> Any:
        """Write and run a flow, with its answer as JSON."""
        return self.phoenix("flow", "run", self.write(text), "--json", *words, **options)

    def told(self, run: str = "") -> Any:
        """Return what is told of a run."""
        return self.phoenix("flow", "show", *([run] if run else []), "--json").json

    def statuses(self, run: str = "") -> dict[str, str]:
        """Return how each step of a run stands."""
        return {name: step["status"] for name, step in self.told(run)["steps"].items()}

    def made(self, name: str) -> str:
        """Wait for a file that a step makes; return its text."""
        until((self.dir / name).exists, f"{name} was not made")
        return (self.dir / name).read_text()

    @contextmanager
    def going(self, text: str, *words: object, marker: str = "begun", **options: Any) -> Any:
        """Run a flow in a process of its own; enter when a step has made ``marker``; kill what is left at the end."""
        process = self.phoenix.start("flow", "run", self.write(text), "--progress", "none", *words, **options)
        try:
            self.made(marker)
            yield process
        finally:
            process.kill()
            process.communicate()
            (self.dir / "go").touch()  # whatever still waits may end

    def sql(self, text: str, *values: object) -> list[Any]:
        """Read or change the home's database."""
        with sqlite3.connect(self.phoenix.home / "phoenix.db", timeout=10) as connection:
            return connection.execute(text, values).fetchall()


def alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end(process: Any, number: int = signal.SIGINT) -> tuple[int, str, str]:
    """Send a signal; return exit status, stdout and stderr."""
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err
