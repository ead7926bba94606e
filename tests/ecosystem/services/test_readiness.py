"""When a service is ready, and what its sockets tell."""

import os
import socket
import subprocess
import sys

import pytest

from phoenix_cli.ecosystem.services.model import Readiness
from phoenix_cli.ecosystem.services.port_choice import is_free, who_listens
from phoenix_cli.ecosystem.services.probes import Probe
from phoenix_cli.ecosystem.services.readiness import OTHER_PORT_S, LogPattern, Seen, judge, port_of
from phoenix_cli.ecosystem.services.sockets import Listener, listeners, place_to_knock, readable
from phoenix_cli.ecosystem.services.watch import Watch

NEVER = Readiness(alive_s=None)


@pytest.mark.parametrize(
    ("hints", "expected", "seen", "by"),
    [
        (NEVER, 80, Seen(alive_s=99), ""),
        (NEVER, 80, Seen(listening=(80,)), "tcp"),
        (NEVER, None, Seen(listening=(9000,)), "tcp"),
        (NEVER, 80, Seen(listening=(9229,), listening_s=OTHER_PORT_S / 2), ""),
        (NEVER, 80, Seen(listening=(9229,), listening_s=OTHER_PORT_S), "tcp"),
        (NEVER, 80, Seen(matched=True), "log"),
        (NEVER, 80, Seen(answered=True), ""),
        (Readiness(alive_s=None, connect=True), 80, Seen(answered=True), "tcp"),
        (Readiness(http_path="/"), 80, Seen(listening=(80,), matched=True, alive_s=99), ""),
        (Readiness(http_path="/"), 80, Seen(answered=True), "http"),
        (Readiness(alive_s=2), None, Seen(alive_s=1.9), ""),
        (Readiness(alive_s=2), None, Seen(alive_s=2), "alive"),
        (Readiness(alive_s=2), 80, Seen(alive_s=2, listening=(80,)), "tcp"),
    ],
)
def test_the_strongest_sign_that_is_there_counts(hints, expected, seen, by):
    assert judge(hints, expected, seen) == by


def test_of_several_ports_the_expected_one_is_it():
    assert port_of(3000, Seen(listening=(2000, 3000))) == 3000
    assert port_of(None, Seen(listening=(9229, 3000))) == 3000
    assert port_of(None, Seen()) is None


def test_a_pattern_is_found_across_pieces_and_colours():
    pattern = LogPattern(r"ready in \d+")
    for piece in (b"nothing\nrea", b"dy \x1b[1mi", b"n\x1b[0m 12 ms"):
        assert not pattern.matched
        pattern.feed(piece)
    assert pattern.matched
    pattern.restart()
    assert not pattern.matched


def test_without_a_pattern_nothing_matches():
    pattern = LogPattern("")
    pattern.feed(b"anything")
    assert not pattern.matched


def test_our_listening_sockets_are_seen_with_address():
    with (
        socket.create_server(("127.0.0.1", 0)) as four,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
    ):
        expected = {Listener(four.getsockname()[1], "127.0.0.1", True), Listener(six.getsockname()[1], "::1", True)}
        assert expected <= set(listeners([os.getpid()]))
    assert not expected & set(listeners([os.getpid()]))


def test_a_process_that_is_gone_listens_nowhere():
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert listeners([gone.pid]) == []


def test_addresses_are_readable():
    little = sys.byteorder == "little"
    assert readable("0100007F" if little else "7F000001") == "127.0.0.1"
    assert readable("0" * 32) == "::"
    assert [place_to_knock(address) for address in ("0.0.0.0", "::", "10.0.0.1")] == ["127.0.0.1", "::1", "10.0.0.1"]


def test_a_port_is_free_or_has_a_name():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert f"(pid {os.getpid()})" in who_listens(port)
    assert is_free(port)


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::")]
)
def test_a_listener_at_any_address_takes_the_port(family, address):
    with socket.create_server((address, 0), family=family) as server:
        assert not is_free(server.getsockname()[1])


def ask(port, path="/", answer=b""):
    """Carry a probe through against a server that says one thing."""
    with socket.create_server(("127.0.0.1", port)) as server:
        probe = Probe("127.0.0.1", server.getsockname()[1], path)
        connection, _ = server.accept()
        with connection:
            result = probe.advance()
            if path:
                assert result is None
                assert connection.recv(1000).startswith(b"GET " + path.encode() + b" HTTP/1.0\r\nHost: 127.0.0.1:")
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while result is None:
                    probe._socket.setblocking(True)
                    result = probe.advance()
        probe.close()
        return result


@pytest.mark.parametrize(
    ("answer", "good"),
    [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.0 302 Found\r\n", True), (b"HTTP/1.1 503 No\r\n", False),
     (b"HTTP/1.1 404 No\r\n", False), (b"SSH-2.0-x\r\n", False), (b"", False), (b"x" * 300, False)],
)  # fmt: skip
def test_an_answer_is_good_when_it_is_http_and_well(answer, good):
    assert ask(0, "/", answer) is good


def test_a_connection_alone_is_an_answer_without_a_path():
    assert ask(0, "") is True


def test_nobody_there_is_a_no():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    probe = Probe("127.0.0.1", port)
    assert probe.advance() is False
    probe.close()


def test_a_connection_that_met_itself_is_a_no():
    """TCP connects a socket to its own port when nobody listens there: a port of the range for outgoing connections."""
    probe = Probe("127.0.0.1", 1)
    probe.close()
    own = socket.socket()
    own.bind(("127.0.0.1", 0))
    own.connect(own.getsockname())
    probe._socket, probe._refused = own, False
    assert probe.advance() is False
    own.close()


def test_a_question_without_an_answer_is_given_up_and_asked_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        watch = Watch(Readiness(http_path="/", alive_s=None), server.getsockname()[1], reachable=True)
        watch.restart(0.0)
        assert watch.look(0.0, [os.getpid()]) == ""
        first = watch.probe
        watch.look(1.0, [os.getpid()])
        assert watch.probe is first
        watch.look(99.0, [os.getpid()])
        assert watch.probe not in (None, first)
        watch.close()


def test_looks_become_rarer():
    watch = Watch(NEVER, None, reachable=True)
    watch.restart(0.0)
    pauses = [(watch.look(0.0, []), watch.pause)[1] for _ in range(30)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 0.5
