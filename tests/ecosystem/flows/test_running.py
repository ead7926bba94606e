"""The built-in flows for real: carried through by the engine, on repositories of which something runs or may not."""

import json
import shutil
import time

import pytest

from phoenix_cli.kernel import sandbox
from tests.ecosystem.checks.test_secrets import POSITIVES
from tests.gitting import repository

MAKE = "build:\n\tcc --version > built\ntest:\n\techo test >> ran\nlint:\n\techo lint >> ran\ntypecheck:\n\techo types >> ran\n"
LICENCE = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"


@pytest.fixture
def bring(phoenix, tmp_path):
    """Import a repository of these files; return its folder."""

    def bring(name, files, trusted=True):
        source = repository(tmp_path / "src" / name, {"LICENSE": LICENCE, **files})
        (item,) = phoenix("ecosystem", "import", source, "--yes", "--json").json["items"]
        if trusted:
            assert phoenix("ecosystem", "trust", name, "--yes").code == 0
        return phoenix.home / "repos" / "local" / name if not item["path"] else type(tmp_path)(item["path"])

    return bring


def run(phoenix, flow, **asked):
    """Run a built-in flow; return its exit status and JSON."""
    words = [word for name, value in asked.items() for word in ("--input", f"{name}={value}")]
    answer = phoenix("flow", "run", flow, *words, "--json", timeout=110)
    return answer.code, json.loads(answer.out), answer


def statuses(body):
    return {name: step["status"] for name, step in body["steps"].items()}


@pytest.mark.slow
def test_a_review_of_a_trusted_repository(phoenix, bring):
    place = bring("shop", {"Makefile": MAKE, "shop.py": "x = 1\n"})
    code, body, answer = run(phoenix, "review-all", repo="shop")
    assert code == 0, answer
    assert statuses(body) == {
        "lint": "succeeded", "types": "succeeded", "format": "skipped", "tests": "succeeded", "complexity": "succeeded",
        "secrets": "succeeded", "licences": "succeeded", "summary": "succeeded",
    }  # fmt: skip
    assert sorted((place / "ran").read_text().split()) == ["lint", "test", "types"]
    table = phoenix("flow", "logs", body["run_id"], "summary").out
    assert "format" in table and "the repository has no formatter that only looks" in table


@pytest.mark.slow
def test_of_an_untrusted_repository_nothing_runs_and_all_else_is_told(phoenix, bring):
    place = bring("shop", {"Makefile": MAKE}, trusted=False)
    code, body, _ = run(phoenix, "review-all", repo="shop")
    assert code == 1 and not (place / "ran").exists()
    told = statuses(body)
    assert told["lint"] == told["tests"] == "failed" and told["secrets"] == told["summary"] == "succeeded"
    assert body["steps"]["lint"]["exit_code"] == 7
    assert "--sandbox" in phoenix("flow", "logs", body["run_id"], "lint").out
    assert "phoenix ecosystem trust shop" in phoenix("flow", "logs", body["run_id"], "summary").out


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.broken()), reason="no sandbox on this machine")
def test_in_the_sandbox_no_trust_is_needed(phoenix, bring):
    place = bring("shop", {"Makefile": MAKE}, trusted=False)
    code, body, answer = run(phoenix, "review-all", repo="shop", trust="sandbox")
    assert code == 0, answer
    assert statuses(body)["tests"] == "succeeded" and "test" in (place / "ran").read_text()


@pytest.mark.slow
def test_a_security_review_finds_and_fails_and_tells_no_secret(phoenix, bring):
    token = POSITIVES["github-token"]
    workflow = (
        "on: pull_request_target\npermissions: {}\njobs:\n  a:\n    steps:\n      - run: echo ${{ github.head_ref }}\n"
    )
    bring("shop", {"app.py": f"KEY = '{token}'\n", ".github/workflows/ci.yml": workflow}, trusted=False)
    code, body, _ = run(phoenix, "security-review", repo="shop")
    told = statuses(body)
    assert code == 1 and told["secrets"] == told["ci"] == told["summary"] == "failed"
    assert told["pins"] == told["surprises"] == told["history"] == "succeeded"
    review = phoenix("ecosystem", "findings", body["run_id"], "--json").json
    assert {one["rule"] for one in review["items"]} >= {"github-token", "script-injection"} and review["counts"][
        "high"
    ] == 2
    kept = b"".join(path.read_bytes() for path in (phoenix.home / "flows").rglob("*") if path.is_file())
    assert token.encode() not in kept and b"github-token" in kept


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("composer") is not None, reason="it would ask its registry for the package")
def test_everything_is_built_and_tested_in_order(phoenix, bring):
    bring("zcore", {"Makefile": MAKE, "composer.json": '{"name": "x/core"}'})
    needs = MAKE.replace("cc --version > built", "cc --version\n\tcp ../zcore/built built")
    app = bring("app", {"Makefile": needs, "composer.json": '{"name": "x/app", "require": {"x/core": "*"}}'})
    code, body, answer = run(phoenix, "build-and-test-everything")
    assert code == 0, answer
    told = statuses(body)
    assert told.pop("zcore-install") == told.pop("app-install") == "skipped"
    assert set(told) == {"zcore-build", "zcore-test", "app-build", "app-test"} and set(told.values()) == {"succeeded"}
    assert (app / "built").exists() and (app / "ran").exists()


@pytest.mark.slow
def test_a_flow_of_ones_own_with_repo_steps(phoenix, bring, tmp_path):
    bring("shop", {"Makefile": "test:\n\t@echo args=$(ARGS) $$GREETING\n"})
    flow = {
        "name": "own",
        "inputs": {"who": "shop"},
        "steps": {
            "detect": {"repo": "detect shop"},
            "test": {
                "needs": ["detect"],
                "repo": {"run": "test", "on": "${{ inputs.who }}", "arguments": ["ARGS=--help"], "env": ["GREETING"]},
                "env": {"GREETING": "hello"},
            },
            "none": {"repo": "test nobody", "needs": ["test"], "keep_going": True},
        },
    }
    (tmp_path / "own.yaml").write_text(json.dumps(flow))
    code, body, answer = run(phoenix, "own.yaml")
    assert code == 1 and statuses(body) == {"detect": "succeeded", "test": "succeeded", "none": "failed"}, answer
    assert "args=--help hello" in phoenix("flow", "logs", body["run_id"], "test").out
    assert body["steps"]["none"]["exit_code"] == 3


@pytest.mark.slow
def test_a_repo_step_outlives_a_killed_coordinator_and_is_adopted(phoenix, bring):
    place = bring(
        "shop", {"Makefile": "test:\n\t@echo began >> ran; while [ ! -e go ]; do sleep 0.05; done; echo ended >> ran\n"}
    )
    flow = phoenix.cwd / "own.yaml"
    flow.write_text("name: own\nsteps:\n  test: {repo: test shop}\n")
    running = phoenix.start("flow", "run", flow, "--progress", "none")
    deadline = time.monotonic() + 60
    while not (place / "ran").exists():
        assert time.monotonic() < deadline and running.poll() is None, running.communicate()
        time.sleep(0.05)
    running.kill()
    running.communicate()
    (place / "go").touch()
    answer = phoenix("flow", "resume", "--json", timeout=110)
    assert answer.code == 0 and statuses(answer.json) == {"test": "succeeded"}, answer
    assert (place / "ran").read_text().split() == ["began", "ended"]
    assert answer.json["steps"]["test"]["attempts"] == 1
