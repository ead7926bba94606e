"""docs/json.md says which fields scripts may rely on: each answer has exactly these."""

import re
from pathlib import Path

import pytest

from tests.gitting import repository

TEXT = (Path(__file__).parent.parent.parent / "docs" / "json.md").read_text(encoding="utf-8")


def documented(command):
    """Return the cell of docs/json.md that tells what a command answers."""
    (cell,) = re.findall(rf"^\| `{re.escape(command)}[^`]* --json` \| (.*) \|$", TEXT, re.MULTILINE)
    return cell


def assert_documented(value, cell):
    """Hold every key of an answer, and of the first item of its lists, against the text."""
    for key, inner in value.items():
        assert f'"{key}"' in cell, (key, cell)
        first = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(first, dict) and key in ("items", "failed", "trust"):
            assert_documented(first, cell)


@pytest.fixture
def made(phoenix, tmp_path):
    source = repository(tmp_path / "src" / "shop", {"Makefile": "test:\n\ttrue\n"})
    return phoenix, phoenix("ecosystem", "import", source, "--yes", "--json").json


def test_what_is_documented_is_what_is_answered(made):
    phoenix, imported = made
    assert_documented(imported, documented("ecosystem import X..."))
    run = phoenix("ecosystem", "run", "shop", "make:test", "--trust", "-q", "--json").json
    assert_documented(run, documented("ecosystem build\\|test\\|run ID ..."))
    for command, words in (
        ("ecosystem list", ["ecosystem", "list"]),
        ("ecosystem show ID", ["ecosystem", "show", "shop"]),
        ("ecosystem sync", ["ecosystem", "sync"]),
        ("ecosystem trust ID", ["ecosystem", "trust", "shop"]),
        ("events", ["events"]),
        ("doctor", ["doctor"]),
    ):
        assert_documented(phoenix(*words, "--json").json, documented(command))


def test_the_fields_are_all_there(made):
    phoenix, imported = made
    phoenix("ecosystem", "run", "shop", "make:test", "--trust", "-q", "--json")
    assert set(imported["items"][0]) == {"id", "name", "url", "path", "commit", "status", "components"}
    listed = phoenix("ecosystem", "list", "--json").json["items"][0]
    assert set(listed) == {"id", "name", "path", "build_systems", "service", "level", "last_run", "updated_at"}
    found = phoenix("status", "--json").json
    assert set(found) == {"repositories", "services", "runs", "flows"}
    assert set(found["repositories"]["items"][0]) == {*listed, "trust_changed"}
    of_runs = documented("status").partition('"runs"')[2].partition('"flows"')[0]
    assert set(found["runs"]["items"][0]) == set(re.findall(r'"(\w+)"', of_runs)) - {"items", "next"}
    show = phoenix("ecosystem", "show", "shop", "--json").json
    names = set(re.findall(r'"(\w+)"', documented("ecosystem show ID")))
    assert set(show) | set(show["trust"]) | set(show["proven"]["make:test"]) == names
    command = phoenix("ecosystem", "commands", "shop", "--json").json["items"][0]
    assert {"system", "place", "primary", "name", "role", "argv", "dir"} <= set(command)
    assert phoenix("ecosystem", "remove", "shop", "--yes", "--json").json == {
        "id": listed["id"], "name": "shop", "path": listed["path"], "removed": True,
    }  # fmt: skip
