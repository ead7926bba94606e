"""The machine's decisions, one at a time, with a clock that only the test moves."""

import pytest

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine import transitions as t
from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.machine import Machine, replay
from phoenix_cli.engine.model import Run
from phoenix_cli.engine.validation import errors, validate
from phoenix_cli.engine.writing_flows import checked
from phoenix_cli.kernel.errors import Conflict


def flow_of(steps, head=""):
    text = f"name: a\n{head}\nsteps:\n" + "".join(f"  {line}\n" for line in steps.strip().splitlines())
    flow = checked(read_flow(text))
    assert errors(validate(flow)) == []
    return flow


class Driven:
    """A machine, and what it has asked for."""

    def __init__(self, steps, head="", room=4, inputs=None, measured=None):
        self.flow = flow_of(steps, head)
        self.machine = Machine(self.flow, room=room, measured=measured or {})
        self.journal = []
        self.asked = []
        self.at = 0.0
        self.send(e.Begin(0.0, "run_1", "seed", inputs or {}, {}))

    def send(self, event):
        turn = self.machine.handle(event)
        self.journal += turn.transitions
        self.asked += turn.instructions
        return turn.instructions

    def started(self):
        """Take the names of what was to be started since the last look."""
        found = [one.step for one in self.asked if isinstance(one, i.Start)]
        self.asked = [one for one in self.asked if not isinstance(one, i.Start)]
        return found

    def status(self, step):
        return self.machine.run.steps[step].status

    def attempt(self, step):
        return self.machine.run.steps[step].attempt

    def good(self, step, **outputs):
        return self.send(e.StepSucceeded(self.at, step, self.attempt(step), outputs))

    def bad(self, step, error="failed", code=1):
        return self.send(e.StepFailed(self.at, step, self.attempt(step), error, code))

    def wait(self, seconds):
        self.at += seconds
        return self.send(e.Tick(self.at))

    def crash(self, alive=()):
        """Go on as another driver that has only the journal."""
        self.machine = replay(self.flow, self.journal, room=4)
        self.asked = []
        self.send(e.Resume(self.at, frozenset(alive)))


def test_a_step_starts_as_soon_as_its_own_needs_are_done():
    run = Driven("a: {run: x}\nb: {run: x}\nc: {run: x, needs: [a]}\nd: {run: x, needs: [b]}")
    assert run.started() == ["a", "b"]
    run.good("a")
    assert run.started() == ["c"]  # does not wait for b, its neighbour


def test_priority_comes_before_the_critical_path_and_that_before_the_order_of_the_file():
    steps = "a: {run: x}\nb: {run: x}\nc: {run: x, priority: high}\nd: {run: x, priority: low}\ne: {run: x, needs: [b]}"
    run = Driven(steps, room=1, measured={"a": 1, "b": 1, "c": 1, "d": 99, "e": 3})
    order = run.started()
    while not run.machine.ended:
        run.good(order[-1])
        order += run.started()
    assert order == ["c", "b", "e", "a", "d"]


def test_measured_durations_decide():
    run = Driven("a: {run: x}\nb: {run: x}\nc: {run: x}", room=1, measured={"a": 1, "b": 5, "c": 3})
    assert run.started() == ["b"]
    run.good("b")
    assert run.started() == ["c"]


def test_all_resources_or_none():
    head = "resources: {r: 1, s: 1}"
    run = Driven("a: {run: x, resources: [r]}\nb: {run: x, resources: [r, s]}\nc: {run: x, resources: [s]}", head)
    assert run.started() == ["a", "c"]  # b holds nothing while it waits
    run.good("c")
    assert run.started() == []
    run.good("a")
    assert run.started() == ["b"]


def test_readers_read_together_and_a_writer_is_alone():
    head = "resources: {db: 3}"
    run = Driven(
        "a: {run: x, resources: {db: shared}}\nb: {run: x, resources: {db: shared}}\nc: {run: x, resources: {db: exclusive}}\n"
        "d: {run: x, resources: {db: 2}}\ne: {run: x, resources: {db: 1}}",
        head,
        room=9,
    )
    assert run.started() == ["a", "b"]
    run.good("a")
    assert run.started() == []
    run.good("b")
    assert run.started() == ["c"]
    run.good("c")
    assert run.started() == ["d", "e"]


