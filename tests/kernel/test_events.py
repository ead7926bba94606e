"""The event log."""

import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.kernel.events import Events, last_number, list_events, without_secrets
from phoenix_cli.kernel.state import State


class StoppedClock:
    """A clock that stands still, and ends what waits."""

    def now(self):
        return datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)

    def monotonic(self):
        return 0.0

    def sleep(self, seconds):
        raise KeyboardInterrupt


@pytest.fixture
def log(tmp_path):
    state = State(tmp_path / "phoenix.db")
    yield state, Events(state, StoppedClock(), "ann")
    state.close()


def add(log, *operations):
    state, events = log
    with state.write() as connection:
        for operation in operations:
            events.append(connection, operation, "repo_1", arguments={"n": 1}, before="a", after={"b": 2})


def test_what_was_appended_is_listed_with_who_and_when(log):
    add(log, "x.one")
    (event,) = log[1].list()
    assert (event.actor, event.at, event.operation, event.target) == (
        "ann",
        "2026-01-02T03:04:05.678Z",
        "x.one",
        "repo_1",
    )
    assert (event.arguments, event.before, event.after, event.outcome) == ({"n": 1}, "a", {"b": 2}, "ok")


def test_the_newest_are_listed_oldest_first_and_filters_hold(log):
    add(log, "x.one", "y.two", "x.three")
    state, events = log
    assert [e.operation for e in list_events(state=state, events=events, limit=2)] == ["y.two", "x.three"]
    assert [e.operation for e in list_events(state=state, events=events, after=1)] == ["y.two", "x.three"]
    assert [e.operation for e in list_events(state=state, events=events, operation="x.")] == ["x.one", "x.three"]
    assert list_events(state=state, events=events, target="repo_2") == []
    assert last_number(state=state) == 3


def test_following_yields_what_is_there_and_then_waits(log):
    add(log, "x.one", "x.two")
    seen = []
    with pytest.raises(KeyboardInterrupt):
        for event in log[1].follow(after=1):
            seen.append(event.operation)
    assert seen == ["x.two"]


def test_a_row_cannot_be_changed(log):
    add(log, "x.one")
    with pytest.raises(sqlite3.IntegrityError), log[0].write() as connection:
        connection.execute("UPDATE events SET actor = 'eve'")


def test_listing_makes_no_database(tmp_path):
    state = State(tmp_path / "none" / "phoenix.db")
    assert list_events(state=state, events=Events(state, StoppedClock())) == []
    assert not state.exists()


@given(st.text("abc123", min_size=4, max_size=20))
def test_secrets_do_not_reach_the_log(secret):
    value = {
        "url": f"https://me:{secret}@host/x",
        "github_token": secret,
        "nested": [{"PASSWORD": secret}],
        "ok": "kept",
    }
    cleaned = without_secrets(value)
    assert f":{secret}@" not in str(cleaned) and cleaned["github_token"] == "***"
    assert cleaned["nested"] == [{"PASSWORD": "***"}] and cleaned["ok"] == "kept"
