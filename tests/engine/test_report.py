"""The report of a run: what it says, at any point of any journal, and that nothing of a stranger's breaks out of it."""

import base64
import hashlib
import random
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine.model import Flow, Request, Resource, Retry, Run, Step
from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.report.bars import bars_of
from phoenix_cli.engine.report.facts import Heading, report_of
from phoenix_cli.engine.report.last_path import last_path
from phoenix_cli.engine.report.look import SCRIPT, STYLE
from phoenix_cli.engine.report.page import MOST_LINKS, page
from phoenix_cli.engine.report.reporting import tail
from tests.engine.random_flows import random_flow
from tests.engine.simulation import Simulation, World, seeded
from tests.engine.test_drawing import HOSTILE

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Reads a page as a browser does, and holds that every element ends."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, text):
        self.texts.append(text)

    @property
    def text(self):
        return " ".join(self.texts)


def heading(view, **options):
    known = {
        "run_id": "run_1", "flow": view.flow.name, "file": "/home/ann/flow.yaml", "status": view.status, "reason": view.run.reason,
        "started_at": "2026-01-01T00:00:00Z", "ended_at": None, "duration_s": view.at, "max_parallel": view.run.room,
    }  # fmt: skip
    return Heading(**(known | options))


def report(simulation, prefix=None, **options):
    bars = bars_of(RunView(simulation.flow, room=simulation.room), simulation.journal[:prefix])
    return report_of(heading(bars.view, **options), bars)


def simulated(flow, world, room=2):
    found = Simulation(flow, world, room=room)
    found.begin()
    found.run()
    return found


def hold(text):
    """Hold a page against what must be true of every page."""
    found = Page(text)
    assert found.tags.count("script") == found.tags.count("style") == 1
    assert set(found.tags) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "span", "p", "dl", "dt", "dd", "div", "b", "small", "details",
        "summary", "pre", "svg", "rect", "path", "i", "br", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "script",
    }  # fmt: skip
    names = {name for name, _ in found.attributes}
    assert not any(name.startswith("on") for name in names) and not names & {"src", "href", "style", "action"}
    assert "://" not in re.sub(r"<(dd|pre|td|p|title|b|span)[ >].*?</\1>", "", text, flags=re.DOTALL)
    (policy,) = [value for _, value in found.attributes if value and "default-src" in value]
    for inline in (STYLE, SCRIPT):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy and f">{inline}<" in text
    assert "default-src 'none'" in policy and "unsafe" not in policy
    return found


def steps_of(needs, **options):
    return {name: Step(name, Run((name,)), tuple(before.split()), **options) for name, before in needs.items()}


def path_of(made):
    return [(link.bar.step, link.bar.number, link.why, link.gap_s) for link in made.path]


def test_the_path_follows_what_was_needed_last():
    flow = Flow("f", steps_of({"a": "", "b": "a", "c": "a", "d": "b c"}))
    took = {"a": 1.0, "b": 5.0, "c": 2.0, "d": 1.0}
    made = report(simulated(flow, World(duration=lambda step, _: took[step])))
    assert path_of(made) == [("a", 1, "the first", 0), ("b", 1, "needs a", 0), ("d", 1, "needs b", 0)]
    assert (made.critical_s, made.bound_s, made.work_s, made.efficiency) == (7, 7, 9, 1)


def test_the_path_passes_over_steps_that_never_began():
    steps = steps_of({"a": "", "b": "a", "c": "b"})
    steps["b"] = replace(steps["b"], when="false")
    made = report(simulated(Flow("f", steps), World()))
    assert path_of(made) == [("a", 1, "the first", 0), ("c", 1, "needs a", 0)]


def test_the_path_names_who_held_what_was_waited_for():
    flow = Flow("f", steps_of({"a": "", "b": ""}, resources=(Request("gpu"),)), {"gpu": Resource("gpu")})
    made = report(simulated(flow, World(duration=lambda *_: 3.0)))
    assert path_of(made) == [("a", 1, "the first", 0), ("b", 1, "waited 3.0s for gpu, held by a", 0)]
    assert made.bars.steps["b"][0].waited_s == 3