def test_a_big_request_does_not_starve_behind_small_ones():
    small = "\n".join(f"s{n}: {{run: x, resources: {{r: 1}}, priority: high}}" for n in range(100))
    run = Driven("big: {run: x, resources: {r: 2}}\n" + small, "resources: {r: 2}", room=9)
    running = run.started()
    served = 0
    while "big" not in running:
        served += 1
        run.good(running.pop(0))
        running += run.started()
    assert served < 25


def test_many_different_wishes_for_the_same_few_things_are_all_served_in_order():
    names = [f"s{n}" for n in range(40)]
    steps = "\n".join(f"{name}: {{run: x, resources: {{few: {1 + n % 3}, r{n}: 1}}}}" for n, name in enumerate(names))
    head = "resources: {few: 3, " + ", ".join(f"r{n}: 1" for n in range(40)) + "}"
    run = Driven(steps, head, room=9)
    order = running = run.started()
    while not run.machine.ended:
        if run.machine.run.queue.reserved is None:
            waiting = [one for one in run.machine.run.steps.values() if one.ticket]
            assert all(run.machine.run.pool.lacking(one.lane.claims) for one in waiting)
        run.good(running[0])
        new = run.started()
        running, order = running[1:] + new, order + new
    assert sorted(order) == sorted(names)


def test_what_was_reserved_is_free_again_when_the_step_is_given_up():
    small = "\n".join(f"s{n}: {{run: x, resources: {{r: 1}}, priority: high}}" for n in range(100))
    run = Driven(
        "big: {run: x, resources: {r: 2}, timeout: {queue: 5s}, keep_going: true}\n" + small,
        "resources: {r: 2}",
        room=9,
    )
    running = run.started()
    while len(running) == 2:
        run.good(running.pop(0))
        running += run.started()
    assert run.machine.run.queue.reserved is not None
    run.wait(5)
    assert run.status("big") == "failed"
    assert len(run.started()) == 1


def test_without_the_reservation_the_big_request_would_be_last(monkeypatch):
    from phoenix_cli.engine import dispatch

    monkeypatch.setattr(dispatch, "BYPASS_LIMIT", 10_000)
    small = "\n".join(f"s{n}: {{run: x, resources: {{r: 1}}, priority: high}}" for n in range(100))
    run = Driven("big: {run: x, resources: {r: 2}}\n" + small, "resources: {r: 2}", room=9)
    running = run.started()
    served = 0
    while "big" not in running:
        served += 1
        run.good(running.pop(0))
        running += run.started()
    assert served == 100


def test_a_failure_stops_the_run_but_not_what_already_runs():
    run = Driven("a: {run: x}\nb: {run: x}\nc: {run: x, needs: [b]}\nd: {run: x, needs: [a]}")
    run.bad("a")
    assert (run.status("d"), run.status("c"), run.status("b")) == ("blocked", "cancelled", "running")
    assert run.machine.run.steps["d"].message == "a did not succeed"
    run.good("b")
    assert run.asked[-1] == i.Finish("failed")


def test_a_run_that_stopped_retries_nothing():
    run = Driven("a: {run: x}\nb: {run: x, retry: 3}\nc: {run: x, retry: 3, needs: [a], when: always()}")
    run.bad("a")
    run.bad("b")
    run.bad("c")
    run.wait(60)
    assert (run.status("b"), run.attempt("b")) == ("failed", 1)
    assert (run.status("c"), run.attempt("c")) == ("running", 2)


def test_keep_going_goes_on_beside_the_failure():
    run = Driven("a: {run: x, keep_going: true}\nb: {run: x}\nc: {run: x, needs: [b]}\nd: {run: x, needs: [a]}")
    run.bad("a")
    run.good("b")
    run.good("c")
    assert {name: run.status(name) for name in "acd"} == {"a": "failed", "c": "succeeded", "d": "blocked"}
    assert run.machine.run.status == "failed"


def test_steps_that_ask_for_failures_run_after_them():
    run = Driven(
        "a: {run: x}\nclean: {run: x, needs: [a], when: always()}\nreport: {run: x, needs: [a], when: failed()}\n"
        "go: {run: x, needs: [a]}\nfine: {run: x, needs: [a], when: succeeded()}"
    )
    run.started()
    run.bad("a")
    assert run.started() == ["clean", "report"]
    assert (run.status("go"), run.status("fine")) == ("blocked", "blocked")
    again = Driven("a: {run: x}\nreport: {run: x, needs: [a], when: failed()}")
    again.good("a")
    assert (again.status("report"), again.machine.run.status) == ("skipped", "succeeded")


