"""The output of a service: exact bytes, kept within bounds, followed over rotations."""

import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.ecosystem.services import logs
from phoenix_cli.ecosystem.services.logs import LogWriter
from phoenix_cli.kernel.clock import SystemClock


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "log"


def everything(folder, position=0):
    return b"".join(logs.read(folder, position))


def test_bytes_come_back_exactly(folder):
    data = bytes(range(256)) * 10
    LogWriter(folder).write(data)
    assert everything(folder) == data
    assert logs.end(folder) == len(data)


def test_a_full_segment_is_followed_by_one_that_is_named_by_its_position(folder):
    writer = LogWriter(folder, segment_bytes=10)
    writer.write(b"0123456789abcde")
    writer.write(b"f")
    assert sorted(os.listdir(folder)) == ["00000000000000000000.log", "00000000000000000010.log"]
    assert everything(folder) == b"0123456789abcdef"
    assert everything(folder, 8) == b"89abcdef"
    assert everything(folder, 12) == b"cdef"


def test_the_oldest_segments_go(folder):
    writer = LogWriter(folder, segment_bytes=10, count=3)
    writer.write(b"".join(b"%10d" % number for number in range(6)))
    assert logs.segments(folder) == [30, 40, 50]
    assert everything(folder) == b"".join(b"%10d" % number for number in (3, 4, 5))


def test_one_segment_is_a_count_too(folder):
    writer = LogWriter(folder, segment_bytes=10, count=1)
    writer.write(b"0123456789abc")
    assert everything(folder) == b"abc"


def test_another_writer_goes_on_where_the_last_one_ended(folder):
    LogWriter(folder, segment_bytes=10).write(b"0123456789ab")
    writer = LogWriter(folder, segment_bytes=10)
    assert writer.position == 12
    writer.write(b"cd")
    assert everything(folder) == b"0123456789abcd"


def test_nothing_is_there_before_the_first_byte(folder):
    assert (everything(folder), logs.end(folder), logs.newest_segment(folder), logs.tail(folder, 5)) == (
        b"",
        0,
        None,
        0,
    )


def test_what_cannot_be_written_is_counted_and_never_raised(folder):
    writer = LogWriter(folder)
    os.rmdir(folder)
    writer.write(b"lost")
    assert writer.lost == 4
    os.mkdir(folder)
    writer.write(b"kept")
    assert everything(folder) == b"kept"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(0, b""), (1, b"four\n"), (2, b"three\nfour\n"), (4, b"one\ntwo\nthree\nfour\n"), (9, b"one\ntwo\nthree\nfour\n")],
)
@pytest.mark.parametrize("segment", [5, 7, 100])
def test_the_last_lines(folder, lines, expected, segment):
    LogWriter(folder, segment_bytes=segment, count=99).write(b"one\ntwo\nthree\nfour\n")
    assert everything(folder, logs.tail(folder, lines)) == expected


def test_a_line_without_an_end_is_a_line(folder):
    LogWriter(folder).write(b"one\ntwo\nthr")
    assert everything(folder, logs.tail(folder, 1)) == b"thr"
    assert everything(folder, logs.tail(folder, 2)) == b"two\nthr"


def test_the_last_lines_since_a_start(folder):
    LogWriter(folder).write(b"before\nafter\nlast\n")
    assert everything(folder, logs.tail(folder, 5, since=7)) == b"after\nlast\n"


@settings(deadline=None)
@given(st.lists(st.binary(max_size=6).map(lambda data: data.replace(b"\n", b"") + b"\n"), max_size=12), st.integers(0, 14),
       st.integers(1, 9))  # fmt: skip
def test_the_last_lines_are_those_of_the_whole_text(tmp_path_factory, lines, wanted, segment):
    folder = tmp_path_factory.mktemp("log")
    LogWriter(folder, segment_bytes=segment, count=999).write(b"".join(lines))
    assert everything(folder, logs.tail(folder, wanted)) == b"".join(lines[max(0, len(lines) - wanted) :])


class Turns:
    """A clock whose every sleep lets the writer do its next piece of work."""

    def __init__(self, *work):
        self.work = list(work)

    def sleep(self, _):
        if self.work:
            self.work.pop(0)()

    def over(self):
        return not self.work


def test_following_goes_over_rotations_without_a_gap(folder):
    writer = LogWriter(folder, segment_bytes=10, count=6)
    pieces = [b"first", b"second and more", b"third", b"", b"fourth, which fills a segment", b"end"]
    turns = Turns(*(lambda piece=piece: writer.write(piece) for piece in pieces))
    assert b"".join(logs.follow(folder, 0, turns, turns.over)) == b"".join(pieces)


def test_following_a_writer_that_is_much_faster_leaves_out_what_is_gone(folder):
    writer = LogWriter(folder, segment_bytes=10, count=2)
    turns = Turns(lambda: writer.write(b"0123456789" * 5 + b"end"))
    assert b"".join(logs.follow(folder, 0, turns, turns.over)) == b"0123456789end"


def test_following_begins_where_one_wants(folder):
    writer = LogWriter(folder)
    writer.write(b"old\n")
    turns = Turns(lambda: writer.write(b"new\n"))
    assert b"".join(logs.follow(folder, 4, turns, turns.over)) == b"new\n"


def test_a_reader_beside_a_fast_writer_sees_each_byte_once_and_in_order(folder):
    writer = LogWriter(folder, segment_bytes=1000, count=10_000)
    numbers = b"".join(b"%06d\n" % number for number in range(20_000))
    done = threading.Event()

    def write():
        for start in range(0, len(numbers), 777):
            writer.write(numbers[start : start + 777])
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = b"".join(logs.follow(folder, 0, SystemClock(), done.is_set))
    thread.join()
    assert seen == numbers
