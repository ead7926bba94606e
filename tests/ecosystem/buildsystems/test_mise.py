"""mise: tools, tasks in TOML, tasks as files."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

MISE = """\
[tools]
node = "22"
python = ["3.12", "3.11"]
go = { version = "1.23" }

[tasks.test]
run = ["cargo test", "cargo test --doc"]

[tasks]
lint = "ruff check ."
ci = { depends = ["lint", "test"] }
secret = { run = "true", hide = true }
"""


def test_tasks_tools_and_the_install_of_tools() -> None:
    found = facts_of({"mise.toml": MISE})
    component = component_of(found, "mise")
    assert {one.name for one in component.commands} == {"mise:install", "mise:test", "mise:lint", "mise:ci"}
    test = command_of(component, "mise:test")
    assert (test.argv, test.role, test.source.line, test.origin) == (("mise", "run", "test"), "test", 6, "runner")
    assert command_of(component, "mise:install").confidence < 0.5
    assert {(one.tool, one.version) for one in found.versions} == {("node", "22"), ("python", "3.12"), ("go", "1.23")}


def test_task_files_with_a_shebang_folders_are_namespaces() -> None:
    files = {
        "mise.toml": "",
        "mise-tasks/db/migrate.sh": '#!/bin/sh\n#MISE description="x"\n',
        ".mise/tasks/test": "#!/bin/sh\n",
        "mise-tasks/notes.md": "# none\n",
        "mise-tasks/hidden": "#!/bin/sh\n#MISE hide=true\n",
    }
    names = {one.name for one in component_of(facts_of(files), "mise").commands}
    assert names == {"mise:install", "mise:db:migrate", "mise:test"}


def test_settings_folders_belong_to_the_folder_above() -> None:
    for path in (".config/mise.toml", ".config/mise/config.toml", ".mise/config.toml", "mise/config.toml"):
        assert pairs_of(facts_of({path: MISE}), "mise") == {("", "mise")}
        assert pairs_of(facts_of({f"api/{path}": MISE}), "mise") == {("api", "mise")}


def test_two_files_are_one_component() -> None:
    found = facts_of({"mise.toml": "[tasks]\na = 'x'\n", ".config/mise.toml": "[tasks]\nb = 'y'\n"})
    component = component_of(found, "mise")
    assert len(component.evidence) == 2
    assert {one.name for one in component.commands} == {"mise:install", "mise:a", "mise:b"}


def test_tool_versions_alone_only_pin() -> None:
    found = facts_of({".tool-versions": "nodejs 20.1.0\n# comment\nruby 3.3.0 system\n"})
    assert pairs_of(found, "mise") == set()
    assert {(one.tool, one.version) for one in found.versions} == {("node", "20.1.0"), ("ruby", "3.3.0")}
