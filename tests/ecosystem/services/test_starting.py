"""Start: ready by what was seen, ports that name who has them, one copy, crashes that are told exactly."""

import http.server
import os
import shutil
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from phoenix_cli.ecosystem.services import starting
from phoenix_cli.ecosystem.services.model import Policy, Readiness, places
from phoenix_cli.ecosystem.services.reconcile import leftovers
from phoenix_cli.ecosystem.services.restarting import restart
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.errors import Conflict, Failed, NotFound, Refused, Unavailable, Usage
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.state import State
from tests.ecosystem.services.conftest import PYTHON, QUICK, SERVER, World, eventually

MUST_LISTEN = Readiness(alive_s=None)


@pytest.fixture
def busy_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_is_ready_when_it_listens(world):
    report = world.server()
    assert (report.status, report.ready_by, report.ports) == ("running", "tcp", (report.port,))
    assert 0 < report.ready_s < 10
    with socket.create_connection(("127.0.0.1", report.port), timeout=5):
        pass
    assert world.log() == b"up\n"


def test_its_environment_says_where_to_listen_and_whose_it_is(world):
    world.start("sh", "-c", 'echo "$PORT $HOST $PHOENIX_TREE"; exec sleep 60', port=0)
    row = world.row()
    eventually(lambda: world.log() == f"{row.port} 127.0.0.1 {row.tag}\n".encode())


def test_what_reads_its_input_neither_ends_nor_gets_anything(world):
    world.start("sh", "-c", "read line; echo ended", readiness=Readiness(alive_s=0.2))
    assert world.log() == b""


def test_a_service_without_a_port_is_ready_when_it_has_stayed_alive(world):
    report = world.start("sleep", "60", readiness=Readiness(alive_s=0.1))
    assert (report.status, report.ready_by, report.port) == ("running", "alive", None)
    assert report.ready_s >= 0.1


def test_a_line_of_the_log_makes_it_ready(world):
    code = "import os, signal\nos.write(1, b'\\x1b[32mListen')\nos.write(1, b'ing\\x1b[0m on 1')\nsignal.pause()"
    report = world.python(code, readiness=Readiness(log_pattern=r"Listening on \d", alive_s=None))
    assert report.ready_by == "log"


