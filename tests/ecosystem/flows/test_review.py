"""``review-all``: what it is made of for each kind of repository, and what it says about the rest."""

import json

import pytest

from phoenix_cli.kernel.errors import NotFound, Usage
from tests.ecosystem.flows.grounds import GO, MAKE, NODE, NONE, PYTHON, RUST, kinds
from tests.engine.simulation import Simulation, World

HOOKS = "repos:\n- repo: https://x.io/hooks\n  rev: v1\n  hooks: [{id: ruff}, {id: mypy}]\n"
OWN = {"secrets": "check", "licences": "check", "summary": "findings"}


def test_a_python_repository_with_its_tools_here(grounds):
    for tool in ("ruff", "mypy", "pytest", "pip", "python"):
        grounds.tool(tool)
    grounds.bring("shop", PYTHON)
    body = grounds.body("review-all", repo="shop")
    told = kinds(body)
    assert {name: told[name].rpartition(":")[2] for name in ("lint", "types", "format", "tests")} == {
        "lint": "lint", "types": "check", "format": "format", "tests": "test",
    }  # fmt: skip
    assert body["steps"]["format"]["repo"]["arguments"] == ["--check"]
    assert told["complexity"] == "check" and OWN.items() <= told.items()


def test_a_python_repository_without_its_tools_is_linted_by_what_reads_only(grounds):
    grounds.bring("shop", PYTHON)
    assert kinds(grounds.body("review-all", repo="shop"))["lint"] == "skipped"
    grounds.tool("ruff")
    ruff = {name: text for name, text in PYTHON.items() if name != "pyproject.toml"}
    grounds.bring("plain", {**ruff, "setup.py": "from setuptools import setup\nsetup(name='plain')\n"})
    step = grounds.body("review-all", repo="plain")["steps"]["lint"]
    assert step["run"][0] == str(grounds.bin / "ruff") and step["dir"].endswith("plain")


def test_a_node_repository(grounds):
    grounds.tool("npm")
    grounds.bring("web", NODE)
    told = kinds(grounds.body("review-all", repo="web"))
    assert told == {
        "lint": "npm:lint", "types": "npm:typecheck", "format": "npm:format:check", "tests": "npm:test",
        "complexity": "skipped", **OWN,
    }  # fmt: skip
    grounds.tool("lizard")
    assert kinds(grounds.body("review-all", repo="web"))["complexity"] == "lizard"


def test_a_rust_and_a_go_repository(grounds):
    grounds.tool("cargo")
    grounds.bring("core", RUST)
    told = kinds(grounds.body("review-all", repo="core"))
    assert (told["lint"], told["types"], told["tests"]) == ("cargo:clippy", "cargo:check", "cargo:test")
    grounds.bring("api", GO)
    assert kinds(grounds.body("review-all", repo="api"))["tests"] == "skipped"
    grounds.tool("go")
    told = kinds(grounds.body("review-all", repo="api"))
    assert (told["lint"], told["tests"]) == ("go:vet", "go:test")


def test_nothing_is_faked_where_there_is_nothing(grounds):
    grounds.bring("none", NONE)
    body = grounds.body("review-all", repo="none")
    assert kinds(body) == {
        "lint": "skipped",
        "types": "skipped",
        "format": "skipped",
        "tests": "skipped",
        "complexity": "skipped",
        **OWN,
    }
    simulation = Simulation(grounds.read(json.dumps(body)), World(inputs={"found": body["inputs"]["found"]["default"]}))
    simulation.begin()
    assert simulation.run() == "succeeded"
    steps = simulation.machine.run.steps
    assert {name for name, one in steps.items() if one.status == "skipped"} == {
        "lint",
        "types",
        "format",
        "tests",
        "complexity",
    }
    assert "tests is skipped: the repository has no tests" in body["description"]
    assert "types=the repository has no type checker" in body["steps"]["summary"]["run"]


def test_a_missing_program_is_named(grounds):
    grounds.bring("web", NODE)
    body = grounds.body("review-all", repo="web")
    assert "lint is skipped: npm is not installed here" in body["description"]


def test_it_keeps_going_and_the_summary_comes_last(grounds):
    grounds.tool("npm")
    grounds.bring("web", NODE)
    flow = grounds.read(grounds.text("review-all", repo="web"))
    simulation = Simulation(
        flow, World(failure=lambda step, attempt: 7 if step != "summary" else None, inputs={"found": []}), room=8
    )
    simulation.begin()
    assert simulation.run() == "failed"
    assert simulation.executed[-1] == ("summary", 1) and len(simulation.executed) == 7
    assert simulation.machine.run.steps["summary"].status == "succeeded"


def test_trust_is_said_where_a_person_sees_it(grounds):
    grounds.tool("make")
    grounds.bring("shop", MAKE)
    body = grounds.body("review-all", repo="shop")
    assert body["steps"]["tests"]["repo"]["trust"] == "as-is"
    assert any(word.startswith("tests=not trusted, so it is refused") for word in body["steps"]["summary"]["run"])
    boxed = grounds.body("review-all", repo="shop", trust="sandbox", net="yes")
    assert boxed["steps"]["tests"]["repo"] == {
        "run": "make:test",
        "on": body["steps"]["tests"]["repo"]["on"],
        "trust": "sandbox",
        "net": True,
    }
    assert not any("refused" in word for word in boxed["steps"]["summary"]["run"])


def test_what_rewrites_files_has_them_alone(grounds):
    for tool in ("pre-commit", "pytest", "python"):
        grounds.tool(tool)
    id = grounds.bring("shop", {**PYTHON, ".pre-commit-config.yaml": HOOKS})
    steps = grounds.body("review-all", repo="shop")["steps"]
    assert steps["lint"]["repo"]["run"] == "pre-commit:run" and steps["lint"]["resources"] == {
        f"tree_{id}": "exclusive"
    }
    assert steps["tests"]["resources"] == {f"tree_{id}": "shared"}
    grounds.tool("ruff")
    assert grounds.body("review-all", repo="shop")["steps"]["lint"]["repo"]["run"] != "pre-commit:run"


def test_hostile_names_stay_texts(grounds):
    evil = "${{ inputs.x }}\"}: -\n'"
    scripts = {"test": "mocha", f"lint:{evil}": "eslint .", "lint": "eslint src", "$(touch ran)": "tsc"}
    grounds.tool("npm")
    id = grounds.bring(
        "web", {**NODE, "package.json": json.dumps({"name": evil, "scripts": scripts}), f"{evil.strip()}.py": "x = 1\n"}
    )
    body = grounds.body("review-all", repo=id)
    assert {step["repo"]["on"] for step in body["steps"].values() if "repo" in step} == {id}
    grounds.body("security-review", repo=id)
    grounds.body("build-and-test-everything")


def test_what_is_asked_wrongly(grounds):
    with pytest.raises(Usage):
        grounds.text("review-all")
    with pytest.raises(NotFound):
        grounds.text("review-all", repo="nobody")
    grounds.bring("none", NONE)
    for wrong in ({"trust": "trust"}, {"net": "perhaps"}):
        with pytest.raises(Usage):
            grounds.text("review-all", repo="none", **wrong)


def test_writing_runs_nothing(grounds):
    grounds.tool("make")
    grounds.bring("shop", MAKE)
    for builtin in ("review-all", "security-review"):
        grounds.text(builtin, repo="shop")
    grounds.text("build-and-test-everything")
    assert not list(grounds.root.rglob("ran"))
