"""What a Python call comes to: the same in a thread and in a process of its own, but for what they cannot share."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from phoenix_cli.engine.executors.calls import targets
from phoenix_cli.engine.executors.interface import LOG_BYTES, OUTPUT_BYTES, JobEnded, JobKey, JobOutput
from phoenix_cli.engine.model import Call, Run
from tests.engine.executors.calling import Caller, eventually

BOTH = pytest.mark.parametrize("killable", [False, True], ids=["thread", "process"])


@pytest.fixture
def caller(tmp_path):
    made = Caller(tmp_path)
    yield made
    made.close()


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


# ---- what is handed on


@BOTH
@pytest.mark.parametrize(
    ("value", "names", "outputs"),
    [
        ("None", (), {}),
        ("None", ("a",), {}),
        ("7", (), {}),
        ("7", ("a",), {"a": 7}),
        ("[1, (2, 3)]", ("a",), {"a": [1, [2, 3]]}),
        ("{'a': 1, 'b': None, 'c': 3}", ("a", "b"), {"a": 1, "b": None}),
        ("{'b': 1}", ("a",), {}),
        ("{'a': {1: 'x'}}", ("a",), {"a": {"1": "x"}}),
        ("False", ("a",), {"a": False}),
        ("{'a': 'ä' * 10}", ("a",), {"a": "ä" * 10}),
    ],
)
def test_what_a_function_returns_becomes_the_outputs(caller, tmp_path, killable, value, names, outputs):
    write(tmp_path, "mine", f"def f():\n    return {value}\n")
    ended = caller.perform("mine:f", names=names, killable=killable)
    assert (ended.error, ended.outputs, ended.message) == ("", outputs, "")


@BOTH
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return {'a': object()}", "no JSON"),
        ("return {'a': float('nan')}", "no JSON"),
        ("x = []\n    x.append(x)\n    return {'a': x}", "no JSON"),
        ("return {'a': b'x'}", "no JSON"),
        (f"return {{'a': 'x' * {OUTPUT_BYTES}}}", "too large"),
        ("yield 1", "generator, which has not run"),
    ],
)
def test_what_cannot_be_handed_on_is_a_failure_that_says_why(caller, tmp_path, killable, body, says):
    write(tmp_path, "mine", f"def f():\n    {body}\n")
    ended = caller.perform("mine:f", names=("a",), killable=killable)
    assert ended.error == "failed"
    assert says in ended.message
    assert ended.outputs == {}


@BOTH
def test_one_value_for_two_names_is_a_failure(caller, tmp_path, killable):
    write(tmp_path, "mine", "def f():\n    return 1\n")
    ended = caller.perform("mine:f", names=("a", "b"), killable=killable)
    assert ended.message == "it returned int for the outputs a, b; return a dict with them"


@BOTH
def test_outputs_of_exactly_the_limit_are_handed_on(caller, tmp_path, killable):
    room = OUTPUT_BYTES - len(json.dumps({"a": ""}))
    write(tmp_path, "mine", f"def f(n):\n    return 'x' * ({room} + n)\n")
    assert caller.perform("mine:f", {"n": 0}, names=("a",), killable=killable).error == ""
    assert caller.perform("mine:f", {"n": 1}, names=("a",), killable=killable).error == "failed"


@BOTH
def test_a_coroutine_that_nobody_runs_is_not_taken_for_done(caller, tmp_path, killable):
    write(tmp_path, "mine", "async def f():\n    pass\n")
    ended = caller.perform("mine:f", killable=killable)
    assert ended.error == "failed"
    assert "asyncio.run" in ended.message


@BOTH
def test_arguments_are_handed_over_by_name(caller, tmp_path, killable):
    write(tmp_path, "mine", "def f(a, *, b, c=3):\n    return [a, b, c]\n")
    assert caller.perform("mine:f", {"a": {"x": [1]}, "b": "ü"}, names=("v",), killable=killable).outputs == {
        "v": [{"x": [1]}, "ü", 3]
    }
    ended = caller.perform("mine:f", {"wrong": 1}, killable=killable)
    assert (ended.error, ended.message.partition(":")[0]) == ("failed", "TypeError")


# ---- how it fails


@BOTH
def test_an_exception_is_the_message_and_its_traceback_is_in_the_log(caller, tmp_path, killable):
    write(tmp_path, "mine", "def g():\n    raise ValueError('text')\n\ndef f():\n    g()\n")
    ended = caller.perform("mine:f", killable=killable)
    assert (ended.error, ended.code, ended.message) == ("failed", None, "ValueError: text")
    lines = caller.log(ended.key).splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: text"
    assert [line.partition(", in ")[2] for line in lines if line.startswith("  File")] == ["f", "g"]


@BOTH
@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ("KeyboardInterrupt()", "KeyboardInterrupt"),
        ("BaseException('x')", "BaseException: x"),
        ("Odd()", "mine.Odd: <exception str() failed>"),
    ],
)
def test_whatever_is_raised_is_an_answer(caller, tmp_path, killable, raised, message):
    odd = "class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError\n"
    write(tmp_path, "mine", f"{odd}\ndef f():\n    raise {raised}\n")
    ended = caller.perform("mine:f", killable=killable)
    assert (ended.error, ended.message) == ("failed", message)
    assert caller.perform("builtins:dict", killable=killable).error == ""


@BOTH
def test_a_long_message_is_cut_and_whole_in_the_log(caller, tmp_path, killable):
    write(tmp_path, "mine", "def f():\n    raise ValueError('x' * 100_000)\n")
    ended = caller.perform("mine:f", killable=killable)
    assert len(ended.message) == 2_000
    assert len(caller.log(ended.key)) > 100_000


@BOTH
@pytest.mark.parametrize(
    ("argument", "error", "code"), [("", "", 0), ("0", "", 0), ("3", "failed", 3), ("'no room'", "failed", 1)]
)
def test_sys_exit_is_taken_as_the_interpreter_takes_it(caller, tmp_path, killable, argument, error, code):
    write(tmp_path, "mine", f"import sys\n\ndef f():\n    sys.exit({argument})\n")
    ended = caller.perform("mine:f", killable=killable)
    assert (ended.error, ended.code) == (error, code)
    assert ("no room" in caller.log(ended.key)) == ("no room" in argument)


@BOTH
@pytest.mark.parametrize(
    ("kind", "error"), [("Unavailable", "unavailable"), ("Refused", "refused"), ("NotFound", "failed")]
)
def test_our_own_errors_keep_their_kind(caller, tmp_path, killable, kind, error):
    text = f"from phoenix_cli.kernel.errors import {kind}\n\ndef f():\n    raise {kind}('no', cause='why', hints=('do',))\n"
    write(tmp_path, "mine", text)
    ended = caller.perform("mine:f", killable=killable)
    assert (ended.error, ended.message) == (error, "no: why; do")


@BOTH
@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere:f", "no module nowhere"),
        ("nowhere.deep:f", "no module nowhere"),
        ("mine.deep:f", "no module mine.deep"),
        ("mine:g", "module mine has no g"),
        ("mine:f.g.h", "module mine has no f.g.h"),
        ("mine:hello", "module mine has no hello; did you mean hallo?"),
        ("mine:number", "mine:number cannot be called, it is a int"),
        ("mine", "mine is no module:function"),
        ("mine:", "mine: is no module:function"),
        (":f", ":f is no module:function"),
        ("..mine:f", "..mine:f is no module:function"),
    ],
)
def test_a_target_that_names_nothing_is_a_clear_failure(caller, tmp_path, killable, target, message):
    write(tmp_path, "mine", "number = 7\n\ndef f():\n    pass\n\nhallo = f\n")
    ended = caller.perform(target, killable=killable)
    assert ended.error == "failed"
    assert ended.message.startswith(message)


@BOTH
def test_a_module_that_fails_while_it_is_imported_shows_where(caller, tmp_path, killable):
    write(tmp_path, "mine", "import not_installed_anywhere\n")
    ended = caller.perform("mine:f", killable=killable)
    assert ended.message == "ModuleNotFoundError: No module named 'not_installed_anywhere'"
    assert "mine.py" in caller.log(ended.key)
    write(tmp_path, "broken", "def f(:\n")
    assert caller.perform("broken:f", killable=killable).message.startswith("SyntaxError")


# ---- modules


@BOTH
def test_a_function_may_be_an_attribute_of_something(caller, tmp_path, killable):
    write(tmp_path / "parts", "deep", "class Box:\n    @staticmethod\n    def f():\n        return 'deep'\n")
    assert caller.perform("parts.deep:Box.f", names=("v",), killable=killable).outputs == {"v": "deep"}


@BOTH
def test_what_is_installed_is_found_from_any_folder(caller, tmp_path, killable):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        ended = caller.perform(
            "os.path:basename", {"p": "/a/b"}, names=("v",), folder=tmp_path / name, killable=killable
        )
        assert ended.outputs == {"v": "b"}


@BOTH
def test_modules_of_one_name_in_two_folders_are_two_modules(caller, tmp_path, killable):
    for name in ("one", "two"):
        write(tmp_path / name, "mine", f"import beside\n\ndef f():\n    return beside.NAME + '{name}'\n")
        write(tmp_path / name, "beside", f"NAME = '{name}'\n")
    for name in ("one", "two", "one", "two"):
        ended = caller.perform("mine:f", names=("v",), folder=tmp_path / name, killable=killable)
        assert ended.outputs == {"v": name * 2}


@BOTH
def test_the_next_run_sees_the_module_as_it_is_then(tmp_path, killable):
    for number in (1, 2222):
        write(tmp_path, "mine", f"def f():\n    return {number}\n")
        caller = Caller(tmp_path)
        assert caller.perform("mine:f", names=("v",), killable=killable).outputs == {"v": number}
        caller.close()
    assert "mine" not in sys.modules
    assert str(tmp_path) not in sys.path


@BOTH
def test_a_module_that_a_step_has_just_written_is_found(caller, tmp_path, killable):
    assert caller.perform("later:f", killable=killable).message.startswith("no module later")
    write(tmp_path, "later", "def f():\n    pass\n")
    assert caller.perform("later:f", killable=killable).error == ""


def test_a_module_named_like_one_that_is_loaded_is_not_mistaken_for_it(caller, tmp_path):
    write(tmp_path, "json", "def f():\n    return 'mine'\n")
    ended = caller.perform("json:f", names=("v",))
    assert ended.error == "failed"
    assert "is hidden by" in ended.message
    assert "rename it" in ended.message


def test_a_module_that_hides_one_of_phoenix_only_in_this_process_is_called_in_another(caller, tmp_path):
    """This test process has ``colorsys`` loaded, a fresh worker has not."""
    import colorsys

    write(tmp_path, "colorsys", "def f():\n    return 'mine'\n")
    assert caller.perform("colorsys:f", names=("v",)).outputs == {"v": "mine"}
    assert sys.modules["colorsys"] is colorsys


def test_a_function_is_looked_up_once(caller, tmp_path):
    write(tmp_path, "mine", "def f():\n    return 1\n")
    assert caller.perform("mine:f", names=("v",)).outputs == {"v": 1}
    sys.modules["mine"].f = lambda: 2
    assert caller.perform("mine:f", names=("v",)).outputs == {"v": 1}


def test_a_folder_that_was_on_the_path_before_stays_there(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    before = list(sys.path)
    assert targets.claim(str(tmp_path))
    assert targets.claim(str(tmp_path))
    assert not targets.claim("/elsewhere")
    targets.release()
    assert sys.path == [str(tmp_path), *before]
    targets.release()
    assert sys.path == before


# ---- what a call has around it


def test_a_process_has_the_folder_and_the_environment_of_its_job_and_no_more(caller, tmp_path):
    text = (
        "import os, sys\n\ndef f():\n    return {'env': dict(os.environ), 'cwd': os.getcwd(), 'in': sys.stdin.read()}\n"
    )
    write(tmp_path / "one", "mine", text)
    for env in ({"A": "1", "B": "2"}, {"A": "3"}):
        ended = caller.perform("mine:f", names=("env", "cwd", "in"), folder=tmp_path / "one", env=env, killable=True)
        assert ended.outputs == {"env": {**env, "PHOENIX_TREE": ended.key.tag}, "cwd": str(tmp_path / "one"), "in": ""}


def test_a_call_in_a_thread_changes_neither_folder_nor_environment(caller, tmp_path):
    write(
        tmp_path, "mine", "import os\n\ndef f():\n    return {'a': os.environ.get('ONLY_MINE'), 'cwd': os.getcwd()}\n"
    )
    ended = caller.perform("mine:f", names=("a", "cwd"), env={"ONLY_MINE": "1"})
    assert ended.outputs == {"a": None, "cwd": os.getcwd()}


@pytest.mark.parametrize("env", [{"A": "x\0y"}, {"A=B": "x"}])
def test_an_environment_that_no_process_can_have_is_a_failure(caller, tmp_path, env):
    ended = caller.perform("builtins:dict", env=env, killable=True)
    assert ended.error == "failed"
    assert "environment" in ended.message


def test_a_warm_process_is_used_again(caller, tmp_path):
    write(tmp_path, "mine", "import os\n\ndef f():\n    return os.getpid()\n")
    pids = {caller.perform("mine:f", names=("v",), killable=True).outputs["v"] for _ in range(5)}
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_a_log_that_cannot_be_written_makes_the_job_unavailable(caller, tmp_path):
    ended = caller.perform("builtins:dict", log=tmp_path / "no" / "folder.log", killable=True)
    assert (ended.error, "folder.log" in ended.message) == ("unavailable", True)
    assert caller.perform("builtins:dict", killable=True).error == ""


@BOTH
def test_of_endless_output_the_beginning_and_the_end_are_kept(caller, tmp_path, killable):
    text = "def f(lines):\n    print('the beginning')\n    for _ in range(lines):\n        print('x' * 1_048_575)\n    print('the end')\n"
    write(tmp_path, "mine", text)
    many = LOG_BYTES // (1 << 20) + 30
    key = caller.perform("mine:f", {"lines": many}, killable=killable).key
    log = tmp_path / f"{key.attempt}.log"
    assert LOG_BYTES <= log.stat().st_size <= LOG_BYTES + 4096
    lines = [line for line in log.read_text().splitlines() if not line.startswith("x" * 100)]
    assert lines[0] == "the beginning"
    assert lines[-1] == "the end"
    assert any("left out" in line for line in lines)


def test_who_asks_is_told_that_something_was_written(caller, tmp_path):
    write(
        tmp_path,
        "mine",
        "import os, time\n\ndef f(go):\n    print('x')\n    while not os.path.exists(go):\n        time.sleep(0.01)\n",
    )
    key = caller.submit("mine:f", {"go": str(tmp_path / "go")}, killable=True, tells_output=True)
    caller.reports.wait(lambda told: JobOutput(key) in told)
    (tmp_path / "go").touch()
    assert caller.reports.end_of(key).error == ""


def test_a_command_is_refused(caller):
    key = caller.submit_action(Run(("true",)))
    assert caller.reports.end_of(key) == JobEnded(key, "refused", None, "only Python calls are performed here")


def test_nothing_is_started_before_the_first_call(tmp_path):
    import threading

    before = threading.active_count()
    caller = Caller(tmp_path)
    assert threading.active_count() == before
    assert isinstance(Call("a:b"), caller.executor.capabilities().kinds)
    caller.executor.cancel(JobKey("r", "nobody", 1), 0.0)
    caller.close()
    assert threading.active_count() == before


def test_after_closing_no_thread_is_left(tmp_path):
    import threading

    before = threading.active_count()
    caller = Caller(tmp_path)
    for killable in (False, True):
        caller.perform("builtins:dict", killable=killable)
    caller.close()
    eventually(lambda: threading.active_count() == before)


@BOTH
def test_where_no_thread_can_be_started_the_job_is_unavailable(caller, monkeypatch, killable):
    import threading

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    ended = caller.perform("builtins:dict", killable=killable)
    assert (ended.error, ended.message) == ("unavailable", "cannot start a thread for calls: can't start new thread")
    monkeypatch.undo()
    assert caller.perform("builtins:dict", killable=killable).error == ""
