"""What everyone meets first: the bare word, help, version, wrong words, flags."""

import json
import signal
import subprocess
import sys

import pytest

from phoenix_cli import __version__
from phoenix_cli.app import build
from phoenix_cli.cli.errors import EXIT_CODES
from phoenix_cli.cli.topics import TOPICS
from tests.screens import screen


def test_the_bare_word_is_a_dozen_lines_with_three_examples(phoenix):
    answer = phoenix()
    assert answer.code == 0
    assert len(answer.out.splitlines()) <= 13
    assert answer.out.count("phoenix ecosystem ") == 3


def test_version_and_help(phoenix):
    assert phoenix("--version").out == f"phoenix {__version__}\n"
    for words in (["--help"], ["-h"], ["help"]):
        assert "ecosystem" in phoenix(*words).out
    assert "--follow" in phoenix("events", "-h").out


def test_a_wrong_word_names_the_near_one(phoenix):
    answer = phoenix("ecosystm")
    assert answer.code == 2
    assert answer.err.splitlines()[:2] == ["error: no such command 'ecosystm'", "  hint: did you mean 'ecosystem'?"]
    assert answer.out == ""


def test_a_wrong_option_is_a_usage_error_with_the_verbs_help_as_hint(phoenix):
    answer = phoenix("events", "--limt", "3")
    assert answer.code == 2 and "phoenix events --help" in answer.err


def test_errors_under_json_are_the_problem_object(phoenix):
    answer = phoenix("nope", "--json")
    assert answer.code == 2 and answer.out == ""
    assert answer.problem["code"] == "usage" and answer.problem["status"] == 400 and answer.problem["hints"]


def test_flags_stand_anywhere_and_fields_can_be_chosen(phoenix, tmp_path):
    other = tmp_path / "other"
    answer = phoenix("--json", "doctor", "--home", other)
    assert str(other) in answer.out
    assert phoenix("doctor", f"--home={other}", "--json=id").json["items"][0] == {"id": "git.found"}
    wrong = phoenix("doctor", "--json=colour")
    assert wrong.code == 3 and "fields: id" in wrong.err
    assert phoenix("doctor", "--home").code == 2


@pytest.mark.parametrize("topic", TOPICS)
def test_topics(phoenix, topic):
    answer = phoenix("help", topic)
    assert answer.code == 0 and len(answer.out.splitlines()) > 3
    assert max(map(len, answer.out.splitlines())) <= 80


def test_the_exit_codes_topic_lists_every_kind(phoenix):
    text = phoenix("help", "exit-codes").out
    for kind, (status, _, _) in EXIT_CODES.items():
        assert f"  {status}    {kind.replace('_', ' ')}" in text


def test_an_unknown_topic_is_not_found(phoenix):
    answer = phoenix("help", "exitcodes")
    assert answer.code == 3 and "did you mean exit-codes?" in answer.err


def test_a_bug_is_one_sentence_and_a_report_without_secrets(phoenix, tmp_path):
    program = (
        "import sys\nfrom phoenix_cli import operations\n"
        "def broken(app, name, **arguments): raise ZeroDivisionError(arguments['sources'])\n"
        "operations.perform = broken\n"
        "from phoenix_cli.cli import run\nsys.exit(run(sys.argv[1:]))\n"
    )
    words = [sys.executable, "-c", program, "ecosystem", "import", "https://ann:hunter2@example.org/x", "-q"]
    done = subprocess.run(words, env=phoenix.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "Traceback" not in done.stderr and "this is a bug" in done.stderr
    (report,) = (phoenix.home / "logs").glob("bug-*.md")
    text = report.read_text()
    assert "ZeroDivisionError" in text and str(report) in done.stderr
    assert "https://***@example.org/x" in text and "hunter2" not in text + done.stderr


def test_interruption_ends_with_130(phoenix):
    app = build(phoenix.home)
    with app.state.write() as connection:
        for _ in range(2):
            app.events.append(connection, "test.done")
    running = phoenix.start("events", "--follow", "--after", 1)
    assert json.loads(running.stdout.readline())["seq"] == 2  # from here on it waits for a third
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=10)
    assert running.returncode == 130 and "Traceback" not in err


def test_a_closed_pipe_ends_with_141(phoenix):
    running = phoenix.start("doctor")
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()
    assert running.wait(30) == 141 and "Traceback" not in err and "Exception" not in err


def test_a_terminal_gets_colour_and_a_pipe_does_not(phoenix):
    assert "\x1b[" in screen(phoenix, "doctor")
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[" not in screen(phoenix, "doctor", env=env)
    assert "\x1b[" not in screen(phoenix, "doctor", "--no-color")
    assert "\x1b[" not in phoenix("doctor").out


def test_signs_have_ascii_twins(phoenix):
    assert "✓" in screen(phoenix, "doctor")
    assert "✓" not in screen(phoenix, "doctor", env={"PHOENIX_ASCII": "1"})
    answer = phoenix("doctor", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert answer.out.isascii() and "Traceback" not in answer.err


def test_every_screen_does_without_unicode(phoenix, tmp_path):
    (tmp_path / "Makefile").write_text("test:\n\t" + "true " * 40 + "\n")
    app = build(phoenix.home)
    with app.state.write() as connection:
        app.events.append(connection, "test.done", arguments={"why": "long " * 40})
    app.state.close()
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (
        ["doctor"],
        ["status"],
        ["events"],
        ["ecosystem", "detect"],
        ["ecosystem", "commands"],
        ["help", "trust"],
    ):
        shown = screen(phoenix, *words, env=env)
        assert shown.isascii() and "\\u" not in shown, words


def test_json_on_a_terminal_is_still_json(phoenix):
    json.loads(screen(phoenix, "events", "--json"))


def test_a_home_that_cannot_be_made_is_one_sentence_for_every_verb(phoenix, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "Makefile").write_text("test:\n\ttrue\n")
    for words in (
        ["ecosystem", "import", tmp_path],
        ["ecosystem", "sync"],
        ["ecosystem", "run", "x", "test"],
        ["status"],
    ):
        answer = phoenix(*words, "--home", tmp_path / "file" / "home")
        assert answer.code in (0, 3, 6) and "bug" not in answer.err and "Traceback" not in answer.err, answer
    answer = phoenix("ecosystem", "import", tmp_path, "--home", tmp_path / "file" / "home", "--json")
    assert answer.code == 6 and answer.problem["code"] in ("state.unusable", "ecosystem.import_failed"), answer
