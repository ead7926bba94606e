"""How a run looks on a terminal, in a pipe, as JSON and as a list of what is to be done."""

from __future__ import annotations

import io
import json
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.cli.console import Console
from phoenix_cli.cli.flags import Flags
from phoenix_cli.cli.flow.showing import Showing
from phoenix_cli.cli.views.flow import Shown, cut, frame, roughly, shares
from phoenix_cli.cli.views.flow_live import LiveView, last_line_of
from phoenix_cli.cli.views.flow_streams import JsonLinesView, LineView, Silent, TodoView, todo_file, todo_lines
from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.model import Flow, Request, Resource, Retry, Run, Step
from phoenix_cli.engine.progress.estimates import Estimate
from phoenix_cli.engine.progress.run_view import RunView
from tests.cli.terminals import Terminal
from tests.engine.random_flows import random_flow
from tests.engine.simulation import Simulation, World, seeded
from tests.screens import screen


def step(name, **options):
    return Step(name, Run(("do", name)), **options)


def example():
    steps = [step("fetch", phase="prepare"), step("deps", phase="prepare")]
    steps += [
        step(f"compile-{n}", needs=("fetch", "deps"), phase="build", resources=(Request("licence"),) if n % 2 else ())
        for n in range(6)
    ]
    steps.append(
        step("flaky", needs=("fetch",), phase="build", retry=Retry(2, backoff_s=20.0, max_s=20.0), keep_going=True)
    )
    steps.append(step("bad", needs=("fetch",), phase="build", keep_going=True))
    steps.append(step("test", needs=tuple(f"compile-{n}" for n in range(6)), for_each=tuple(range(5)), phase="check"))
    steps.append(step("ship", needs=("test",), phase="ship", effect="manual"))
    flow = Flow(
        "example", {one.name: one for one in steps}, {"licence": Resource("licence")}, phases=("prepare", "build")
    )
    world = World(
        duration=lambda name, attempt: 3.0 if name == "bad" else 10.0,
        failure=lambda name, attempt: 2 if name in ("flaky", "bad") else None,
    )
    run = Simulation(flow, world, room=4, check=False)
    run.begin()
    run.run()
    return run


KNOWN = {"fetch": 9.0, "deps": 10.0, "compile-0": 8.0, "compile-1": 2.0, "test": 9.0}


def drawn(at: float, width: int, height: int, *, estimate=None, log: str = "main.c:3: error: x undeclared"):
    run = example()
    view = RunView(run.flow, room=4, measured=KNOWN)
    view.feed(one for one in run.journal if one.at <= at)
    shown = Shown(view, at, estimate, lambda state: log, "^C stops; phoenix flow resume run_1 goes on")
    return [
        "".join("*" if colour.startswith("sign") else text for text, colour in cut(line, width)).rstrip()
        for line in frame(shown, width, height)
    ]


def test_a_screen_of_80_columns():
    assert drawn(13.5, 80, 24, estimate=Estimate(52.0, 68.0, 200)) == [
        "example  run_1  13.5s                              about 50s left (90 %: 1m 10s)",
        "━━━─────────────────  3 of 16 steps, 4 running, 1 failed",
        "* prepare      2 of 2            10.0s",
        "* build        1 of 8, 1 failed  3.5s",
        "* check        0 of 5",
        "* ship         0 of 1",
        "  * compile-0  3.5s of about 8s",
        "  * compile-1  3.5s, usually 2s",
        "  * flaky      3.5s",
        "  * compile-2  0.5s",
        "  * 2 steps    wait for licence, held by compile-1",
        "  * compile-4  waits for a free slot",
        "  * bad        failed (exit 2)  main.c:3: error: x undeclared",
        "^C stops; phoenix flow resume run_1 goes on",
    ]


