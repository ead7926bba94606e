"""A home with one repository, and services of real processes that are ended whatever a test does."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from phoenix_cli.ecosystem.services import starting, stopping, store
from phoenix_cli.ecosystem.services.model import LaunchSpec, Policy, Readiness, Report, Service, places
from phoenix_cli.ecosystem.services.reconcile import leftovers
from phoenix_cli.ecosystem.services.reports import Target
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

PYTHON = (sys.executable, "-I", "-S", "-c")
#: Listens on $PORT and then stays.
SERVER = """
import os, signal, socket, sys
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print("up", flush=True)
signal.pause()
"""
#: Crashes and dead ends come quickly here; the real delays are tested with a fake clock.
QUICK = Policy(first_delay_s=0.01, longest_delay_s=0.02, grace_s=0.5)


def eventually(condition: Callable[[], object], what: str = "", within_s: float = 15.0) -> None:
    """Wait for a condition; fail when it does not come true."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"never: {what or condition}"
        time.sleep(0.01)


@dataclass
class World:
    """What a test of services uses."""

    home: Home
    state: State
    events: Events
    clock: SystemClock
    folder: Path

    @property
    def parts(self) -> dict[str, object]:
        """Return what every operation takes."""
        return {"state": self.state, "events": self.events, "home": self.home, "clock": self.clock}

    def target(self, name: str = "web") -> Target:
        """Return a service of the one repository."""
        return Target("repo_one", "one", name)

    def start(self, *argv: str, name: str = "web", wait_s: float = 20.0, **more: object) -> Report:
        """Start a service of these words, by default ready when it has lived for a moment."""
        asked = {key: more.pop(key) for key in ("port", "known_port") if key in more}
        return starting.start(
            **self.parts, target=self.target(name), prepare=self.prepare(*argv, **more), wait_s=wait_s, **asked
        )  # type: ignore[arg-type]

    def prepare(self, *argv: str, **more: object) -> Callable[[Mapping[str, str]], LaunchSpec]:
        """Return what builds the launch of some words."""
        launch = LaunchSpec(tuple(argv), self.folder, {}, readiness=Readiness(alive_s=0.05), policy=QUICK)
        return lambda variables: replace(launch, **{"environment": {"PATH": os.environ["PATH"], **variables}, **more})  # type: ignore[arg-type]

    def python(self, code: str, **more: object) -> Report:
        """Start a service of one Python text."""
        return self.start(*PYTHON, code, **more)

    def server(self, **more: object) -> Report:
        """Start a service that listens."""
        return self.python(SERVER, readiness=Readiness(alive_s=None), port=0, **more)

    def stop(self, name: str = "web") -> stopping.Stopped:
        """Stop a service."""
        return stopping.stop(**self.parts, target=self.target(name))  # type: ignore[arg-type]

    def row(self, name: str = "web") -> Service:
        """Return a service as the database has it."""
        found = store.find(self.state, "repo_one", name)
        assert found is not None
        return found

    def kill_supervisor(self, name: str = "web") -> None:
        """End the supervisor as a crash would, and wait until the system has let go of its lock."""
        from phoenix_cli.kernel.locks import FileLock

        row = self.row(name)
        assert row.supervisor is not None
        assert processes.send(row.supervisor, signal.SIGKILL)
        eventually(FileLock(places(self.home, row.id).lock).is_free, "the lock is free")

    def log(self, name: str = "web") -> bytes:
        """Return everything that is kept of a service's output."""
        from phoenix_cli.ecosystem.services import logs

        return b"".join(logs.read(places(self.home, self.row(name).id).log, 0))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield a home with the repository ``one``; afterwards nothing that was started in it is left."""
    home = Home(tmp_path / "home")
    state = State(home.database)
    clock = SystemClock()
    folder = tmp_path / "one"
    folder.mkdir()
    with state.write() as connection:
        connection.execute(
            "INSERT INTO repos (id, name, key, url, path, imported_at, updated_at)"
            " VALUES ('repo_one', 'one', 'local/one', '', ?, '', '')",
            (str(folder),),
        )
    world = World(home, state, Events(state, clock, "tester"), clock, folder)
    yield world
    for service in store.all_of(state):
        world.stop(service.name)
        assert not leftovers(service)
    state.close()
