"""Services in the sandbox: reached with the network, said to be out of reach without, ended with all that is theirs."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from phoenix_cli.ecosystem.services import looking
from phoenix_cli.ecosystem.services.model import LaunchSpec, Readiness
from phoenix_cli.ecosystem.services.reconcile import leftovers
from phoenix_cli.ecosystem.services.starting import start
from phoenix_cli.kernel import processes, sandbox
from tests.ecosystem.services.conftest import PYTHON, QUICK, SERVER, eventually

pytestmark = pytest.mark.skipif(bool(sandbox.broken()), reason=f"the sandbox does not work here: {sandbox.broken()}")


def launch(world, tmp_path, code=SERVER, *, network, readiness):
    """Start a service in a sandbox, as the level sandboxed does it."""
    private = tmp_path / "private"
    private.mkdir(exist_ok=True)
    readable = (Path(sys.prefix), Path(sys.base_prefix))
    box = sandbox.Box(writable=world.folder, home=private, user_home=tmp_path, network=network, readable=readable)

    def prepare(variables):
        given = sandbox.variables(box, {"PATH": os.environ["PATH"], **variables})
        argv = sandbox.wrap(box, (*PYTHON, code), world.folder, given)
        return LaunchSpec(
            tuple(argv), world.folder, given, level="sandboxed", reachable=network,
            readiness=readiness, policy=QUICK, limits=sandbox.limits(),
        )  # fmt: skip

    return start(**world.parts, target=world.target(), prepare=prepare, wait_s=20)


def test_with_the_network_it_is_reached(world, tmp_path):
    report = launch(world, tmp_path, network=True, readiness=Readiness(alive_s=None))
    assert report.ports == (report.port,)
    with socket.create_connection(("127.0.0.1", report.port), timeout=5):
        pass


def test_without_the_network_it_is_said_to_be_out_of_reach(world, tmp_path):
    report = launch(world, tmp_path, network=False, readiness=Readiness(alive_s=None))
    assert (report.status, report.ready_by, report.port, report.ports) == ("running", "tcp", None, ())
    assert report.reason == f"listens on {world.row().port} inside its sandbox, out of reach: it has no network"


def test_all_that_is_in_the_sandbox_is_ended(world, tmp_path):
    code = "import os, signal\nos.fork() or (os.setsid(), os.fork())\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    launch(world, tmp_path, code + "while True: signal.pause()", network=False, readiness=Readiness(alive_s=0.3))
    assert len(leftovers(world.row())) >= 4
    world.stop()
    assert not leftovers(world.row())


def test_what_is_in_the_sandbox_may_clean_up(world, tmp_path):
    code = "import os, signal\nsignal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'tidy'), os._exit(7)))\nsignal.pause()"
    launch(world, tmp_path, code, network=False, readiness=Readiness(alive_s=0.3))
    assert world.stop().report.exit_code == 7
    assert world.log() == b"tidy"


def test_it_ends_with_its_supervisor_and_that_is_said(world, tmp_path):
    launch(world, tmp_path, network=True, readiness=Readiness(alive_s=None))
    row = world.row()
    assert dict(row.launch) == {}, "its argument list is its environment: not stored"
    processes.send(row.supervisor, signal.SIGKILL)
    eventually(lambda: not leftovers(row), "bubblewrap dies with its parent")
    told = looking.status(**world.parts, repos={"repo_one": "one"})[0]
    assert told.status == "failed"
    assert "its supervisor was killed" in told.reason