def test_a_skipped_step_holds_nobody_up():
    run = Driven("a: {run: x, when: inputs.go}\nb: {run: x, needs: [a], when: steps.a.status == 'skipped'}", "inputs: {go: false}",
                 inputs={"go": False})  # fmt: skip
    assert run.started() == ["b"]


def test_outputs_reach_later_steps():
    run = Driven(
        'a: {run: x, outputs: [v, n]}\nb: {run: [echo, "v${{ steps.a.outputs.v }}"], env: {N: "${{ steps.a.outputs.n }}"}, dir: "${{ steps.a.outputs.v }}"}'
    )
    instructions = run.good("a", v="1.2", n=[1])
    assert instructions[0].work == i.Work(Run(("echo", "v1.2")), "1.2", {"N": "[1]"})


def test_a_value_that_is_not_there_fails_the_step_and_not_the_machine():
    run = Driven('a: {run: x, when: false, outputs: [v]}\nb: {run: [echo, "${{ steps.a.outputs.v }}"]}')
    assert run.status("b") == "failed"
    assert "no value here" in run.machine.run.steps["b"].message
    assert run.machine.run.status == "failed"


def test_a_step_that_does_not_hand_on_what_it_promised_has_failed():
    run = Driven("a: {run: x, outputs: [v], retry: 3}\nb: {run: [x, '${{ steps.a.outputs.v }}']}")
    run.good("a")
    assert run.status("a") == "failed"
    assert run.machine.run.steps["a"].message == "it did not hand on v"


def test_for_each_makes_children_with_names_that_stay():
    run = Driven(
        'a: {run: x, outputs: [list]}\nb: {for_each: "${{ steps.a.outputs.list }}", run: [do, "${{ item.n }}"], outputs: [r]}\n'
        'c: {run: [x, "${{ steps.b.outputs.r }}"]}'
    )
    run.good("a", list=[{"n": 7}, {"n": 8}])
    starts = [one for one in run.asked if isinstance(one, i.Start) and one.step != "a"]
    assert [(one.step, one.work.action.argv) for one in starts] == [("b[0]", ("do", "7")), ("b[1]", ("do", "8"))]
    run.crash()
    assert run.started() == ["b[0]", "b[1]"]
    run.good("b[1]", r="y")
    instructions = run.good("b[0]", r="x")
    assert instructions[-1].work.action.argv == ("x", '["x","y"]')


@pytest.mark.parametrize(("value", "words"), [(3, "did not come to a list"), ([0] * 10_001, "more than 10,000")])
def test_for_each_over_something_else(value, words):
    run = Driven('a: {run: x, outputs: [l]}\nb: {for_each: "${{ steps.a.outputs.l }}", run: x}')
    run.good("a", l=value)
    assert run.status("b") == "failed" and words in run.machine.run.steps["b"].message


def test_an_empty_for_each_is_done():
    run = Driven(
        'a: {run: x, outputs: [l]}\nb: {for_each: "${{ steps.a.outputs.l }}", run: x}\nc: {run: x, needs: [b]}'
    )
    run.started()
    run.good("a", l=[])
    assert (run.status("b"), run.started()) == ("succeeded", ["c"])


def test_retries_wait_with_jitter_and_end():
    run = Driven("a: {run: x, retry: {count: 2, backoff: 10s, factor: 2}}")
    waits = []
    for _ in range(3):
        run.bad("a")
        if run.machine.wake_at is None:
            break
        waits.append(run.machine.wake_at - run.at)
        run.wait(waits[-1])
    assert run.status("a") == "failed" and run.attempt("a") == 3
    assert 0 <= waits[0] <= 10 and 0 <= waits[1] <= 20
    assert len(waits) == 2


def test_retries_only_of_what_is_named():
    run = Driven("a: {run: x, retry: {count: 2, on: [timeout, 75]}}")
    run.bad("a", code=75)
    run.wait(60)
    run.bad("a", code=1)
    assert (run.status("a"), run.attempt("a")) == ("failed", 2)


def test_a_run_has_a_budget_of_retries():
    run = Driven("a: {run: x, retry: 9, keep_going: true}\nb: {run: x, retry: 9}", "retry_budget: 1")
    run.bad("a")
    run.bad("b")
    assert (run.status("a"), run.status("b")) == ("cancelled", "failed")