def test_a_narrow_and_low_screen_keeps_what_matters_most_and_says_what_is_left_out():
    assert drawn(24, 50, 11, estimate=Estimate(52.0, 68.0, 200)) == [
        "example  run_1  24.0s",
        "6 of 16 steps, 2 running, 1 failed, 1 retry",
        "about 50s left (90 %: 1m 10s)",
        "* prepare      2 of 2            10.0s",
        "  … and 3 more phases",
        "  * compile-3  4.0s",
        "  * compile-4  4.0s",
        "  * compile-5  waits for licence, held by compile…",
        "  * flaky      failed (exit 2), trying again in 2…",
        "  * bad        failed (exit 2)  main.c:3: error: …",
        "^C stops; phoenix flow resume run_1 goes on",
    ]


def test_a_wide_screen_shows_texts_whole_and_what_is_over_needs_no_footer():
    lines = drawn(500, 120, 40, log="x" * 60)
    assert lines[0] == "example  run_1  8m 20s" and lines[1].startswith(
        "━" * 24 + "  16 of 16 steps, 2 failed, 2 retries"
    )
    assert lines[-1] == f"  * bad      failed (exit 2)  {'x' * 60}"


@pytest.mark.parametrize("height", [1, 2, 3, 4, 5, 7, 10])
def test_no_screen_is_too_low(height):
    assert len(drawn(24, 80, height)) <= height


@given(st.integers(0, 2**32), st.integers(20, 130), st.integers(2, 40))
@settings(max_examples=25, deadline=None)
def test_every_prefix_of_random_journals_fits_the_screen(seed, width, height):
    world = seeded(random_flow(seed), seed)
    world.begin()
    world.run()
    view = RunView(world.flow, room=world.room)
    terminal = Terminal(width, height)
    live = LiveView(console_on(terminal), view, lambda: view.at, log_of=lambda state: None, size=terminal.size)
    for one in world.journal:
        view.apply(one)
        live.draw(view.at)
        assert len(terminal.shown) < height and all(len(row) < width for row in terminal.shown)
        assert terminal.shown[0].startswith("f") and view.run_id[:3] in terminal.shown[0]


@given(st.lists(st.integers(0, 30), max_size=6), st.integers(0, 40))
def test_lines_are_shared_out_fairly_and_none_is_wasted(wanted, room):
    found = shares(wanted, room)
    assert sum(found) == min(room, sum(wanted)) and all(a <= b for a, b in zip(found, wanted, strict=True))
    cut_off = [a for a, b in zip(found, wanted, strict=True) if a < b]
    assert not cut_off or max(found) <= min(cut_off) + 1


def console_on(err, out=None, **flags) -> Console:
    return Console(Flags(**flags), out=out or Terminal(tty=False), err=err)


@dataclass
class Lived:
    """A live view on a terminal, and the time."""

    live: LiveView
    terminal: Terminal
    at: float = 0.0

    def tick(self, at: float, *fresh: t.Transition) -> list[str]:
        self.at = at
        self.live.tick(list(fresh))
        return self.terminal.shown


@pytest.fixture
def lived(monkeypatch) -> Callable[..., Lived]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def make(flow: Flow, columns: int = 80, lines: int = 24, log: Path | None = None, **measured: float) -> Lived:
        terminal = Terminal(columns, lines)
        view = RunView(flow, room=2, measured=measured)
        found = Lived(None, terminal)  # type: ignore[arg-type]
        found.live = LiveView(
            console_on(terminal), view, lambda: found.at, log_of=lambda state: log, size=terminal.size
        )
        return found

    return make


BEGUN = t.Begun(0.0, "run_1", "", "", {}, {})


def flow_of(*steps):
    return Flow("f", {one.name: one for one in steps})


def test_nothing_is_drawn_in_the_first_moments(lived):
    run = lived(flow_of(step("a")))
    assert run.tick(0.0, BEGUN, t.Admitted(0.0, "a", 1)) == [] and run.tick(0.2) == []
    assert run.tick(0.35)[0] == "f  run_1  0.3s"


