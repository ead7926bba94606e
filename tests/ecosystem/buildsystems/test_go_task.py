"""go-task: public tasks, included files, internal and templated ones."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

TASKFILE = """\
version: '3'
includes:
  build: ./tasks/Build.yml
  site: {taskfile: ./website, dir: ./website}
  hidden: {taskfile: ./tasks/Hidden.yml, internal: true}
tasks:
  default:
    cmds:
      - task: lint
      - task: test
  lint: golangci-lint run
  test:
    desc: Run the tests
    cmds:
      - go test ./... {{.CLI_ARGS}}
  install:
    cmds: [go install ./cmd/tool]
  helper:
    internal: true
    cmds: [echo]
  _private: echo
  "gen-*":
    cmds: [echo]
  deploy:
    requires: {vars: [ENV]}
    cmds:
      - ./deploy {{.ENV}}
"""
FILES = {
    "Taskfile.yml": TASKFILE,
    "tasks/Build.yml": "tasks:\n  binary:\n    cmds: [go build]\n",
    "tasks/Hidden.yml": "tasks: {x: echo}\n",
    "website/Taskfile.yml": "tasks:\n  dev: npm run dev\n",
}


def test_tasks_of_the_file_and_of_included_files_that_are_no_component() -> None:
    component = component_of(facts_of(FILES), "task")
    names = {command.name for command in component.commands}
    assert names == {"task:default", "task:lint", "task:test", "task:install", "task:deploy", "task:build:binary"}


def test_a_folder_with_its_own_file_tells_its_own_tasks() -> None:
    found = facts_of(FILES)
    assert pairs_of(found, "task") == {("", "task"), ("website", "task")}
    dev = command_of(component_of(found, "task", "website"), "task:website:dev")
    assert (dev.argv, dev.dir) == (("task", "dev"), "website")


def test_roles_lines_and_confidence() -> None:
    component = component_of(facts_of(FILES), "task")
    test = command_of(component, "task:test")
    assert (test.role, test.source.line, test.confidence) == ("test", 12, 0.95)
    assert command_of(component, "task:install").role == "other"
    assert command_of(component, "task:default").role == "other"
    assert command_of(component, "task:deploy").confidence <= 0.4


def test_the_plain_file_goes_before_the_distributed_one() -> None:
    files = {"Taskfile.yml": "tasks: {a: echo}\n", "Taskfile.dist.yml": "tasks: {b: echo}\n"}
    assert [one.name for one in component_of(facts_of(files), "task").commands] == ["task:a"]


def test_a_broken_file_is_still_a_component_and_a_fixture_is_not_read() -> None:
    found = facts_of({"Taskfile.yml": "tasks: [", "testdata/x/Taskfile.yml": "tasks: ["})
    assert component_of(found, "task").confidence == 0.5
    assert [problem.file for problem in found.problems] == ["Taskfile.yml"]