def test_the_path_names_who_took_the_place():
    made = report(simulated(Flow("f", steps_of({"a": "", "b": ""})), World(duration=lambda *_: 3.0), room=1))
    assert path_of(made)[1][2] == "waited 3.0s for a free place, taken by a"
    assert (made.bound_s, made.efficiency) == (6, 1)


def test_a_retry_is_on_the_path_with_the_time_that_was_lost_before_it():
    flow = Flow("f", steps_of({"a": ""}, retry=Retry(2)))
    simulation = simulated(flow, World(failure=lambda _, attempt: 1 if attempt == 1 else None))
    made = report(simulation)
    first, second = made.bars.steps["a"]
    assert (first.outcome, second.outcome, made.retries) == ("failed", "succeeded", 1)
    assert second.backed_off_s == pytest.approx(second.admitted_at - first.ended_at) and second.waited_s == 0
    assert path_of(made)[1] == ("a", 2, "tried again after attempt 1", pytest.approx(second.backed_off_s))


def test_of_children_the_last_one_is_on_the_path():
    steps = steps_of({"a": "", "b": "a"})
    steps["a"] = replace(steps["a"], for_each=(1, 2, 3))
    took = {"a[0]": 1.0, "a[1]": 4.0, "a[2]": 2.0, "b": 1.0}
    made = report(simulated(Flow("f", steps), World(duration=lambda step, _: took[step]), room=3))
    assert [link.bar.step for link in made.path] == ["a[1]", "b"]
    assert (made.critical_s, made.counts) == (5, {"succeeded": 4})


def test_compensations_are_bars_of_their_own():
    steps = steps_of({"a": "", "b": "a"}, undo=Run(("undo",)))
    made = report(simulated(Flow("f", steps), World(failure=lambda step, _: 1 if step == "b" else None)))
    assert [(bar.role, bar.outcome) for bar in made.bars.steps["a"]] == [("step", "succeeded"), ("undo", "succeeded")]
    assert [(link.bar.step, link.bar.role) for link in made.path] == [("a", "step"), ("b", "step"), ("a", "undo")]
    assert "undo of <b>" not in page(made) and "undo of a" in page(made)


def test_what_was_put_off_is_told():
    flow = Flow("f", steps_of({"a": ""}))
    made = report(simulated(flow, World(defer=lambda _, attempt: 7.0 if attempt == 1 else 0.0)))
    assert [bar.outcome for bar in made.bars.steps["a"]] == ["deferred", "succeeded"]
    assert path_of(made)[1] == ("a", 1, "was put off", 7)
    assert made.work_s == 1


def test_a_step_that_was_cancelled_makes_nobody_wait():
    steps = steps_of({"slow": "", "bad": "", "never": "slow", "last": "never bad"})
    steps["last"] = replace(steps["last"], when="always()")
    took = {"slow": 9.0, "bad": 1.0, "last": 2.0}
    world = World(duration=lambda step, _: took[step], failure=lambda step, _: 1 if step == "bad" else None)
    made = report(simulated(Flow("f", steps), world))
    assert made.bound_s == 9 == made.heading.duration_s


def test_the_page_of_a_small_run_says_it_all():
    steps = steps_of({"build": "", "test": "build", "docs": "build"})
    steps["docs"] = replace(steps["docs"], phase="extra", when="false")
    world = World(failure=lambda step, _: 3 if step == "test" else None)
    simulation = simulated(Flow("nightly", steps), world)
    logs = {("test", 1, "step"): "collected 3 items\n<b>boom</b>"}
    made = report(simulation, logs=logs, inputs={"version": "1.2"}, children=(("docs", "run_2", "other", "failed"),))
    text = page(made)
    found = hold(text)
    for told in (
        "nightly",
        "✗ failed",
        "run_1",
        "1.2",
        "collected 3 items\n<b>boom</b>",
        "exit 3",
        "not false",
        "run_2 (other, failed)",
    ):
        assert told in found.text, told
    assert found.tags.count("tr") == 4 and text.count('class="row"') == 2
    assert text == page(made)