def test_at_most_ten_times_a_second_and_twice_when_only_the_time_changes(lived):
    run = lived(flow_of(step("a")))
    run.tick(0.0, BEGUN, t.Admitted(0.0, "a", 1))
    first = run.tick(0.4)
    written = run.terminal.written
    assert run.tick(0.45, t.Started(0.45, "a", 1, {})) == first and run.tick(0.7) != first
    busy = run.terminal.written
    assert busy > written
    assert run.tick(1.0) and run.terminal.written == busy and run.tick(1.3) and run.terminal.written > busy


def test_a_line_that_did_not_change_is_not_written_again(lived):
    run = lived(flow_of(step("a"), step("b")))
    run.tick(0.0, BEGUN, t.Admitted(0.0, "a", 1), t.Failed(0.0, "a", 1, "failed", 7, "", None))
    run.tick(0.5)
    raw: list[str] = []
    write = run.terminal.write
    run.terminal.write = lambda text: raw.append(text) or write(text)  # type: ignore[method-assign]
    assert "failed (exit 7)" in "\n".join(run.tick(1.5))
    assert "exit 7" not in "".join(raw) and "1.5s" in "".join(raw)


def test_a_terminal_that_becomes_narrower_is_cleaned_up(lived):
    run = lived(flow_of(*(step(f"a-step-with-a-long-name-{n}") for n in range(3))))
    run.tick(0.0, BEGUN, *(t.Admitted(0.0, f"a-step-with-a-long-name-{n}", 1) for n in range(2)))
    run.tick(0.5)
    run.terminal.columns = 40
    folded = [row[start : start + 40] for row in run.terminal.rows for start in range(0, max(1, len(row)), 40)]
    run.terminal.rows, run.terminal.row = folded, len(folded) - 1
    shown = run.tick(2.0)
    assert shown[0].startswith("f  run_1  2.0s") and all(len(row) < 40 for row in shown)
    assert sum(row.startswith("f  run_1") for row in shown) == 1


def test_hostile_names_and_logs_move_no_cursor(lived, tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"fine\n\x1b[2J\x1b[31mgone\x07\xff\n\n")
    run = lived(Flow("f\x1b[2J", {"a": step("a")}), log=log)
    shown = run.tick(0.0, BEGUN, t.Admitted(0.0, "a", 1), t.Failed(0.1, "a", 1, "failed", 1, "m\x1b[1A", None))
    shown = run.tick(0.5)
    assert shown[0].startswith("f\\x1b[2J  run_1") and "\\x1b[2J\\x1b[31mgone\\x07" in "\n".join(shown)


def test_what_is_left_at_the_end_are_the_slowest_steps_what_failed_and_its_log(lived, tmp_path):
    log = tmp_path / "b.1.log"
    log.write_text("all is well\nno, it is not\n")
    run = lived(flow_of(step("a"), step("b", needs=("a",)), step("c", needs=("b",))), log=log)
    run.tick(0.0, BEGUN, t.Admitted(0.0, "a", 1), t.Succeeded(10.0, "a", 1, {}, False), t.Admitted(10.0, "b", 1))
    run.tick(
        15.0,
        t.Failed(15.0, "b", 1, "failed", 2, "exited 2", None),
        t.Closed(15.0, "c", "blocked", ""),
        t.Ended(15.0, "failed"),
    )
    run.live.close()
    assert run.terminal.shown[:3] == [
        "slowest: a 10.0s, b 5.0s",
        "longest way: a → b",
        "✗ b  failed (exit 2)  no, it is not",
    ]
    assert "".join(run.terminal.shown[3:]) == f"  log: {log}"  # a path is never cut, so a long one is folded


def test_without_utf8_there_are_twins(lived, monkeypatch):
    monkeypatch.setenv("PHOENIX_ASCII", "1")
    run = lived(flow_of(step("a"), *(step(f"b{n}") for n in range(40))), lines=8)
    run.tick(0.0, BEGUN, *(t.Admitted(0.0, f"b{n}", 1) for n in range(20)))
    shown = run.tick(0.5)
    assert "\n".join(shown).isascii() and any("~ and" in row for row in shown)