def test_an_http_answer_makes_it_ready(world):
    code = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        self.send_response(200 if self.path == "/health" and Handler.asked > 2 else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
    argv = (sys.executable, "-c", code)
    report = world.start(*argv, readiness=Readiness(http_path="/health", alive_s=None), port=0)
    assert report.ready_by == "http"
    assert world.log().count(b"GET /health") == 3, "the first two answers were 503"


def test_another_port_than_the_one_that_was_given_is_seen(world):
    code = SERVER.replace('int(os.environ["PORT"])', "0")
    report = world.python(code, readiness=Readiness(alive_s=0.0))
    eventually(lambda: world.row().ports, "the port is seen later on")
    told = world.server()
    assert told.pid == report.pid, "it runs already"
    assert told.port == told.ports[0]


def test_a_port_that_a_process_has_is_refused_with_its_name(world, busy_port):
    with pytest.raises(Conflict) as caught:
        world.python(SERVER, port=busy_port)
    me = f"(pid {os.getpid()})"
    assert caught.value.code == "service.port_taken"
    assert me in caught.value.cause
    assert caught.value.hints == ("--port 0 takes a free one",)
    assert world.row().status == "stopped", "nothing has changed"


def test_a_detected_port_that_is_taken_is_refused_too(world, busy_port):
    with pytest.raises(Conflict):
        world.python(SERVER, known_port=busy_port)


def test_a_port_that_was_given_to_another_service_is_refused_before_it_listens(world):
    port = world.start("sleep", "60", name="slow", port=0, readiness=MUST_LISTEN, wait_s=0).port
    with pytest.raises(Conflict) as caught:
        world.python(SERVER, port=port)
    assert caught.value.cause == "by service slow of one"
    assert caught.value.hints[0] == "phoenix ecosystem stop one slow"


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_refused(world, port):
    with pytest.raises(Usage):
        world.python(SERVER, port=port)


def test_a_port_that_it_could_not_have_is_named_when_it_crashes(world, busy_port):
    code = f"""
import socket, sys
try:
    socket.create_server(("127.0.0.1", {busy_port}))
except OSError as error:
    sys.exit(f"{{error}}: port {busy_port}")
"""
    with pytest.raises(Failed) as caught:
        world.python(code, readiness=MUST_LISTEN, policy=Policy(restart="never"))
    assert f"port {busy_port} is in use by" in caught.value.cause
    assert f"(pid {os.getpid()})" in caught.value.cause


def test_a_second_start_returns_the_running_one(world):
    first = world.server()
    second = world.server()
    assert second == first
    assert [event.operation for event in world.events.list()].count("ecosystem.start") == 1


def test_a_second_start_on_another_port_is_a_conflict(world):
    first = world.server()
    with pytest.raises(Conflict) as caught:
        world.python(SERVER, port=first.port + 1)
    assert caught.value.hints == (f"phoenix ecosystem restart one web --port {first.port + 1}",)


def test_of_many_starts_at_once_one_starts_and_all_see_it(world):
    def start(_):
        own = World(world.home, State(world.home.database), world.events, world.clock, world.folder)
        own.events = Events(own.state, own.clock, "tester")
        try:
            return own.server()
        finally:
            own.state.close()

    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(start, range(6)))
    assert len({report.pid for report in reports}) == 1
    assert {one.pid for one in leftovers(world.row())} == {reports[0].pid}
    assert [event.operation for event in world.events.list()].count("service.starting") == 1


def test_a_program_that_is_not_there_fails_at_once(world):
    with pytest.raises(Failed) as caught:
        world.start("no-such-program")
    assert caught.value.cause == "no-such-program: no such file or directory"
    assert world.row().restarts == 0


def test_a_folder_that_is_not_there_fails_at_once(world):
    with pytest.raises(Failed) as caught:
        world.start("sleep", "60", cwd=world.folder / "gone")
    assert "gone: no such file or directory" in caught.value.cause


def test_a_shell_that_does_not_find_its_command_is_not_started_again(world):
    with pytest.raises(Failed) as caught:
        world.start("sh", "-c", "no-such-program")
    assert (caught.value.details["exit_code"], caught.value.details["restarts"]) == (127, 0)
    assert b"not found" in world.log()


def test_a_crash_loop_is_stopped_with_reason_and_exit_code(world):
    with pytest.raises(Failed) as caught:
        world.start("sh", "-c", "echo try; exit 3", readiness=MUST_LISTEN)
    assert caught.value.cause == "crashed 5 times within 60 s; last: exited 3"
    assert caught.value.details == {
        "service": "web", "status": "failed", "exit_code": 3, "reason": caught.value.cause, "restarts": 4,
    }  # fmt: skip
    assert world.log() == b"try\n" * 5
    crashed = [event.after["reason"] for event in world.events.list() if event.operation == "service.crashed"]
    assert len(crashed) == 4
    assert all(reason.startswith("exited 3; starts again in") for reason in crashed)


def test_the_signal_that_killed_it_is_told(world):
    with pytest.raises(Failed) as caught:
        world.start("sh", "-c", "kill -SEGV $$", readiness=MUST_LISTEN, policy=Policy(restart="never"))
    assert (caught.value.cause, caught.value.details["exit_code"]) == ("killed by SIGSEGV", -signal.SIGSEGV)


def test_a_service_that_dies_is_started_again(world):
    first = world.server()
    processes.send(world.row().child, signal.SIGKILL)
    eventually(lambda: world.row().status == "running" and world.row().child.pid != first.pid, "it is back")
    row = world.row()
    assert (row.restarts, row.exit_code) == (1, -signal.SIGKILL)
    assert row.port == first.port


