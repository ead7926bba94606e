"""Status and logs of services."""

import signal
import threading

import pytest

from phoenix_cli.ecosystem.services import looking, store
from phoenix_cli.ecosystem.services.catalog import Offer
from phoenix_cli.ecosystem.services.glance import glance
from phoenix_cli.ecosystem.services.model import LaunchSpec, Policy, Readiness
from phoenix_cli.ecosystem.services.orders import Orders
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import NotFound
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State
from tests.ecosystem.services.conftest import World, eventually


def status(world, **more):
    return looking.status(**world.parts, repos={"repo_one": "one"}, **more)


def read(world, **more):
    return b"".join(looking.read_log(**world.parts, target=world.target(), **more))


def test_started_and_offered_services_are_told(world):
    report = world.server()
    offered = {"repo_one": [Offer("web", "", ("x",)), Offer("worker", "", ("y",))]}
    web, worker = status(world, offered=offered)
    assert (web.service, web.repo, web.status, web.pid) == ("web", "one", "running", report.pid)
    assert (worker.service, worker.status, worker.pid) == ("worker", "stopped", None)


def test_of_other_repositories_nothing_is_told(world):
    world.server()
    assert looking.status(**world.parts, repos={"repo_two": "two"}) == []


def test_nothing_is_made_where_there_is_no_state(tmp_path):
    home = Home(tmp_path / "none")
    world = World(home, State(home.database), None, None, tmp_path)
    assert status(world) == []
    assert not home.root.exists()


def test_a_glance_tells_the_truth_too(world):
    report = world.server()
    assert [(one.name, one.status) for one in glance(**world.parts)["repo_one"]] == [("web", "running")]
    child = world.row().child
    world.kill_supervisor()
    processes.send(child, signal.SIGKILL)
    eventually(lambda: processes.identify(report.pid) is None)
    assert [one.status for one in glance(**world.parts)["repo_one"]] == ["failed"]


def test_the_log_of_the_last_start_or_of_all(world):
    for word in ("first", "second"):
        world.start(
            "sh", "-c", f"echo {word}; echo up; exec sleep 60", readiness=Readiness(log_pattern="up", alive_s=None)
        )
        world.stop()
    assert read(world) == b"second\nup\n"
    assert read(world, since_start=False) == b"first\nup\nsecond\nup\n"
    assert read(world, lines=1) == b"up\n"
    assert read(world, lines=3, since_start=False) == b"up\nsecond\nup\n"
    assert read(world, lines=9) == b"second\nup\n"


def test_following_ends_with_the_service(world):
    gate = world.folder / "gate"
    world.start("sh", "-c", f"echo up; while ! [ -e {gate} ]; do sleep 0.01; done; echo more; exit 0",
                readiness=Readiness(log_pattern="up", alive_s=None))  # fmt: skip
    seen = []

    def follow():
        own = World(world.home, State(world.home.database), None, world.clock, world.folder)
        own.events = Events(own.state, own.clock, "reader")
        seen.extend(looking.read_log(**own.parts, target=own.target(), follow=True))
        own.state.close()

    reader = threading.Thread(target=follow)
    reader.start()
    eventually(lambda: seen == [b"up\n"], "the beginning is read at once")
    gate.touch()
    reader.join(timeout=15)
    assert b"".join(seen) == b"up\nmore\n"


def test_the_log_of_what_was_never_started(world):
    with pytest.raises(NotFound):
        read(world)


def test_orders_come_through_the_pipe_as_they_are(tmp_path):
    orders = Orders(
        home=Home(tmp_path), service_id="svc_1", repo_id="repo_1", name="web\n\udc80", tag="t", mark="1:2", port=80,
        launch=LaunchSpec(("a", "b c"), tmp_path, {"A": "\udcff"}, "CORE=0", "sandboxed", False,
                          Readiness("/x", "y", None, True), Policy("never", 1.0)),
        adopted=(Identity(1, "2", "3"),), main=Identity(4, "5", "6"), ready=True, stop=True,
    )  # fmt: skip
    assert Orders.unpack(orders.pack()) == orders


def test_a_launch_is_never_shown_with_its_environment(tmp_path):
    assert "hunter2" not in repr(LaunchSpec(("a",), tmp_path, {"TOKEN": "hunter2"}))


def test_removing_a_repository_ends_its_services(world):
    world.server()
    row = world.row()
    with world.state.write() as connection:
        connection.execute("DELETE FROM repos")
    assert store.get(world.state, row.id) is None
    eventually(lambda: not processes.alive(row.child) and not processes.alive(row.supervisor), "nothing is left")