def test_the_last_line_of_a_log_is_found_whatever_is_in_it(tmp_path):
    log = tmp_path / "log"
    assert last_line_of(None) == "" and last_line_of(log) == ""
    log.write_bytes(b"x" * 100_000 + b"\n10 %\r20 %\r99 %\n  \n")
    assert last_line_of(log) == "99 %"
    log.write_bytes(b"x" * 100_000)
    assert last_line_of(log) == "x" * 4096


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1s"),
        (8.4, "8s"),
        (12, "10s"),
        (58, "1m 00s"),
        (131, "2m 10s"),
        (1500, "25m"),
        (3590, "1h 00m"),
        (12_000, "3h 20m"),
    ],
)
def test_what_is_not_known_better_is_written_roughly(seconds, text):
    assert roughly(seconds) == text


# --- lines, JSON, lists ------------------------------------------------------------------------------------------------


def test_one_line_for_each_thing_that_happens():
    stream = io.StringIO()
    view = RunView(flow_of(step("build", retry=Retry(1))), measured={"build": 2.0})
    lines = LineView(console_on(Terminal(tty=False)), view, stream, log_of=lambda state: None)
    lines.tick([BEGUN, t.Admitted(0.0, "build", 1), t.Started(0.0, "build", 1, {})])
    lines.tick([t.Failed(12.3, "build", 1, "failed", 2, "exited 2", 13.8), t.Admitted(13.8, "build", 2)])
    lines.tick(
        [
            t.Started(13.8, "build", 2, {}),
            t.Failed(14.0, "build", 2, "failed", -9, "killed by SIGKILL (out of memory, or somebody's kill -9)", None),
        ]
    )
    lines.tick([t.Ended(14.0, "failed")])
    assert stream.getvalue().splitlines() == [
        "    0.0s  run_1  f begins: 1 step",
        "    0.0s  build  started, usually 2.0s",
        "   12.3s  build  failed (exit 2), trying again in 1.5s",
        "   13.8s  build  started, attempt 2, usually 2.0s",
        "   14.0s  build  failed (killed by SIGKILL (out of memory, or somebody's kill -9))",
        "   14.0s  run_1  f failed in 14.0s: 1 failed",
    ]


def test_json_lines_count_on_and_have_the_fields_of_the_journal():
    stream = io.StringIO()
    view = JsonLinesView(RunView(flow_of(step("a"))), stream)
    view.tick([BEGUN, t.Admitted(0.0, "a", 1)])
    view.tick([])
    view.tick([t.Succeeded(1.23456, "a", 1, {"v": "\x1b\n"}, False)])
    assert [json.loads(line) for line in stream.getvalue().splitlines()][1:] == [
        {"seq": 1, "at": 0.0, "kind": "admitted", "step": "a", "attempt": 1},
        {
            "seq": 2,
            "at": 1.235,
            "kind": "succeeded",
            "step": "a",
            "attempt": 1,
            "outputs": {"v": "\x1b\n"},
            "cached": False,
        },
    ]


def test_a_list_is_written_whole_when_it_changed_and_not_more_than_a_few_times_a_second():
    stream, at = io.StringIO(), [0.0]
    view = RunView(flow_of(step("a"), step("b", needs=("a",))))
    todo = TodoView(view, lambda: at[0], todo_lines(stream))
    todo.tick([BEGUN])
    at[0] = 0.1
    todo.tick([t.Admitted(0.1, "a", 1)])
    at[0] = 0.3
    todo.tick([t.Started(0.3, "a", 1, {})])
    todo.tick([])
    todo.tick([t.Failed(0.3, "a", 1, "failed", 3, "", None), t.Closed(0.3, "b", "blocked", "")])
    todo.close()
    lists = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [[(item["content"], item["status"]) for item in one] for one in lists] == [
        [("a", "pending"), ("b", "pending")],
        [("a", "in_progress"), ("b", "pending")],
        [("a: failed (exit 3)", "completed"), ("b: blocked", "completed")],
    ]
    assert lists[0][0] == {"content": "a", "status": "pending", "activeForm": "Running a"}


