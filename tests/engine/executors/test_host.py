"""Commands by a host: how they start, what they see, how they end."""

import os
import signal
import threading
from pathlib import Path

import pytest

from phoenix_cli.engine.executors.host import remains
from phoenix_cli.engine.executors.interface import OUTPUT_BYTES, JobEnded, JobOutput, JobStarted
from phoenix_cli.engine.model import Call, Chain, Run
from phoenix_cli.kernel import processes
from tests.engine.executors.conformance import eventually
from tests.engine.executors.hosting import At, key, tagged

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() and sys.argv[1] == "leave":
            os._exit(0)
open("ready", "a").write("x")
while True: time.sleep(1)
"""


@pytest.fixture
def at(tmp_path):
    one = At(tmp_path)
    yield one
    one.executor.close(kill=True)


def test_without_a_command_there_is_no_host(at):
    at.executor.capabilities()
    assert at.executor.adopt([key("a")], 1) == frozenset()
    at.executor.cancel(key("a"), 1.0)
    assert not (at.folder / remains.LOCK).exists()


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [("exit 0", 0, ""), ("exit 3", 3, "exited 3"), ("kill -TERM $$", -15, "killed by SIGTERM"),
     ("kill -9 $$", -9, "killed by SIGKILL (out of memory, or somebody's kill -9)")],
)  # fmt: skip
def test_how_a_command_ended_is_told(at, text, code, message):
    assert at.perform("a", text) == JobEnded(key("a"), "failed" if code else "", code, message)


def test_its_process_is_told_before_its_end(at):
    end = at.perform("a", "echo $$")
    started, ended = at.reports.all
    assert isinstance(started, JobStarted) and ended == end
    assert at.log("a").read_text() == f"{started.process['pid']}\n"


def test_a_program_that_is_missing_or_no_program(at):
    (at.folder / "data").write_text("just data")
    (at.folder / "script").write_text("#!/no/such/interpreter\n")
    (at.folder / "script").chmod(0o755)
    here = {"env": {"PATH": str(at.folder)}}
    assert at.perform("a", Run(("no-such",)))[1:4] == ("failed", 127, "no-such: not found")
    assert at.perform("b", Run(("/no/such",)))[1:4] == ("failed", 127, "/no/such: not found")
    assert at.perform("c", Run(("data",)), **here)[1:4] == ("failed", 126, "data: not executable")
    assert at.perform("d", Run(("./data",)))[1:3] == ("failed", 126)
    assert at.perform("e", Run(("./script",)))[1:3] == ("failed", 127)
    assert at.perform("f", Run(("",)))[1:3] == ("failed", 127)
    assert at.perform("g", Chain((Run(("true",)), Run())))[1:4] == ("failed", None, "there is no command to start")


def test_what_no_process_can_be_given_fails_and_the_host_goes_on(at):
    assert at.perform("a", Run(("true", "a\0b")))[1] == "failed"
    assert at.perform("b", Run(("true", "x" * (1 << 20))))[1:3] == ("failed", 126)
    assert at.perform("c", "true", env={"A": "a\0b", "PATH": "/bin"})[1] == "failed"
    assert at.perform("d", "true", dir=str(at.folder / "no"))[1:4] == (
        "failed",
        None,
        f"folder {at.folder}/no: not found",
    )
    at.executor.submit(_with(at.job("l", "true"), log=at.folder / "a\0b"))
    assert at.reports.end_of(key("l")).error == "unavailable"
    assert not at.perform("e", "true").error


def test_only_commands_of_the_newest_driver_are_taken(at):
    at.executor.submit(at.job("a", Run(("true",))))
    at.executor.submit(at.job("b", Run(("true",)), fence=3))
    at.executor.submit(at.job("c", Run(("true",)), fence=2))
    assert at.reports.end_of(key("c")).error == "refused"
    at.executor.submit(at.job("d", Call("m:f")))
    assert at.reports.end_of(key("d")).error == "refused"


def test_output_goes_to_the_log_in_its_order(at):
    at.log("a").write_text("before\n")
    at.perform("a", "echo out; echo err >&2; sh -c 'echo child'")
    assert at.log("a").read_text() == "before\nout\nerr\nchild\n"


def test_a_log_in_a_folder_that_is_missing_and_no_log_at_all(at):
    job = at.job("a", "echo out")
    deep = at.folder / "x" / "y" / "a.log"
    at.executor.submit(_with(job, log=deep))
    assert not at.reports.end_of(key("a")).error and deep.read_text() == "out\n"
    at.executor.submit(_with(at.job("b", "echo out"), log=Path()))
    assert not at.reports.end_of(key("b")).error


def test_a_log_that_cannot_be_written_is_unavailable(at):
    (at.folder / "file").write_text("")
    at.executor.submit(_with(at.job("a", "true"), log=at.folder / "file" / "a.log"))
    end = at.reports.end_of(key("a"))
    assert end.error == "unavailable" and "cannot write its log" in end.message


def test_a_command_sees_its_variables_and_no_other(at):
    first = {"PATH": os.environ["PATH"], "A": "1", "B": "2"} | {f"V{n}": "x" * n for n in range(20)}
    for step, env in ("a", first), ("b", {**first, "A": "é\udc80"}), ("c", {"PATH": first["PATH"], "A": ""}):
        at.perform(step, "env -0", env=env)
        found = dict(each.split("=", 1) for each in os.fsdecode(at.log(step).read_bytes()).split("\0") if each)
        assert {**found, "PWD": 0, "OLDPWD": 0, "_": 0, "SHLVL": 0} == {
            **env, "PHOENIX_TREE": key(step).tag, "PWD": 0, "OLDPWD": 0, "_": 0, "SHLVL": 0,
        }  # fmt: skip


def test_a_command_has_a_session_of_its_own_and_nothing_on_its_input_and_signals_as_ever(at):
    at.perform(
        "a", "cat; ps -o pid=,pgid=,sid= -p $$; grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l"
    )
    ids, blocked, ignored, handles = at.log("a").read_text().splitlines()
    assert len(set(ids.split())) == 1
    ordinary = (1 << 31) - 1  # 32 and 33 are the C library's
    assert int(blocked.split()[1], 16) & ordinary == int(ignored.split()[1], 16) & ordinary == 0
    assert int(handles) == 4  # three and the one that ls reads


def test_a_chain_goes_on_until_the_first_that_fails(at):
    parts = (Run(shell="echo one"), Run(("echo", "two")), Run(shell="exit 4"), Run(shell="echo never"))
    assert at.perform("a", Chain(parts))[1:3] == ("failed", 4)
    assert at.perform("b", Chain(parts[:2])).error == ""
    assert at.perform("c", Chain((parts[0], Run(("no-such",)), parts[1])))[1:3] == ("failed", 127)
    assert at.log("a").read_text() == at.log("b").read_text() == "one\ntwo\n"
    assert at.log("c").read_text() == "one\n"


def test_values_are_handed_on(at):
    text = 'echo "v=a=b " >>$PHOENIX_OUTPUT; echo "n:=[1, 2]" >>$PHOENIX_OUTPUT; echo other=1 >>$PHOENIX_OUTPUT'
    assert at.perform("a", text, outputs=("v", "n", "missing")).outputs == {"v": "a=b ", "n": [1, 2]}
    assert at.perform("b", 'echo "${PHOENIX_OUTPUT-none}"').outputs == {}
    assert at.log("b").read_text() == "none\n"


def test_values_of_an_attempt_before_are_gone(at):
    (at.folder / "a.1.outputs").write_text("v=old")
    assert at.perform("a", "true", outputs=("v",)).outputs == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [("echo nonsense", "neither name=text nor name:=json"), ("echo 'v:={'", "no JSON"), ("echo '{\"v\": NaN}'", "no JSON"),
     ("printf '\\377'", "UTF-8"), (f"head -c {OUTPUT_BYTES + 1} /dev/zero", "too large")],
)  # fmt: skip
def test_values_that_cannot_be_read_fail_the_command(at, text, says):
    end = at.perform("a", f"{text} >$PHOENIX_OUTPUT", outputs=("v",))
    assert (end.error, end.code) == ("failed", 0) and says in end.message


def test_output_is_told_when_it_is_wanted(at):
    os.mkfifo(at.folder / "fifo")
    at.submit("a", "echo begun; read x <fifo", tells_output=True)
    at.reports.wait(lambda told: any(isinstance(one, JobOutput) for one in told))
    assert not at.reports.ends


def test_a_cancelled_command_ends_in_order(at):
    at.submit("a", "trap 'echo bye; exit 0' TERM; : >ready; while :; do sleep 0.05; done")
    eventually((at.folder / "ready").exists)
    at.executor.cancel(key("a"), 30.0)
    end = at.reports.end_of(key("a"))
    assert (end.error, end.code, end.message) == ("failed", -15, "it was stopped")
    assert at.log("a").read_text().endswith("bye\n") and not tagged("a")


@pytest.mark.parametrize("leave", ["leave", "stay"])
def test_a_tree_that_hides_and_does_not_listen_is_killed(at, leave):
    at.submit("a", f"exec python3 -c '{STUBBORN}' {leave}", env={"PATH": os.environ["PATH"]})
    eventually(lambda: (at.folder / "ready").exists() and len((at.folder / "ready").read_text()) >= 4)
    at.executor.cancel(key("a"), 0.2)
    end = at.reports.end_of(key("a"))
    assert (end.error, end.code) == ("failed", -9)
    assert not tagged("a")


def test_a_second_cancel_with_less_patience_hastens(at):
    at.submit("a", "trap '' TERM; : >ready; while :; do sleep 0.05; done")
    eventually((at.folder / "ready").exists)
    at.executor.cancel(key("a"), 3600.0)
    at.executor.cancel(key("a"), 0.0)
    assert at.reports.end_of(key("a")).code == -9


def test_a_cancelled_chain_starts_nothing_more(at):
    at.submit("a", Chain((Run(shell=": >ready; sleep 600"), Run(shell="echo never"))))
    eventually((at.folder / "ready").exists)
    at.executor.cancel(key("a"), 5.0)
    assert at.reports.end_of(key("a")).error == "failed"
    assert "never" not in at.log("a").read_text()


def test_what_a_step_leaves_running_lives_until_the_run_ends(at):
    assert not at.perform("a", "setsid sleep 600 & exit 0").error
    at.perform("b", "true")
    assert tagged("a")
    at.executor.close(kill=True)
    assert not tagged("a") and not processes.identify(at.executor.host_pid)


def test_close_ends_and_tells_what_runs(tmp_path):
    at = At(tmp_path)
    at.submit("a", "trap '' TERM; : >ready; while :; do sleep 0.05; done")
    eventually((at.folder / "ready").exists)
    at.executor.close(kill=True)
    assert [end.error for end in at.reports.ends] == ["failed"]
    assert not tagged("a") and remains.read_note(str(tmp_path)) is None
    assert not (tmp_path / "host.sock").exists()


def test_many_commands_each_end_once(at):
    room = threading.Semaphore(8)
    deliver = at.reports

    def count(report):
        deliver(report)
        if isinstance(report, JobEnded):
            room.release()

    at.executor.open(count)
    for number in range(200):
        room.acquire()
        at.submit(f"s{number}", f"echo {number} >>all; exit {number % 3}")
    ends = at.reports.wait_for_ends(200)
    assert {end.key.step: end.code for end in ends} == {f"s{n}": n % 3 for n in range(200)}
    assert sorted(map(int, (at.folder / "all").read_text().split())) == list(range(200))


def test_a_folder_whose_path_is_too_long_for_an_address(tmp_path):
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    folder.mkdir(parents=True)
    first = At(folder)
    os.mkfifo(folder / "fifo")
    first.submit("a", "read x <fifo")
    first.reports.start_of(key("a"))
    second = At(folder, 2)
    assert second.executor.adopt([key("a")], 2) == {key("a")}
    second.executor.close(kill=True)
    first.executor.close(kill=False)


def test_a_signal_for_the_host_from_a_terminal_is_not_heard(at):
    at.perform("a", "true")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(at.host, number)
    assert not at.perform("b", "true").error


def _with(job, **changes):
    from dataclasses import replace

    return replace(job, **changes)
