"""``phoenix lock``: real processes that hold, wait, are interrupted and killed."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.homes import home_at
from tests.screens import screen


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def locks(phoenix, part="items"):
    return phoenix("lock", "list", "--json").json[part]


def waiting(phoenix):
    """Return who waits, by looking into the database: faster than a command."""
    app = home_at(phoenix.home)
    try:
        return [row["resource"] for row in app.state.read("SELECT resource FROM lease_waits")]
    finally:
        app.state.close()


def events(phoenix):
    found = phoenix("events", "--operation", "lock", "--json").json["items"]
    return [(one["operation"], one["outcome"]) for one in found]


@pytest.fixture
def start(phoenix):
    """Start commands that are ended when the test is over."""
    begun = []

    def begin(*words, **options):
        begun.append(phoenix.start(*words, stdin=subprocess.PIPE, **options))
        return begun[-1]

    yield begin
    for one in begun:
        if one.poll() is None:
            one.kill()
        one.communicate()


@pytest.fixture
def holding(start):
    """Return a ``lock hold`` that has its locks and whose command waits for a line."""

    def begin(*names, then="true", **options):
        one = start("lock", "hold", *names, "--", "sh", "-c", f"echo $$; read line; {then}", **options)
        one.command = int(one.stdout.readline())
        return one

    return begin


def go(one):
    one.stdin.write("go\n")
    one.stdin.flush()


# --- with a command -----------------------------------------------------------------------------------------------


def test_its_command_knows_its_holders_and_its_exit_status_is_ours(phoenix):
    inner = phoenix.command("lock", "hold", "disk", "--", "sh", "-c", "echo $PHOENIX_HOLDERS; exit 7")
    answer = phoenix("lock", "hold", "gpu", "--", *inner)
    assert answer.code == 7
    outer, innermost = json.loads(answer.out)
    assert outer.startswith("lock_") and innermost.startswith("lock_") and outer != innermost
    assert locks(phoenix) == []
    assert events(phoenix) == [("lock.hold", "ok")] * 2 + [("lock.release", "ok")] * 2


def test_a_command_that_a_signal_ended(phoenix):
    assert phoenix("lock", "hold", "gpu", "--", "sh", "-c", "kill -9 $$").code == 137
    assert locks(phoenix) == []


def test_a_command_gets_its_own_flags_and_input(phoenix):
    answer = phoenix("lock", "hold", "gpu", "--", "cat", "-", stdin="--json said\n")
    assert (answer.code, answer.out) == (0, "--json said\n")


def test_a_command_that_is_not_there(phoenix):
    answer = phoenix("lock", "hold", "gpu", "--", "no-such-command")
    assert answer.code == 3 and "no command 'no-such-command'" in answer.err


def test_what_is_held_is_listed_with_its_processes(phoenix, holding):
    one = holding("gpu=2", "data:shared", "--capacity", "4", "--note", "nightly")
    data, gpu = locks(phoenix)
    assert (gpu["resource"], gpu["amount"], gpu["capacity"], gpu["shared"]) == ("gpu", 2, 4, False)
    assert (data["resource"], data["shared"]) == ("data", True)
    assert gpu["owner"] == "tester" and gpu["note"] == "nightly" and gpu["alive"] and gpu["left_s"] is None
    assert set(gpu["pids"]) == {one.pid, one.command}


def test_a_signal_for_us_ends_the_command_and_gives_the_lock_back(phoenix, holding):
    one = holding("gpu")
    one.send_signal(signal.SIGTERM)
    assert one.wait(20) == 128 + signal.SIGTERM
    assert locks(phoenix) == []


def test_interrupting_the_terminal_is_the_commands_to_answer(phoenix, holding):
    one = holding("gpu", start_new_session=True)
    os.killpg(one.pid, signal.SIGINT)
    out, err = one.communicate(timeout=20)
    assert (one.returncode, out, err.strip()) == (128 + signal.SIGINT, "", "")
    assert locks(phoenix) == [] and events(phoenix)[-1] == ("lock.release", "ok")


def test_a_killed_holder_holds_as_long_as_its_command_lives(phoenix, holding):
    one = holding("gpu")
    one.kill()
    one.wait()
    assert phoenix("lock", "hold", "gpu", "--wait", "0").code == 5
    go(one)
    assert phoenix("lock", "hold", "gpu", "--wait", "20", "--", "true").code == 0


# --- waiting ------------------------------------------------------------------------------------------------------


def test_no_wait_at_all_and_a_short_one(phoenix, holding):
    holding("gpu", "--note", "nightly")
    answer = phoenix("lock", "hold", "gpu", "--wait", "0", "--json")
    assert answer.code == 5 and answer.problem["code"] == "lock.held"
    assert answer.problem["details"]["holders"][0]["note"] == "nightly"
    answer = phoenix("lock", "hold", "gpu", "--wait", "0.3s")
    assert answer.code == 5 and "gpu is held by tester (lock_" in answer.err and "waited 0." in answer.err
    assert waiting(phoenix) == []


def test_who_waits_is_told_why_is_listed_and_gets_it(phoenix, holding, start):
    one = holding("gpu")
    other = start("lock", "hold", "gpu", "--", "echo", "mine")
    assert other.stderr.readline().startswith("waiting: gpu is held by tester (lock_")
    (wait,) = locks(phoenix, "waiting")
    assert (wait["resource"], wait["pids"]) == ("gpu", [other.pid])
    go(one)
    assert other.communicate(timeout=20)[0] == "mine\n" and other.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_who_goes_away_while_waiting_is_in_nobodys_way(phoenix, holding, start, number, code):
    one = holding("gpu")
    other = start("lock", "hold", "gpu", "disk", "--", "true")
    until(lambda: waiting(phoenix) == ["disk", "gpu"])
    other.send_signal(number)
    other.communicate(timeout=20)
    assert other.returncode == code
    assert locks(phoenix, "waiting") == []
    assert phoenix("lock", "hold", "disk", "--wait", "0", "--", "true").code == 0
    go(one)
    assert one.wait(20) == 0
    assert phoenix("lock", "hold", "gpu", "disk", "--wait", "0", "--", "true").code == 0
    assert waiting(phoenix) == [] or number == signal.SIGKILL


def test_a_command_that_wants_what_is_held_around_it_is_told_so_at_once(phoenix):
    answer = phoenix("lock", "hold", "gpu", "--", *phoenix.command("lock", "hold", "gpu", "--json"))
    assert answer.code == 5 and answer.problem["code"] == "lock.deadlock"
    (sentence,) = answer.problem["details"]["cycle"]
    assert "waits for gpu, held by tester (lock_" in sentence


def test_of_two_that_want_what_the_other_holds_one_is_refused(phoenix, holding):
    wants = {name: " ".join([*phoenix.command("lock", "hold", name), "-- true"]) for name in ("a", "b")}
    pair = [holding("a", then=wants["b"]), holding("b", then=wants["a"])]
    for one in pair:
        go(one)
    told = [one.communicate(timeout=30)[1] for one in pair]
    assert sorted(one.returncode for one in pair) == [0, 5]
    assert sum("could never end" in text for text in told) == 1
    refused = next(text for text in told if "could never end" in text)
    assert "waits for a, held by" in refused and "waits for b, held by" in refused
    assert locks(phoenix) == [] and waiting(phoenix) == []


# --- without a command --------------------------------------------------------------------------------------------


def test_a_lock_that_is_tied_to_nothing_stays_until_it_is_released(phoenix):
    answer = phoenix("lock", "hold", "gpu", "disk")
    id = answer.out.strip()
    assert answer.code == 0 and id.startswith("lock_") and "held until it is released" in answer.err
    assert [one["id"] for one in locks(phoenix)] == [id, id]
    assert phoenix("lock", "hold", "disk", "--wait", "0").code == 5
    answer = phoenix("lock", "release", id)
    assert answer.code == 0 and answer.err.count("released, was held by tester") == 2
    assert locks(phoenix) == []
    assert events(phoenix)[-1] == ("lock.release", "ok")


def test_a_lock_for_a_while(phoenix):
    held = phoenix("lock", "hold", "gpu", "--for", "500ms", "--json").json
    assert held["left_s"] == 0.5 and held["resources"] == ["gpu"]
    assert phoenix("lock", "hold", "gpu", "--wait", "20", "--", "true").code == 0


def test_amounts_and_readers(phoenix):
    hold = ("lock", "hold", "--wait", "0")
    assert phoenix(*hold, "gpu=2", "--capacity", "4").code == 0
    assert phoenix(*hold, "gpu=2").code == 0, "how much there is was told by the first"
    assert phoenix(*hold, "gpu=1").code == 5
    assert phoenix(*hold, "data:shared").code == 0
    assert phoenix(*hold, "data:shared").code == 0
    assert phoenix(*hold, "data").code == 5


# --- releasing ----------------------------------------------------------------------------------------------------


def test_what_a_living_command_counts_on_is_released_only_when_one_is_sure(phoenix, holding):
    one = holding("gpu")
    answer = phoenix("lock", "release", "gpu")
    assert answer.code == 7 and "gpu was not released" in answer.err and "--yes" in answer.err
    assert phoenix("lock", "release", "gpu", "--yes", "--json").json["items"][0]["pids"] == [one.pid, one.command]
    assert locks(phoenix) == []
    go(one)
    assert "released by somebody while the command ran" in one.communicate(timeout=20)[1] and one.returncode == 0


def test_by_name_only_that_resource_is_released(phoenix):
    phoenix("lock", "hold", "gpu", "disk")
    assert phoenix("lock", "release", "gpu").code == 0
    assert [one["resource"] for one in locks(phoenix)] == ["disk"]


def test_releasing_what_nobody_holds(phoenix):
    assert phoenix("lock", "release", "gpu").code == 3
    phoenix("lock", "hold", "printer")
    answer = phoenix("lock", "release", "pinter")
    assert answer.code == 3 and "did you mean printer?" in answer.err


# --- the list -----------------------------------------------------------------------------------------------------


def test_without_a_home_nothing_is_held_and_none_is_made(phoenix):
    answer = phoenix("lock", "list")
    assert (answer.code, answer.out, answer.err) == (0, "", "nothing is held\n")
    assert locks(phoenix) == [] and not phoenix.home.exists()


def test_what_the_dead_left_is_marked(phoenix, start):
    one = start("lock", "hold", "gpu", "--", "sh", "-c", "echo; exec sleep 100", start_new_session=True)
    one.stdout.readline()
    (held,) = locks(phoenix)
    os.killpg(one.pid, signal.SIGKILL)
    one.wait()
    until(lambda: not locks(phoenix)[0]["alive"])
    assert locks(phoenix)[0]["id"] == held["id"]
    assert "! stale" in screen(phoenix, "lock", "list", env={"NO_COLOR": "1"})
    assert phoenix("lock", "release", "gpu").code == 0


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_a_terminal_gets_what_fits(phoenix, columns):
    phoenix("lock", "hold", "gpu=2", "--capacity", "4", "--note", "long " * 30 + "\x1b[2J")
    phoenix("lock", "hold", "data:shared", "--for", "1h")
    shown = screen(phoenix, "lock", "list", columns=columns, env={"NO_COLOR": "1"})
    assert "\x1b" not in shown and "2 of 4" in shown and "● held for " in shown
    assert max(len(line) for line in shown.splitlines() if not line.startswith("WHAT ")) <= columns


def test_a_pipe_gets_tabs_and_utc(phoenix):
    phoenix("lock", "hold", "gpu", "--note", "nightly")
    (row,) = [line.split("\t") for line in phoenix("lock", "list").out.splitlines()]
    assert row[0] == "gpu" and row[1] == "1 of 1" and row[4].endswith("Z") and row[5].endswith("held: nightly")


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["hold"],
        ["hold", "--", "true"],
        ["hold", "a b"],
        ["hold", "gpu=0"],
        ["hold", "gpu=x"],
        ["hold", "gpu:read"],
        ["hold", "gpu", "gpu"],
        ["hold", "gpu=3", "--capacity", "2"],
        ["hold", "gpu", "--capacity", "0"],
        ["hold", "gpu", "--wait", "soon"],
        ["hold", "gpu", "--wait", "-1"],
        ["hold", "gpu", "--for", "0"],
        ["hold", "gpu", "--for", "forever"],
        ["hold", "gpu", "--for", "1m", "--", "true"],
        ["release"],
        ["list", "extra"],
    ],
)
def test_wrong_words(phoenix, words):
    answer = phoenix("lock", *words)
    assert answer.code == 2 and answer.err.startswith("error: "), answer


def test_a_variable_that_is_no_list_of_holders_means_none(phoenix):
    for value in ("", "x", "{}", "[1, null]", "[[]]"):
        assert phoenix("lock", "hold", "gpu", "--", "true", env={"PHOENIX_HOLDERS": value}).code == 0


def test_what_is_documented_is_what_is_answered(phoenix):
    from tests.contract.test_json import assert_documented, documented

    assert_documented(phoenix("lock", "hold", "gpu", "--json").json, documented("lock hold NAME..."))
    listed = phoenix("lock", "list", "--json").json
    assert set(listed) == {"items", "waiting", "next"}
    assert_documented(listed, documented("lock list"))
    released = phoenix("lock", "release", "gpu", "--json").json
    assert released["items"][0].keys() == listed["items"][0].keys()