def test_a_list_by_phase_has_one_item_for_each_phase_and_big_flows_get_one_unasked():
    run = example()
    view = RunView(run.flow)
    view.feed(one for one in run.journal if one.at <= 13.5)
    stream = io.StringIO()
    TodoView(view, lambda: 0.0, todo_lines(stream), by_phase=True).tick([])
    assert [(item["content"], item["status"]) for item in json.loads(stream.getvalue())] == [
        ("prepare: 2 of 2", "completed"), ("build: 1 of 8, 1 failed", "in_progress"), ("check: 0 of 5", "pending"),
        ("ship: 0 of 1", "pending"),
    ]  # fmt: skip
    big = RunView(flow_of(*(step(f"s{n}", phase=f"p{n % 3}") for n in range(100))))
    from phoenix_cli.engine.progress.todo import todo_items

    assert [item["content"] for item in todo_items(big)] == ["p0: 0 of 34", "p1: 0 of 33", "p2: 0 of 33"]
    assert len(todo_items(big, by_phase=False)) == 100
    assert [item["content"] for item in todo_items(RunView(flow_of(*(step(f"s{n}") for n in range(300)))))] == [
        "f: 0 of 300"
    ]


def test_a_file_holds_a_whole_list_at_every_moment(tmp_path):
    path = tmp_path / "deep" / "todo.json"
    view = RunView(flow_of(step("a")))
    todo = todo_file(view, lambda: 0.0, path)
    todo.tick([BEGUN])
    before = path.stat().st_ino
    assert json.loads(path.read_text())[0]["status"] == "pending"
    todo.tick([t.Admitted(0.0, "a", 1), t.Succeeded(0.1, "a", 1, {}, True)])
    todo.close()
    assert json.loads(path.read_text()) == [
        {"content": "a: from the cache", "status": "completed", "activeForm": "Running a"}
    ]
    assert path.stat().st_ino != before and list(path.parent.iterdir()) == [path]


# --- the thread that shows ----------------------------------------------------------------------------------------------


class Noting:
    """A view that notes what it was told, and in which thread."""

    def __init__(self, fails: OSError | None = None) -> None:
        self.told: list[t.Transition] = []
        self.threads: set[str] = set()
        self.seen = threading.Event()
        self.closed = False
        self.fails = fails

    def tick(self, fresh):
        self.told += fresh
        self.threads.add(threading.current_thread().name)
        if self.fails:
            raise self.fails
        if fresh:
            self.seen.set()

    def close(self):
        self.closed = True


def test_observing_only_queues_and_the_showing_happens_elsewhere():
    view = Noting()
    showing = Showing(lambda: [view], every_s=0.001)
    showing.observe([BEGUN])
    assert view.told == []  # nothing is done in the thread that observes
    showing.start()
    assert view.seen.wait(10) and view.threads == {"progress"}
    showing.observe([t.Admitted(0.0, "a", 1)])
    showing.close()
    assert view.told == [BEGUN, t.Admitted(0.0, "a", 1)] and view.closed
    assert type(showing.observe).__name__ == "builtin_function_or_method"  # no Python code runs for a step


def test_what_shows_is_made_by_the_thread_that_shows_and_not_before_its_time():
    view, makers = Noting(), []

    def make():
        makers.append(threading.current_thread().name)
        return [view]

    showing = Showing(make, every_s=0.001)
    showing.observe([BEGUN])
    assert makers == []  # the run's first steps begin meanwhile
    showing.start()
    assert view.seen.wait(10)
    showing.close()
    assert makers == ["progress"]


def test_a_list_that_cannot_be_written_ends_the_showing_and_is_told_at_the_end():
    view = Noting(OSError(28, "No space left on device"))
    showing = Showing(lambda: [view], every_s=0.001)
    showing.start()
    showing.observe([BEGUN])
    with pytest.raises(OSError, match="No space"):
        showing.close()
    assert not view.closed


def test_a_reader_that_has_gone_is_no_error():
    showing = Showing(lambda: [Noting(BrokenPipeError())], every_s=0.001)
    showing.start()
    showing.close()


