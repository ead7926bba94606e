"""``build-and-test-everything``: the order of repositories, circles, names, branches."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.ecosystem.checks.manifests import Manifest, Requirement
from phoenix_cli.ecosystem.flows.everything import _unique
from phoenix_cli.ecosystem.flows.order import needs_of
from phoenix_cli.engine.fields import NAME
from phoenix_cli.kernel.errors import NotFound
from tests.ecosystem.flows.grounds import MAKE, NONE, kinds
from tests.engine.simulation import Simulation, World


def package(name, *needs, dev=()):
    body = {"name": name, "dependencies": dict.fromkeys(needs, "1"), "devDependencies": dict.fromkeys(dev, "1")}
    return {**MAKE, "package.json": json.dumps(body)}


def order(grounds, **asked):
    """Carry the flow out in a simulation and return the steps as they were started."""
    flow = grounds.read(grounds.text("build-and-test-everything", **asked))
    simulation = Simulation(flow, World(), room=1)
    simulation.begin()
    assert simulation.run() == "succeeded"
    return [step for step, _ in simulation.executed]


def before(steps, first, second):
    return steps.index(first) < steps.index(second)


def test_what_others_need_comes_first(grounds):
    for tool in ("make", "npm"):
        grounds.tool(tool)
    grounds.bring("app", package("app", "@x/ui"))
    grounds.bring("ui", package("@x/ui", "core"))
    grounds.bring("zcore", package("core", "left-pad"))
    steps = order(grounds)
    assert before(steps, "zcore-build", "ui-install") and before(steps, "ui-build", "app-install")
    assert before(steps, "app-install", "app-build") and before(steps, "app-build", "app-test")


def test_names_are_compared_within_one_registry(grounds):
    grounds.tool("make")
    grounds.bring("app", {**MAKE, "pyproject.toml": '[project]\nname = "app"\ndependencies = ["The_Core"]\n'})
    grounds.bring("core", {**MAKE, "pyproject.toml": '[project]\nname = "the.core"\n'})
    grounds.bring("other", {**MAKE, "Cargo.toml": '[package]\nname = "the-core"\n'})
    steps = grounds.body("build-and-test-everything")["steps"]
    first = next(name for name in steps if name.startswith("app-"))
    assert [need.partition("-")[0] for need in steps[first]["needs"]] == ["core"]


def test_a_circle_is_cut_and_told(grounds):
    grounds.tool("make")
    grounds.tool("npm")
    grounds.bring("b", package("b", "a"))
    grounds.bring("a", package("a", "b"))
    body = grounds.body("build-and-test-everything")
    assert "a and b need each other: a comes first" in body["description"]
    assert before(order(grounds), "a-build", "b-install")


def test_a_failure_blocks_only_its_own_branch(grounds):
    grounds.tool("make")
    grounds.tool("npm")
    grounds.bring("core", package("core"))
    grounds.bring("app", package("app", "core"))
    grounds.bring("alone", package("alone"))
    flow = grounds.read(grounds.text("build-and-test-everything"))
    simulation = Simulation(flow, World(failure=lambda step, attempt: 1 if step == "core-build" else None))
    simulation.begin()
    assert simulation.run() == "failed"
    status = {name: one.status for name, one in simulation.machine.run.steps.items()}
    assert status["core-test"] == status["app-install"] == status["app-test"] == "blocked"
    assert status["alone-test"] == "succeeded"


def test_phases_resources_and_what_is_not_here(grounds):
    grounds.tool("make")
    id = grounds.bring("shop", MAKE)
    grounds.bring("none", NONE)
    grounds.bring(
        "web", {"package.json": '{"name": "web", "scripts": {"build": "x", "test": "y"}}', "package-lock.json": "{}"}
    )
    body = grounds.body("build-and-test-everything")
    assert body["phases"] == ["none", "shop", "web"] and body["resources"]["cpu"] == {"capacity": 2, "scope": "run"}
    told = kinds(body)
    assert told["shop-build"] == "make:build" and told["none-build"] == "skipped" and told["web-build"] == "skipped"
    assert body["steps"]["shop-test"]["resources"] == {"cpu": 1, f"tree_{id}": "shared"}
    assert "npm is not installed here" in body["description"]


def test_only_some(grounds):
    grounds.tool("make")
    for name in ("a", "b", "c"):
        grounds.bring(name, MAKE)
    assert {step.partition("-")[0] for step in order(grounds, only="a, c,a")} == {"a", "c"}
    with pytest.raises(NotFound):
        grounds.text("build-and-test-everything", only="nobody")


def test_nothing_imported_is_told(grounds):
    with pytest.raises(NotFound):
        grounds.text("build-and-test-everything")


def manifest(name, *needs, registry="npm", dev=False):
    return Manifest("package.json", registry, name, tuple(Requirement(need, "1", dev) for need in needs))


def test_of_a_circle_the_needs_of_development_go_first():
    found = needs_of({"a": [manifest("a", "b")], "b": [manifest("b", "a", dev=True)]})
    assert found.before == {"a": ("b",), "b": ()} and found.broken == (("b", "a"),)


def test_a_name_that_two_have_is_nobodys():
    found = needs_of({"a": [manifest("x")], "b": [manifest("x")], "c": [manifest("c", "x", "c")]})
    assert found.before == {"a": (), "b": (), "c": ()}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=8), max_size=8))
def test_any_needs_come_to_an_order(drawn):
    import graphlib

    found = needs_of({repo: [manifest(repo, *needs)] for repo, needs in drawn.items()})
    graphlib.TopologicalSorter(found.before).prepare()
    wanted = {(repo, need) for repo, needs in drawn.items() for need in needs if need != repo and need in drawn}
    kept = {(repo, need) for repo, needs in found.before.items() for need in needs}
    assert kept | set(found.broken) == wanted and not kept & set(found.broken)


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_names_become_names_of_steps(names):
    found = _unique(names)
    assert len(set(found)) == len(names) and all(NAME.fullmatch(f"{name}-install") for name in found)
