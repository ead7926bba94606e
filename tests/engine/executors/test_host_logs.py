"""Logs that are too large: beginning and end stay, the disk does not fill, and no byte of either is torn or lost."""

import os
import threading

import pytest

from phoenix_cli.engine.executors.host import logs
from tests.engine.executors.conformance import eventually
from tests.engine.executors.hosting import At, key

MOST = 8 << 20
LINE = 64


@pytest.fixture
def at(tmp_path):
    one = At(tmp_path, log_bytes=MOST)
    yield one
    one.executor.close(kill=True)


def numbered(lines):
    """Return a command that prints numbered lines of one length."""
    return f"python3 -c 'import sys\nfor n in range({lines}): sys.stdout.write(\"%0{LINE - 1}d\\n\" % n)'"


def parts(data):
    """Return the numbers before and after the line in the middle, and how many bytes that says are left out."""
    before, middle, after = data.partition("\n… ".encode())
    told, _, after = after.partition(" bytes are left out here …\n".encode())
    assert middle
    return before.decode(), int(told.replace(b",", b"")), after.decode()


def test_a_log_within_bounds_is_all_there(at):
    lines = MOST // LINE
    at.perform("a", numbered(lines))
    assert at.log("a").read_text().split() == [f"{n:0{LINE - 1}}" for n in range(lines)]


def test_a_log_that_is_too_large_keeps_beginning_and_end(at):
    lines = 10 * MOST // LINE
    assert not at.perform("a", numbered(lines)).error
    data = at.log("a").read_bytes()
    before, missing, after = parts(data)
    assert MOST <= len(data) <= MOST + 100
    assert len(before) + missing + len(after) == lines * LINE
    whole = "".join(f"{n:0{LINE - 1}}\n" for n in range(lines))
    assert whole.startswith(before) and whole.endswith(after)
    assert len(before) == len(after) == MOST // 2


def test_a_log_a_little_too_large_is_left_as_it_is(at):
    at.perform("a", f"head -c {MOST + 100} /dev/zero")
    assert at.log("a").stat().st_size == MOST + 100


def test_where_files_have_no_holes_the_end_is_what_came_last(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "punch", lambda *_: False)
    path = tmp_path / "log"
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    log = logs.Log(handle, MOST, str(path))
    for number in range(40):
        os.write(handle, (f"{number:0{LINE - 1}}\n" * (MOST // 8 // LINE)).encode())
        log.look()
    log.settle()
    os.close(handle)
    before, missing, after = parts(path.read_bytes())
    assert before.startswith("0" * (LINE - 1)) and after.endswith("39\n")
    assert len(before) + missing + len(after) == 40 * (MOST // 8)


def test_a_reader_sees_no_torn_line_while_it_is_written(at):
    """Beginning and end are whole lines at any time; between them nothing, or what is left out."""
    key_of = at.submit("a", numbered(40 * MOST // LINE))
    seen, over = [], threading.Event()
    eventually(lambda: at.log("a").exists() and at.log("a").stat().st_size)
    while not over.is_set():
        with at.log("a").open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            beginning = file.read(1 << 16)
            file.seek(max(0, (size - (1 << 16)) // LINE * LINE))
            seen.append((beginning, file.read(1 << 16)))
        if at.reports.ends:
            over.set()
    assert not at.reports.end_of(key_of).error
    for beginning, end in seen[:-1]:
        assert not beginning.strip(b"0123456789\n")
        assert b"\0" not in end[-LINE:]


@pytest.mark.slow
def test_a_gigabyte_takes_little_room(tmp_path):
    at = At(tmp_path)
    at.submit("a", "yes 'a line that is printed again and again' | head -c 1073741824; echo; echo last")
    most = 0
    while not at.reports.ends:
        most = max(most, at.log("a").stat().st_blocks * 512 if at.log("a").exists() else 0)
    assert not at.reports.end_of(key("a")).error
    assert most < 512 << 20
    size = at.log("a").stat().st_size
    assert 60 << 20 < size < 68 << 20
    assert at.log("a").read_bytes().endswith(b"\nlast\n")
    at.executor.close(kill=True)
