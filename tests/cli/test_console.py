"""The only object that prints."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.cli.console import Console, ago, duration, harmless, one_line, size
from phoenix_cli.cli.flags import Flags, take_flags
from phoenix_cli.kernel.errors import Refused, Usage


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


ROWS = [
    ("repo_0001", "click", "pip, make, and a very long list of other build systems that does not fit"),
    ("repo_0002", "日本語", "npm"),
]


def drawn(columns, monkeypatch, terminal=True):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal() if terminal else io.StringIO()
    Console(Flags(), out, io.StringIO()).table(("id", "name", "build"), ROWS)
    return out.getvalue()


def test_a_table_fits_80_columns_and_cuts_only_the_last(monkeypatch):
    assert drawn(80, monkeypatch).splitlines() == [
        "ID         NAME    BUILD",
        "repo_0001  click   pip, make, and a very long list of other build systems that …",
        "repo_0002  日本語  npm",
    ]


def test_a_wide_terminal_shows_everything(monkeypatch):
    assert ROWS[0][2] in drawn(120, monkeypatch)


def test_a_narrow_terminal_gets_one_block_a_row(monkeypatch):
    assert drawn(50, monkeypatch).splitlines()[:3] == [
        f"ID     {ROWS[0][0]}",
        f"NAME   {ROWS[0][1]}",
        f"BUILD  {ROWS[0][2]}",
    ]


def test_a_pipe_gets_tabs_full_values_and_no_header(monkeypatch):
    assert drawn(80, monkeypatch, terminal=False) == "".join("\t".join(row) + "\n" for row in ROWS)


@given(st.text())
def test_nothing_that_moves_a_cursor_gets_through(text):
    cleaned = harmless(text)
    assert not any((ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in cleaned)
    assert "\n" not in one_line(text) and "\t" not in one_line(text)
    cleaned.encode()


def test_direction_marks_are_made_visible():
    assert harmless("a\u202eb\x1b[2J\x9b") == "a\\u202eb\\x1b[2J\\x9b"


@given(st.lists(st.sampled_from(["-q", "-v", "-vv", "--yes", "--json", "--debug", "x", "run", "--net"])))
def test_common_flags_are_taken_wherever_they_stand(words):
    flags, rest = take_flags([*words, "--", "--json", "-v"])
    assert rest == [word for word in words if word in ("x", "run", "--net")] + ["--", "--json", "-v"]
    assert flags.json == ("--json" in words) and flags.yes == ("--yes" in words)


def test_home_needs_a_folder():
    with pytest.raises(Usage):
        take_flags(["list", "--home"])


def test_without_a_person_a_question_is_refused_and_yes_answers_it():
    with pytest.raises(Refused):
        Console(Flags(no_input=True), io.StringIO(), io.StringIO()).confirm("Sure?", refusal="not removed")
    Console(Flags(yes=True), io.StringIO(), io.StringIO()).confirm("Sure?", refusal="not removed")


def test_words_for_times_and_sizes():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert [ago(now - timedelta(seconds=s), now) for s in (0, 59, 240, 7300, 200_000)] == [
        "0s ago",
        "59s ago",
        "4m ago",
        "2h ago",
        "2d ago",
    ]
    assert [duration(s) for s in (0.04, 1.44, 125, 59.96, 3725)] == ["0.0s", "1.4s", "2m 05s", "60.0s", "1h 02m"]
    assert [size(b) for b in (12, 13_002_342, 5 << 30)] == ["12 B", "12.4 MiB", "5.0 GiB"]