def test_time_limits_of_an_attempt():
    run = Driven("a: {run: x, timeout: {run: 10s, idle: 4s}, retry: 1}")
    run.send(e.StepStarted(0, "a", 1, {"pid": 1}))
    run.wait(3)
    run.send(e.StepOutput(run.at, "a", 1))
    assert run.wait(3) == []
    run.send(e.StepOutput(run.at, "a", 1))
    run.wait(3)
    run.send(e.StepOutput(run.at, "a", 1))
    assert run.wait(1) == [i.Stop("a", 1, "run")]
    run.bad("a", code=-15)
    assert run.machine.run.steps["a"].error == "timeout"
    run.wait(2)
    assert run.attempt("a") == 2
    assert run.wait(4) == [i.Stop("a", 2, "idle")]
    run.good("a")
    assert run.status("a") == "succeeded"  # it was done before the signal came


def test_time_limits_over_attempts_and_in_the_queue():
    run = Driven(
        "a: {run: x, timeout: {total: 10s}, retry: {count: 9, backoff: 1ms}}\nb: {run: x, timeout: {queue: 5s}, keep_going: true}",
        room=1,
    )
    run.wait(4)
    run.bad("a")
    run.wait(1)
    assert run.status("b") == "failed" or run.attempt("b") == 1
    total = Driven("a: {run: x, timeout: {total: 10s}, retry: {count: 9, backoff: 1ms}}")
    total.wait(9)
    total.bad("a")
    total.wait(0.5)
    assert total.attempt("a") == 2
    assert total.wait(0.5) == [i.Stop("a", 2, "total")]
    total.bad("a", code=-15)
    assert total.status("a") == "failed"
    queue = Driven("a: {run: x}\nb: {run: x, timeout: {queue: 5s}}", room=1)
    queue.wait(5)
    assert queue.machine.run.steps["b"].message == "the queue time limit is over"


def test_a_breaker_leaves_a_failing_target_alone_and_probes_it():
    breaker = "breaker: {target: api, failures: 2, cool_down: 30s}, keep_going: true"
    run = Driven("\n".join(f"s{n}: {{run: x, {breaker}}}" for n in range(6)), room=2)
    assert run.started() == ["s0", "s1"]
    run.bad("s0")
    assert run.started() == ["s2"]
    run.bad("s1")
    assert run.started() == []  # open; s2 was there already
    run.bad("s2")
    run.wait(29)
    assert run.started() == []
    run.wait(1)
    assert run.started() == ["s3"]  # one probe
    run.bad("s3")
    run.wait(29)
    assert run.started() == []
    run.wait(1)
    assert run.started() == ["s4"]
    run.good("s4")
    assert run.started() == ["s5"]
    assert run.machine.run.breakers["api"].status == "closed"


def test_a_breaker_that_another_run_left_open_stays_open():
    flow = flow_of("a: {run: x, breaker: api}")
    machine = Machine(flow)
    kept = {"api": {"status": "open", "failures": 5, "until": 12.0}}
    assert machine.handle(e.Begin(0, "r", "s", {}, kept)).instructions == []
    assert machine.wake_at == 12.0
    assert [one.step for one in machine.handle(e.Tick(12.0)).instructions] == ["a"]


def test_undo_goes_backwards_and_leaves_out_what_was_not_done():
    run = Driven(
        "a: {run: x, undo: [ua]}\nb: {run: x, needs: [a], undo: [ub]}\nc: {run: x, needs: [a]}\nd: {run: x, needs: [b, c], undo: [ud]}\n"
        "e: {run: x, needs: [d]}\nf: {run: x, needs: [e], undo: [uf]}"
    )
    for name in "abcd":
        run.good(name)
    run.bad("e")
    order = []
    while not run.machine.ended:
        undo = [one for one in run.asked if isinstance(one, i.StartUndo) and one.step not in order]
        assert len(undo) == 1
        order.append(undo[0].step)
        run.send(e.UndoEnded(run.at, undo[0].step, undo[0].attempt, True))
    assert order == ["d", "b", "a"]
    assert run.machine.run.status == "failed"


def test_undo_goes_on_after_a_crash_and_past_one_that_fails():
    run = Driven("a: {run: x, undo: [ua]}\nb: {run: x, needs: [a], undo: [ub]}\nc: {run: x, needs: [b]}")
    run.good("a")
    run.good("b")
    run.bad("c")
    run.crash()
    assert [(one.step, one.attempt) for one in run.asked] == [("b", 2)]
    run.send(e.UndoEnded(run.at, "b", 1, True))  # too late: another attempt was begun
    assert not run.machine.ended
    run.send(e.UndoEnded(run.at, "b", 2, False, message="no"))
    run.send(e.UndoEnded(run.at, "a", 1, True))
    assert run.machine.ended
    assert (run.machine.run.steps["a"].undo, run.machine.run.steps["b"].undo) == ("done", "failed")


