"""Output on its way from a worker to the driver: in order, once, bounded, whatever is interrupted or repeated."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.engine.executors.cluster.kept_output import KeptOutput
from phoenix_cli.engine.executors.cluster.log_copy import LogCopy
from phoenix_cli.engine.executors.host.logs import marker

LIMIT = 40
PIECES = st.lists(st.binary(min_size=0, max_size=25), max_size=12)


def expected(before: bytes, written: bytes) -> bytes:
    if len(written) <= LIMIT:
        return before + written
    half = LIMIT // 2
    return before + written[:half] + marker(len(written) - LIMIT) + written[-(LIMIT - half) :]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@given(before=st.binary(max_size=10), pieces=PIECES, data=st.data())
def test_a_copy_is_the_output_or_its_beginning_and_end(folder, before, pieces, data):
    """Between any two writes the driver may ask, be told something twice, or be replaced by another one."""
    path = folder / os.urandom(8).hex()
    path.write_bytes(before)
    with closing(KeptOutput(folder, LIMIT)) as kept:
        carry(kept, path, pieces, data)
    assert path.read_bytes() == expected(before, b"".join(pieces))


def carry(kept: KeptOutput, path: Path, pieces: list[bytes], data: st.DataObject) -> None:
    """Write the pieces, and fetch them in all kinds of ways."""
    copy = LogCopy(path, limit=LIMIT)
    base = copy.base
    for piece in pieces:
        kept.write(piece)
        event = data.draw(st.sampled_from(["nothing", "ask", "ask twice", "replace"]))
        if event == "replace":
            copy = LogCopy(path, base, LIMIT)
        if event != "nothing":
            fetch(kept, copy, ended=False, repeat=event == "ask twice")
    while not copy.complete(kept.total):
        assert fetch(kept, copy, ended=True, repeat=False)
        if data.draw(st.integers(0, 4)) == 0:
            copy = LogCopy(path, base, LIMIT)


def fetch(kept: KeptOutput, copy: LogCopy, *, ended: bool, repeat: bool) -> bool:
    """Ask once as a driver does; tell whether there was anything to ask for."""
    wanted = copy.wanted(kept.total, ended)
    if wanted is None:
        return False
    offset, most = wanted
    part = kept.read(offset, min(most, 7))
    copy.write(offset, part)
    if repeat:
        assert not copy.write(offset, part)
    return True


@given(pieces=PIECES)
def test_what_is_kept_is_bounded_and_true(folder, pieces):
    written = b"".join(pieces)
    with closing(KeptOutput(folder, LIMIT)) as kept:
        for piece in pieces:
            kept.write(piece)
        for offset in range(len(written)):
            part = kept.read(offset, 5)
            assert part == written[offset : offset + len(part)]
            left_out = kept.over and LIMIT // 2 <= offset < len(written) - (LIMIT - LIMIT // 2)
            assert bool(part) is not left_out


def test_a_log_that_cannot_be_written_does_not_keep_a_job_from_ending(tmp_path):
    (tmp_path / "file").touch()
    copy = LogCopy(tmp_path / "file" / "log")
    copy.write(0, b"text")
    assert copy.complete(100)