def test_a_run_that_has_not_begun_has_a_page():
    flow = Flow("f", steps_of({"a": ""}))
    view = RunView(flow)
    made = report_of(heading(view), bars_of(view, []))
    assert "No step ever began" in hold(page(made)).text
    assert (made.path, made.efficiency, made.bound_s) == ((), None, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text):
    steps = {
        "a": Step("a", Run((text,)), phase=text, resources=(Request(text),)),
        text: Step(
            text, Run((text,)), ("a",), resources=(Request(text),), when="1 == 1", keep_going=True, undo=Run(("x",))
        ),
        "c": Step("c", Run((text,)), (text, "a"), resources=(Request(text),), retry=Retry(1)),
    }
    flow = Flow(text, steps, {text: Resource(text)}, phases=(text,))
    simulation = Simulation(flow, World(failure=lambda *_: 1, undo_fails=lambda *_: True), check=False)
    simulation.begin()
    simulation.run()
    simulation.journal = [one._replace(message=text) if hasattr(one, "message") else one for one in simulation.journal]
    logs = {(name, number, role): text for name in steps for number in range(9) for role in ("step", "undo")}
    made = report(
        simulation, reason=text, status=text, file=text, inputs={text: [text]}, logs=logs, started_at=text,
        children=((text, text, text, text),),
    )  # fmt: skip
    hold(page(made))


@given(st.integers(0, 1_000_000), st.floats(0, 1))
@settings(max_examples=120, deadline=None)
def test_any_prefix_of_any_journal_is_a_report(seed, part):
    simulation = seeded(random_flow(seed), seed)
    simulation.begin()
    simulation.run()
    made = report(simulation, int(part * len(simulation.journal)))
    hold(page(made))
    assert made.bound_s <= made.heading.duration_s + 1e-6
    bars = made.bars.all()
    assert all(bar.ready_at <= bar.admitted_at <= bar.ended_at <= made.bars.until for bar in bars)
    if bars:
        assert made.path[-1].bar.ended_at == max(bar.ended_at for bar in bars)
        assert len({id(link.bar) for link in made.path}) == len(made.path)
    for before, link in zip(made.path, made.path[1:], strict=False):
        assert before.bar.admitted_at <= link.bar.admitted_at + 0.01
    assert [link.why for link in last_path(made.bars)] == [link.why for link in made.path]


def large(count):
    draw = random.Random(3)
    steps = {}
    for number in range(count):
        needs = tuple({f"step-{draw.randrange(max(0, number - 200), number)}" for _ in range(2)}) if number > 50 else ()
        steps[f"step-{number}"] = Step(f"step-{number}", Run(("x",)), needs, phase=("compile", "test")[number % 2])
    took = {name: draw.lognormvariate(0, 1) for name in steps}
    simulation = Simulation(Flow("big", steps), World(duration=lambda step, _: took[step]), room=8, check=False)
    simulation.begin()
    assert simulation.run(10 * count) == "succeeded"
    return simulation


@pytest.mark.slow
def test_ten_thousand_steps_stay_readable():
    made = report(large(10_000))
    text = page(made)
    assert len(text) < 2_000_000
    hold(text)
    assert text.count('class="row"') == 300 and text.count("<tr>") == 2_001
    assert text.count("row tall") == 2
    assert "2,000 of 10,000" in text and "rows are shown for 300" in text
    assert text.count("<li") == min(len(made.path), MOST_LINKS + 1)


def test_the_end_of_a_log(tmp_path):
    path = tmp_path / "a.1.log"
    assert tail(path) == ""
    path.write_bytes(b"one\ntwo\xff\n")
    assert tail(path) == "one\ntwo\ufffd"
    path.write_text("".join(f"line {number}\n" for number in range(100)))
    assert tail(path).splitlines()[:2] == ["…", "line 70"]
    path.write_bytes(b"x" * 1_000_000)
    assert tail(path) == "…\n" + "x" * 8_192