def test_a_failure_with_keep_going_takes_nothing_back():
    run = Driven("a: {run: x, undo: [ua]}\nb: {run: x, keep_going: true}")
    run.good("a")
    run.bad("b")
    assert run.machine.run.status == "failed" and not run.machine.run.undoing


def test_cancel_stops_what_runs_and_takes_back_what_was_done():
    run = Driven("a: {run: x, undo: [ua]}\nb: {run: x, needs: [a]}\nc: {run: x, needs: [b]}")
    run.good("a")
    assert run.send(e.CancelRun(0, "^C")) == [i.Stop("b", 1, "cancel")]
    run.bad("b", code=-15)
    assert isinstance(run.asked[-1], i.StartUndo)
    run.send(e.UndoEnded(0, "a", 1, True))
    assert run.asked[-1] == i.Finish("cancelled")
    assert (run.status("b"), run.status("c")) == ("cancelled", "cancelled")


@pytest.mark.parametrize(
    ("policy", "asked", "verdict", "status", "starts"),
    [
        ("ask", i.Ask("p", 1, "crashed"), "done", "succeeded", 0),
        ("ask", i.Ask("p", 1, "crashed"), "again", "running", 1),
        ("ask", i.Ask("p", 1, "crashed"), "failed", "failed", 0),
        ("verify, check: [is-it]", i.Verify("p", 1, i.Work(Run(("is-it",)), "", {})), "done", "succeeded", 0),
        ("verify, check: [is-it]", i.Verify("p", 1, i.Work(Run(("is-it",)), "", {})), "again", "running", 1),
    ],
)
def test_a_once_step_after_a_crash_is_never_silently_run_again(policy, asked, verdict, status, starts):
    run = Driven(f"p: {{run: x, effect: once, on_ambiguous: {policy}}}")
    assert run.asked[0].barrier
    run.crash()
    assert run.asked == [asked]
    run.crash()
    assert run.asked == [asked]  # the question survives another crash
    run.send(e.Answered(run.at, "p", verdict, {}))
    assert run.status("p") == status
    assert len(run.started()) == starts


def test_an_answer_of_unknown_asks_a_person():
    run = Driven("p: {run: x, effect: once, on_ambiguous: verify, check: [c]}")
    run.crash()
    assert run.send(e.Answered(0, "p", "unknown", {})) == [i.Ask("p", 1, "crashed")]
    assert run.machine.questions == [("p", "crashed")]


def test_an_undo_that_is_adopted_keeps_its_time_limit():
    run = Driven("a: {run: x, undo: [ua], timeout: 10}\nb: {run: x, needs: [a]}")
    run.started()
    run.good("a")
    run.bad("b")
    (undo,) = [one for one in run.asked if isinstance(one, i.StartUndo)]
    run.crash(alive=[("a", undo.attempt)])
    assert not [one for one in run.wait(9) if isinstance(one, i.Stop)]
    assert [one for one in run.wait(2) if isinstance(one, i.Stop)] == [i.Stop("a", undo.attempt, "run")]


@pytest.mark.parametrize(("policy", "undone"), [("fail", False), ("compensate", True)])
def test_policies_that_need_nobody(policy, undone):
    run = Driven(f"p: {{run: x, effect: once, on_ambiguous: {policy}, undo: [u]}}")
    run.crash()
    assert run.status("p") == "failed"
    assert bool([one for one in run.asked if isinstance(one, i.StartUndo)]) == undone


def test_a_manual_step_asks_before_it_begins():
    run = Driven("p: {run: x, effect: manual}")
    assert run.asked == [i.Ask("p", 0, "confirm")]
    run.send(e.Answered(0, "p", "again", {}))
    assert run.started() == ["p"]


def test_a_pure_step_is_run_again_after_a_crash_unless_it_still_lives():
    run = Driven("a: {run: x, effect: pure}\nb: {run: x, effect: pure}")
    run.crash(alive={("a", 1)})
    assert run.started() == ["b"]
    assert (run.attempt("a"), run.attempt("b")) == (1, 2)
    run.good("a")
    assert run.status("a") == "succeeded"


