"""GitHub Actions: the steps as usages, in their folders, and the versions that they set up."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems import github_actions
from phoenix_cli.ecosystem.facts import Usage
from tests.ecosystem.buildsystems.yielded import facts_from, usages_from, versions_from
from tests.ecosystem.memory_tree import component_of, facts_of, pairs_of

CI = """\
on: push
defaults:
  run:
    working-directory: app
jobs:
  test:
    services:
      db: {image: postgres}
    steps:
      - uses: actions/setup-node@v4
        with:
          node-version: 20.11
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python }}
      - run: npm ci
      - name: Test
        working-directory: ./web
        run: |
          echo "testing"
          npm test -- --shard ${{ matrix.shard }} && npm run cover > out.txt
      - run: Get-ChildItem -Recurse
        shell: pwsh
  lint:
    defaults:
      run:
        working-directory: tools/lint
    steps:
      - run: make lint
      - run: cd .. && make check
"""
FILES = {".github/workflows/ci.yml": CI}
FOLDER = ".github/workflows"


def test_one_component_at_the_root_with_every_workflow_as_evidence() -> None:
    found = facts_of({**FILES, ".github/workflows/release.yaml": "on: push\n"})
    component = component_of(found, "github-actions")
    assert [one.file for one in component.evidence] == [".github/workflows/ci.yml", ".github/workflows/release.yaml"]
    assert component.commands == ()


def test_steps_run_where_the_workflow_says() -> None:
    usages = usages_from(github_actions, FILES, FOLDER)
    assert ("app", "npm ci") in usages
    assert ("tools/lint", "make lint") in usages
    assert ("tools", "make check") in usages
    assert ("web", "npm test -- --shard $matrix_shard") in usages
    assert ("web", "npm run cover") in usages
    assert not [line for _, line in usages if line.startswith(("echo", "Get-"))]


def test_a_usage_points_at_its_line() -> None:
    usages = [one for one in facts_from(github_actions, FILES, FOLDER) if isinstance(one, Usage)]
    lines = CI.splitlines()
    assert all(one.argv[0] in lines[(one.source.line or 0) - 1] for one in usages)


def test_versions_are_taken_when_they_are_written_down() -> None:
    assert versions_from(github_actions, FILES, FOLDER) == {("node", "20.11")}


def test_composite_actions_count_and_workflows_further_in_do_not() -> None:
    action = "runs:\n  using: composite\n  steps:\n    - run: npm run bundle\n      shell: bash\n"
    files = {**FILES, ".github/actions/setup/action.yml": action}
    assert ("", "npm run bundle") in usages_from(github_actions, files, FOLDER)
    assert pairs_of(facts_of({"templates/new/.github/workflows/ci.yml": CI}), "github-actions") == set()


def test_a_folder_without_workflows_is_none() -> None:
    assert pairs_of(facts_of({".github/workflows/README.md": "# nothing yet\n"}), "github-actions") == set()
