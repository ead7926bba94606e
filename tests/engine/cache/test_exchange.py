"""Export and import."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine.cache import exchange
from phoenix_cli.engine.cache.exchange import export_lines, import_lines
from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.errors import Failed, Usage
from tests.engine.cache.clocks import FakeClock

HEADER = b'{"format": "phoenix-cache-1"}\n'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["", "x", "x/y"]), st.text(min_size=1, max_size=20).filter(lambda key: "\0" not in key),
        st.binary(max_size=50) | JSON | st.just(b"large" * 5_000), st.none() | st.floats(1, 1e6), st.floats(0, 1e6),
        st.sets(st.sampled_from(["one", "two", "drei ü"])),
    ),
    max_size=8,
)  # fmt: skip


def opened(folder: Path, clock: FakeClock) -> Store:
    return Store(folder, clock, boot="one")


def within(store: Store, scope: str) -> Store:
    for name in scope.split("/") if scope else ():
        store = store.child(name)
    return store


@given(ENTRIES)
@settings(deadline=None, max_examples=40)
def test_there_and_back_is_the_same_to_the_byte(entries):
    clock = FakeClock()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder, "a"), clock) as one,
        opened(Path(folder, "b"), clock) as two,
    ):
        for scope, key, value, ttl, cost, tags in entries:
            assert within(one, scope).put(key, value, ttl_s=ttl, cost_s=cost, tags=tags)
        lines = b"".join(export_lines(one))
        result = import_lines(two, io.BytesIO(lines))
        assert (result.taken, result.refusals) == (one.stats().entries, 0)
        assert b"".join(export_lines(two)) == lines
        for scope, key, *_ in entries:
            assert within(two, scope).get(key) == within(one, scope).get(key)
        assert two.verify().sound


def line(**changed: object) -> bytes:
    body = changed.pop("raw", b"body")
    assert isinstance(body, bytes)
    fields = {
        "scope": "", "key": "good", "kind": "bytes", "sha256": hashlib.sha256(body).hexdigest(), "cost_s": 1.0,
        "created": 5.0, "expires": None, "tags": [], "body": base64.b64encode(body).decode(),
    } | changed  # fmt: skip
    return json.dumps(fields).encode() + b"\n"


@pytest.mark.parametrize(
    "bad",
    [
        b"\n", b"{\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b"null\n", b"[" * 200_000 + b"\n",
        line(body="!!!!"), line(body=5), line(sha256="0" * 64), line(sha256=None), line(kind="pickle"), line(kind=None),
        line(kind="json", raw=b"{"), line(kind="json", raw=b"[" * 200_000), line(key=""), line(key="x" * 2_000), line(key=["a"]),
        line(key="a\0b"), line(scope="../up"), line(scope="/"), line(scope=5), line(cost_s=-1), line(cost_s="1"), line(cost_s=True),
        line(created=10**400), line(created=-1), line(expires=1e300), line(expires="never"), line(tags="abc"), line(tags=[1]),
        line(tags=["a"] * 101), line(tags=["two\nlines"]), line(more=1), line().replace(b"5.0", b"NaN"),
        line().replace(b"5.0", b"Infinity"), line().replace(b'"good"', b'"\\ud800"'),
    ],
)  # fmt: skip
def test_a_hostile_line_is_refused_and_the_others_are_taken(tmp_path, bad):
    with opened(tmp_path, FakeClock()) as store:
        result = import_lines(store, io.BytesIO(HEADER + line(key="first") + bad + line(key="last")))
        assert (result.taken, result.refusals, [one.line for one in result.refused]) == (2, 1, [3])
        assert result.refused[0].message
        assert [one.key for one in store.entries()] == ["first", "last"]
        assert store.verify().sound


@pytest.mark.parametrize("content", [b"", b"\n", b"[]", b"x" * 5_000, b'{"format": "phoenix-cache-2"}\n', b"[" * 999])
def test_what_is_no_export_is_refused(tmp_path, content):
    with opened(tmp_path, FakeClock()) as store, pytest.raises(Usage) as caught:
        import_lines(store, io.BytesIO(content))
    assert caught.value.code == "cache.format"


def test_long_lines_and_many_lines_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(exchange, "LINE_BYTES", 1_000)
    monkeypatch.setattr(exchange, "LINES", 4)
    with opened(tmp_path, FakeClock()) as store:
        long = line(raw=b"x" * 5_000, key="long")
        lines = [
            line(key="1"),
            long,
            line(key="3"),
            b"z" * 9_999 + b"\n",
            line(key="too many"),
            line(key="far too many"),
        ]
        result = import_lines(store, io.BytesIO(HEADER + b"".join(lines)))
        assert [one.line for one in result.refused] == [3, 5, 6]
        assert [one.key for one in store.entries()] == ["1", "3"]


def test_what_has_ended_is_not_taken_and_what_is_from_the_future_is_from_now(tmp_path):
    clock = FakeClock()
    with opened(tmp_path, clock) as store:
        result = import_lines(store, io.BytesIO(HEADER + line(expires=6.0) + line(key="b", created=9e9)))
        assert (result.taken, result.expired) == (1, 1)
        assert store.entry("b").created == clock.wall.timestamp()


def test_a_nest_that_is_too_deep_here_is_a_miss(tmp_path):
    body = b"[" * 700 + b"]" * 700

    def below(store, depth):
        return below(store, depth - 1) if depth else store.get("good", "miss")

    with opened(tmp_path, FakeClock()) as store:
        taken = import_lines(store, io.BytesIO(HEADER + line(kind="json", raw=body))).taken
        assert taken == 1 and below(store, 0) != "miss"
        assert below(store, 500) == "miss"


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with opened(tmp_path / "file" / "cache", FakeClock()) as store, pytest.raises((Failed, OSError)) as caught:
        import_lines(store, io.BytesIO(HEADER + line()))
    assert isinstance(caught.value, Failed) and caught.value.code == "cache.import"