def test_what_a_crash_left_behind_is_ended_before_the_next_start(world):
    code = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    signal.pause()
sys.exit(1)
"""
    with pytest.raises(Failed):
        world.python(code, readiness=MUST_LISTEN)
    assert not leftovers(world.row())


def test_a_service_that_ends_well_by_itself_is_stopped(world):
    world.start("sh", "-c", "sleep 0.2; exit 0", readiness=Readiness(alive_s=0.01))
    eventually(lambda: world.row().status == "stopped")
    assert (world.row().reason, world.row().exit_code) == ("exited 0", 0)


def test_ending_well_before_it_was_ready_is_a_failure(world):
    with pytest.raises(Failed) as caught:
        world.start("true", readiness=MUST_LISTEN)
    assert caught.value.cause == "exited 0 before it was ready"


def test_a_service_that_goes_into_the_background_is_followed(world):
    code = (
        """
import os, signal, sys
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
"""
        + SERVER
    )
    report = world.python(code, readiness=MUST_LISTEN, port=0)
    assert report.ready_by == "tcp"
    eventually(
        lambda: world.row().child is not None and {one.pid for one in leftovers(world.row())} == {world.row().child.pid}
    )
    assert world.stop().report.exit_code == -signal.SIGTERM


def test_one_that_is_not_ready_in_time_goes_on_starting(world):
    with pytest.raises(Unavailable) as caught:
        world.start("sleep", "60", readiness=MUST_LISTEN, port=0, wait_s=0.2)
    assert caught.value.code == "service.not_ready"
    assert processes.identify(caught.value.details["pid"])
    row = world.row()
    assert (row.status, row.child.pid) == ("starting", caught.value.details["pid"])


def test_without_waiting_it_is_starting(world):
    report = world.start("sleep", "60", readiness=MUST_LISTEN, port=0, wait_s=0)
    assert (report.status, report.ready_s) == ("starting", None)
    assert report.port == world.row().port


def test_waiting_for_what_was_never_started(world):
    with pytest.raises(NotFound):
        starting.wait(**world.parts, target=world.target("nothing"), timeout_s=1)


def test_a_port_that_nobody_could_reach_is_refused(world):
    with pytest.raises(Refused) as caught:
        world.python(SERVER, reachable=False, port=0, readiness=Readiness(http_path="/"))
    assert caught.value.code == "service.unreachable"
    assert "--net" in caught.value.hints[0]
    assert world.row().status == "stopped"


def test_a_pattern_that_is_none_is_refused(world):
    with pytest.raises(Usage):
        world.python(SERVER, readiness=Readiness(log_pattern="("))


def test_nothing_changes_when_the_launch_cannot_be_prepared(world):
    def refuse(_):
        raise Refused("not trusted", code="ecosystem.untrusted")

    with pytest.raises(Refused):
        starting.start(**world.parts, target=world.target(), prepare=refuse)
    assert world.row().status == "stopped"
    assert world.server().status == "running"


def test_limits_and_folder_hold_for_it(world):
    world.start("sh", "-c", "ulimit -c; ulimit -Hc; pwd; exec sleep 60", limits="CORE=0")
    eventually(lambda: world.log() == f"0\n0\n{world.folder}\n".encode())


def test_a_silent_flood_of_output_never_stops_it(world):
    """More than the log keeps: what is too much is dropped from its beginning, byte for byte."""
    code = "import os, signal\nfor _ in range(120): os.write(1, b'x' * 1_000_000)\nos.write(1, b'end')\nsignal.pause()"
    world.python(code, readiness=Readiness(log_pattern="end", alive_s=None))
    eventually(lambda: world.log().endswith(b"end"))
    kept = world.log()
    assert len(kept) <= 5 * (10 << 20)
    assert set(kept[:-3]) == {ord("x")}


def test_a_supervisor_is_small_and_keeps_no_secret(world):
    world.server()
    pid = world.row().supervisor.pid
    with open(f"/proc/{pid}/status") as file:
        resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    assert resident <= 20_480, "KiB"
    with open(f"/proc/{pid}/environ", "rb") as file:
        assert {item.partition(b"=")[0] for item in file.read().split(b"\0") if item} <= {
            b"PATH",
            b"LANG",
            b"MALLOC_ARENA_MAX",
        }
    assert places(world.home, world.row().id).diary.read_bytes() == b""


def test_a_container_behind_another_process_is_seen_by_connecting(world):
    """The listener is nobody of ours: here a thread of the test."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    port = server.server_port
    server.server_close()

    def serve():
        eventually(lambda: world.row().status == "starting")
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(10)
            listener.accept()[0].close()

    thread = threading.Thread(target=serve)
    world.start(
        *PYTHON, "import signal; signal.pause()", readiness=Readiness(alive_s=None, connect=True), port=port, wait_s=0
    )
    thread.start()
    try:
        report = starting.wait(**world.parts, target=world.target(), timeout_s=15)
    finally:
        thread.join()
    assert (report.ready_by, report.port) == ("tcp", port)