def test_a_step_that_kills_its_workers_is_given_up():
    run = Driven("a: {run: x}")
    for _ in range(4):
        run.bad("a", "lost", None)
    assert (run.status("a"), run.attempt("a")) == ("failed", 4)


def test_time_limits_count_on_after_a_crash():
    run = Driven("a: {run: x, timeout: {total: 10s}, effect: pure}")
    run.wait(6)
    run.crash(alive={("a", 1)})
    assert run.machine.wake_at == 10
    assert run.wait(4) == [i.Stop("a", 1, "total")]


def test_late_answers_of_old_attempts_are_ignored():
    run = Driven("a: {run: x, retry: 1}")
    run.crash()
    assert run.machine.handle(e.StepSucceeded(0, "a", 1, {})).transitions == []
    assert run.machine.handle(e.StepSucceeded(0, "nobody", 1, {})).transitions == []
    assert run.status("a") == "running"


def test_a_worker_that_was_thought_dead_settles_the_doubt():
    run = Driven("p: {run: x, effect: once}\nq: {run: x, needs: [p]}")
    run.crash()
    run.send(e.StepSucceeded(0, "p", 1, {}))
    assert (run.status("p"), run.started()) == ("succeeded", ["q"])


def test_a_journal_belongs_to_its_flow():
    run = Driven("a: {run: x}")
    with pytest.raises(Conflict, match="changed since"):
        replay(flow_of("a: {run: y}"), run.journal)


def test_an_attempt_that_another_process_holds_up_gives_everything_back():
    run = Driven("a: {run: x, resources: [r], priority: high}\nb: {run: x, resources: [r]}", "resources: {r: 1}")
    assert run.started() == ["a"]
    run.send(e.StepDeferred(0, "a", 1, 5.0))
    assert run.started() == ["b"]
    run.good("b")
    run.wait(5)
    assert run.started() == ["a"]
    assert run.attempt("a") == 1


def test_a_step_that_was_put_off_begins_when_it_is_told_that_it_may():
    run = Driven("a: {run: x}\nb: {run: x}")
    assert run.started() == ["a", "b"]
    run.send(e.StepDeferred(0, "a", 1, 60.0, "gpu is held"))
    run.send(e.Awake(1, "b"))
    assert run.started() == []
    run.send(e.Awake(2, "a"))
    assert run.started() == ["a"]


def test_an_attempt_that_was_ended_with_its_driver_is_no_failure_but_was_an_attempt():
    run = Driven("a: {run: x}")
    assert run.started() == ["a"]
    run.send(e.StepDeferred(0, "a", 1, 0.0, "interrupted", began=True))
    assert run.started() == ["a"]
    assert run.attempt("a") == 2


def test_a_flow_that_is_called_takes_no_slot():
    run = Driven("a: {flow: other.yaml}\nb: {run: x}", room=1)
    assert run.started() == ["a", "b"]


def test_max_parallel_of_the_flow():
    assert len(Driven("a: {run: x}\nb: {run: x}\nc: {run: x}", "max_parallel: 2").started()) == 2


def test_time_never_goes_back():
    run = Driven("a: {run: x}")
    run.wait(10)
    run.send(e.StepSucceeded(3.0, "a", 1, {}))
    assert [one.at for one in run.journal] == sorted(one.at for one in run.journal)


def test_every_transition_knows_its_row():
    assert {type(t.from_row(*t.as_row(one))) for one in Driven("a: {run: x}").journal} == {t.Begun, t.Admitted}
    with pytest.raises(KeyError):
        t.from_row("unheard", [])


def test_limits_of_what_has_ended_keep_nobody_waiting():
    driven = Driven(
        """
a: {run: [a], timeout: {run: 10m, idle: 9m, total: 20m}}
b: {run: [b], needs: [a], effect: manual}
"""
    )
    assert driven.machine.wake_at == 9 * 60
    driven.good("a")
    assert driven.machine.questions == [("b", "confirm")]
    assert driven.machine.wake_at is None


def test_a_total_limit_counts_on_after_a_question():
    driven = Driven("a: {run: [a], effect: manual, timeout: {total: 60s}}")
    assert driven.machine.wake_at is None
    driven.send(e.Answered(10.0, "a", "again", {}))
    driven.wait(20)
    assert driven.started() == ["a"]
    driven.wait(60)
    assert [type(one) for one in driven.asked] == [i.Ask, i.Stop]