def test_a_question_has_stderr_for_itself(lived):
    run = lived(flow_of(step("a")))
    showing = Showing(lambda: [run.live, Silent(run.live.view)], every_s=3600)
    showing.observe([BEGUN, t.Admitted(0.0, "a", 1)])
    showing._tick()
    run.at = 0.5
    showing._tick()
    assert run.terminal.shown
    with showing.paused():
        assert run.terminal.shown == []
        run.terminal.write("really? [y/N] y\n")
    run.at = 0.6
    showing._tick()
    assert run.terminal.shown[0] == "really? [y/N] y" and run.terminal.shown[1].startswith("f  run_1")


# --- the command line ---------------------------------------------------------------------------------------------------

FLOW = """
name: example
phases: [one, two]
steps:
  a: {run: "echo working", phase: one}
  b: {needs: [a], run: "echo went wrong; exit 3", phase: two, keep_going: true}
  c: {needs: [a], run: "until test -e go; do sleep 0.05; done", phase: two}
"""


@pytest.fixture
def flow_file(tmp_path):
    path = tmp_path / "example.yaml"
    path.write_text(FLOW)
    return path


def test_in_a_pipe_a_run_is_told_in_lines_and_a_file_holds_the_list(phoenix, flow_file, tmp_path):
    (tmp_path / "go").touch()
    done = phoenix("flow", "run", flow_file, "--todo", tmp_path / "todo.json")
    assert done.code == 1
    told = [line.split(None, 1)[1] for line in done.err.splitlines() if line.startswith("  ") and "s  " in line]
    assert told[0].startswith("run_") and "example begins: 3 steps" in told[0]
    assert "a  started" in told and "b  failed (exit 3): went wrong" in told
    items = json.loads((tmp_path / "todo.json").read_text())
    assert [item["content"] for item in items] == ["a", "b: failed (exit 3)", "c"]
    assert phoenix("-q", "flow", "run", flow_file).err.startswith("error:")
    assert phoenix("flow", "run", flow_file, "--progress", "loud").code == 2


def test_a_run_of_another_process_is_followed_to_its_end(phoenix, flow_file, tmp_path):
    with phoenix.start("flow", "run", flow_file, "--progress", "json") as running:
        first = json.loads(running.stderr.readline())
        assert (first["seq"], first["kind"]) == (0, "begun")
        with phoenix.start("flow", "watch", first["run_id"], "--format", "lines") as watching:
            while "b  failed" not in (line := watching.stdout.readline()):
                assert line
            with phoenix.start("flow", "watch", "--format", "todo") as stopped:
                items = json.loads(stopped.stdout.readline())
                assert [item["status"] for item in items] == ["completed", "completed", "in_progress"]
                stopped.send_signal(signal.SIGINT)
            (tmp_path / "go").touch()
            assert "example failed in" in watching.stdout.read()
            assert "error: example failed" in watching.stderr.read()
        ours = [first, *(json.loads(line) for line in running.stderr if line.startswith('{"seq"'))]
    assert (running.returncode, watching.returncode) == (1, 1)
    again = phoenix("flow", "watch", "--json")
    assert again.code == 1 and [json.loads(line) for line in again.out.splitlines()] == ours
    assert [one["seq"] for one in ours] == list(range(len(ours)))


def test_on_a_terminal_a_run_is_drawn_and_only_the_outcome_stays(phoenix, tmp_path):
    flow = tmp_path / "slow.yaml"
    flow.write_text("name: slow\nsteps:\n  a: {run: 'sleep 0.7'}\n")
    terminal = Terminal()
    terminal.write(screen(phoenix, "flow", "run", flow, env={"NO_COLOR": "1"}))
    assert terminal.shown[0].startswith("✓ slow succeeded")
    assert terminal.drawn_over >= 2 and not any("running" in row for row in terminal.shown)


def test_what_cannot_be_watched_is_said(phoenix):
    assert phoenix("flow", "watch").code == 3
    assert phoenix("flow", "watch", "--format", "smoke").code == 2