def test_a_database_that_is_busy_delays_the_record_and_not_the_service(world):
    code = """
import os, signal
signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"x" * 2_000_000 + b"end"))
os.write(1, b"up")
while True: signal.pause()
"""
    world.python(code, readiness=Readiness(log_pattern="up", alive_s=None))
    row = world.row()
    with world.state.write():  # taken before the kill: a quick supervisor would have written it down already
        processes.send(row.child, signal.SIGKILL)
        eventually(lambda: world.row().status == "running" and processes.alive(row.supervisor))
        eventually(
            lambda: len(leftovers(row) - {row.child}) == 1, "it is started again although nothing can be written"
        )
        again = next(iter(leftovers(row) - {row.child}))
        eventually(lambda: world.log() == b"upup", "its output is read")
        processes.send(again, signal.SIGUSR1)
        eventually(lambda: world.log().endswith(b"end"), "all of it, more than a pipe holds")
        assert world.row().child == row.child, "nothing was written"
    eventually(lambda: world.row().child == again and world.row().restarts == 1, "the record follows")
    told = [event.operation for event in world.events.list(operation="service.")]
    assert told == ["service.starting", "service.running", "service.crashed", "service.starting", "service.running"]


def test_a_restart_is_another_process_on_the_same_port(world):
    first = world.server()
    again = restart(**world.parts, target=world.target(), prepare=world.prepare(*PYTHON, SERVER, readiness=MUST_LISTEN))
    assert again.pid != first.pid
    assert again.port == first.port


def test_a_restart_of_what_was_never_started_starts_it(world):
    assert restart(**world.parts, target=world.target(), prepare=world.prepare("sleep", "60")).status == "running"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_writes_to_its_output_as_to_any_pipe(world):
    code = """
const server = require("http").createServer((request, answer) => { console.log(request.url); answer.end("hello"); });
server.listen(process.env.PORT, process.env.HOST, () => console.log("up"));
process.on("SIGTERM", () => server.close(() => process.stdout.write("x".repeat(300000), () => process.exit(0))));
"""
    report = world.start("node", "-e", code, readiness=Readiness(http_path="/health", alive_s=None), port=0)
    assert report.ready_by == "http"
    done = world.stop()
    assert done.report.exit_code == 0
    assert world.log() == b"up\n/health\n" + b"x" * 300_000


def test_an_environment_of_a_hundred_kilobytes_is_handed_on(world):
    big = {"PATH": os.environ["PATH"], "BIG": "x" * 100_000}
    world.start("sh", "-c", 'printf %s "$BIG" | wc -c; exec sleep 60', environment=big, policy=QUICK)
    eventually(lambda: world.log().strip() == b"100000")
