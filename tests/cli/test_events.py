"""``phoenix events``: list, page through, follow."""

import json
import signal

import pytest

from phoenix_cli.app import build
from tests.homes import add_repository, home_at
from tests.screens import screen

ADDED = (
    ("ecosystem.import", "repo_1", {"url": "https://ann:hunter2@example.org/x", "token": "hunter2"}),
    ("ecosystem.run", "repo_1", {"command": "make:test"}),
    ("ecosystem.run", "repo_2", {"command": "evil \x1b[2J\u202e"}),
    ("service.failed", "repo_2", {}),
)


@pytest.fixture
def home(phoenix):
    add(phoenix, ADDED)
    return phoenix


def add(phoenix, rows):
    app = build(phoenix.home)
    with app.state.write() as connection:
        for operation, target, arguments in rows:
            app.events.append(connection, operation, target, arguments=arguments)
    app.state.close()


def numbers(answer):
    return [event["seq"] for event in answer.json["items"]]


def test_without_a_home_nothing_has_happened_and_none_is_made(phoenix):
    answer = phoenix("events")
    assert (answer.code, answer.out, answer.err) == (0, "", "nothing has happened yet\n")
    assert phoenix("events", "--json").json == {"items": [], "next": None}
    assert not phoenix.home.exists()


def test_newest_last_and_limited(home):
    assert numbers(home("events", "--json")) == [1, 2, 3, 4]
    assert numbers(home("events", "-n", 2, "--json")) == [3, 4]


def test_one_can_page_through_all_of_them(home):
    seen, cursor = [1], 1
    while cursor:
        page = home("events", "--after", cursor, "--limit", 1, "--json")
        seen += numbers(page)
        cursor = page.json["next"]
    assert seen == [1, 2, 3, 4]


def test_filters(home):
    assert numbers(home("events", "--operation", "ecosystem.run", "--json")) == [2, 3]
    assert numbers(home("events", "--operation", "ecosystem", "--target", "repo_1", "--json")) == [1, 2]
    assert numbers(home("events", "--target", "repo_9", "--json")) == []
    assert numbers(home("events", "--operation", "%", "--json")) == []


def test_a_repository_is_meant_and_shown_by_its_name(home):
    app = home_at(home.home)
    click = add_repository(app, "click")
    add(home, [("ecosystem.trust", click, {"level": "trusted"})])
    assert numbers(home("events", "--target", "click", "--json")) == [5]
    assert "  click   ✓ level trusted" in screen(home, "events", env={"NO_COLOR": "1"})
    assert f"\t{click}\t" in home("events", "--target", "me/click").out


def test_no_secret_is_kept_or_shown(home):
    answer = home("events", "--json")
    assert "hunter2" not in answer.out and answer.json["items"][0]["arguments"]["token"] == "***"
    assert b"hunter2" not in (home.home / "phoenix.db").read_bytes()


def test_a_pipe_gets_tabs_and_utc(home):
    rows = [line.split("\t") for line in home("events").out.splitlines()]
    assert [row[0] for row in rows] == ["1", "2", "3", "4"] and rows[1][3] == "ecosystem.run"
    assert all(row[1].endswith("Z") for row in rows)


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_a_terminal_gets_what_fits_and_nothing_that_moves_its_cursor(home, columns):
    shown = screen(home, "events", columns=columns, env={"NO_COLOR": "1"})
    assert "\x1b" not in shown and "\u202e" not in shown
    # Narrow screens get a block a row; its last line is the terminal's to fold, so that nothing is lost.
    assert max(len(line) for line in shown.splitlines() if not line.startswith("WHAT ")) <= columns
    assert "ago" in shown


def test_following_goes_on_from_now_or_from_a_number_as_json_lines(home):
    following = home.start("events", "--follow", "--after", 2, "--operation", "ecosystem")
    assert json.loads(following.stdout.readline())["seq"] == 3
    add(home, [("service.started", "repo_1", {}), ("ecosystem.remove", "repo_2", {})])
    event = json.loads(following.stdout.readline())
    assert (event["seq"], event["operation"], event["target"]) == (6, "ecosystem.remove", "repo_2")
    following.send_signal(signal.SIGINT)
    out, err = following.communicate(timeout=10)
    assert following.returncode == 130 and out == "" and "Traceback" not in err


def test_following_picks_fields(home):
    following = home.start("events", "-f", "--after", 3, "--json=seq,operation")
    assert json.loads(following.stdout.readline()) == {"seq": 4, "operation": "service.failed"}
    following.terminate()
    following.communicate(timeout=10)


@pytest.mark.parametrize("words", [["--limit", "0"], ["--limit", "x"], ["--after", "-1"], ["extra"]])
def test_wrong_words(phoenix, words):
    answer = phoenix("events", *words)
    assert answer.code == 2 and answer.err.startswith("error: ") and "phoenix events --help" in answer.err
