"""Workflows: each danger is found on its line, and the safe way of doing the same is not."""

import pytest

from phoenix_cli.ecosystem.checks.ci import check_ci
from tests.ecosystem.checks.looking import looked, rules, seen
from tests.gitting import repository

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = "name: ci\non: {on}\npermissions: {{contents: read}}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"


def workflow(*steps, on="[push]", head=HEAD):
    """Return a workflow's text."""
    return head.format(on=on) + "".join(f"      - {step}\n" for step in steps)


def found(tmp_path, text, path=".github/workflows/ci.yml"):
    return seen(tmp_path, {path: text}, check_ci)


DANGERS = [
    ("uses: stranger/action@main", "high", "unpinned-action"),
    ("uses: stranger/action@v1", "medium", "unpinned-action"),
    ("uses: actions/checkout@main", "medium", "unpinned-action"),
    ("uses: actions/checkout@v4", "low", "unpinned-action"),
    ("uses: docker://alpine:3", "medium", "unpinned-image"),
    ('run: echo "${{ github.event.issue.title }}"', "high", "script-injection"),
    ('run: echo "${{github.head_ref}}"', "high", "script-injection"),
    ("run: echo ${{ format('{0}', github.event.pull_request.head.ref) }}", "high", "script-injection"),
    ("run: echo '${{ toJSON(github.event.comment) }}'", "high", "script-injection"),
    (
        f"{{uses: actions/github-script@{COMMIT}, with: {{script: 'f(\"${{{{ github.event.review.body }}}}\")'}}}}",
        "high",
        "script-injection",
    ),
    ("run: curl -fsSL https://get.shop.io | sudo bash", "low", "fetched-script"),
    ("{run: make, env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}}", "high", "insecure-commands"),
]
SAFE = [
    f"uses: stranger/action@{COMMIT}",
    "uses: ./.github/actions/build",
    "uses: docker://alpine@sha256:" + COMMIT,
    '{run: echo "$TITLE", env: {TITLE: "${{ github.event.issue.title }}"}}',
    "run: echo ${{ github.event.pull_request.number }} ${{ github.sha }} ${{ github.event.repository.name }}",
    "run: echo ${{ github.event.action }} ${{ github.ref_name == 'main' }}",
    "run: curl -fsSLo tool https://get.shop.io && sha256sum -c sums && sh tool",
]


@pytest.mark.parametrize(("step", "severity", "rule"), DANGERS)
def test_a_danger_is_found_on_its_line(tmp_path, step, severity, rule):
    (one,) = found(tmp_path, workflow("run: make", step))
    assert (one.severity, one.rule, one.line) == (severity, rule, 9), one


@pytest.mark.parametrize("step", SAFE)
def test_the_safe_way_is_not(tmp_path, step):
    assert found(tmp_path, workflow(step)) == []


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run"])
def test_a_strangers_code_beside_secrets(tmp_path, event):
    step = f"{{uses: actions/checkout@{COMMIT}, with: {{ref: '${{{{ github.event.pull_request.head.sha }}}}'}}}}"
    assert [one.rule for one in found(tmp_path, workflow(step, on=event))] == ["strangers-checkout"]
    assert found(tmp_path / "own", workflow(f"uses: actions/checkout@{COMMIT}", on=event)) == []
    assert found(tmp_path / "other", workflow(step, on="[pull_request]")) == []


def test_permissions(tmp_path):
    everything = workflow("run: make").replace("{contents: read}", "write-all")
    assert rules(found(tmp_path / "a", everything)) == [("medium", "excessive-permissions", ".github/workflows/ci.yml")]
    nothing = workflow("run: make").replace("permissions: {contents: read}\n", "")
    assert rules(found(tmp_path / "b", nothing)) == [("low", "default-permissions", ".github/workflows/ci.yml")]
    of_jobs = nothing.replace("    runs-on", "    permissions: {contents: read}\n    runs-on")
    assert found(tmp_path / "c", of_jobs) == []


def test_reusable_workflows_and_own_machines(tmp_path):
    text = (
        "on: [pull_request]\npermissions: {}\njobs:\n  call:\n    uses: stranger/ci/.github/workflows/all.yml@v2\n"
        "    secrets: inherit\n  own:\n    runs-on: [self-hosted, linux]\n    steps: [{run: make}]\n"
    )
    names = [one.rule for one in found(tmp_path, text)]
    assert sorted(names) == ["secrets-inherit", "self-hosted-runner", "unpinned-action"]


def test_actions_of_the_repository_are_looked_at_too(tmp_path):
    text = "runs:\n  using: composite\n  steps:\n    - {run: 'echo ${{ github.head_ref }}', shell: bash}\n"
    assert rules(found(tmp_path, text, "action.yml")) == [("high", "script-injection", "action.yml")]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "on: 1\njobs: []\n", "jobs: {a: 1, b: {steps: 1}, c: {steps: [1, {uses: [], with: 1, env: 2, run: {}}]}}", "on: !!x"],
)  # fmt: skip
def test_what_is_no_workflow_is_no_failure(tmp_path, text):
    found(tmp_path, text)


def test_a_broken_file_and_no_file_are_told(tmp_path):
    broken = looked(repository(tmp_path / "a", {".github/workflows/ci.yml": "jobs: [\n"}), check_ci)
    assert "cannot be read" in broken.notes[0]
    none = looked(repository(tmp_path / "b", {"a": ""}), check_ci)
    assert "no GitHub workflows" in none.notes[0]


def test_a_bomb_is_refused(tmp_path):
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    assert "cannot be read" in looked(repository(tmp_path / "a", {".github/workflows/ci.yml": bomb}), check_ci).notes[0]
