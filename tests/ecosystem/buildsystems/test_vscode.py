"""VS Code tasks are usages."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems import vscode
from tests.ecosystem.buildsystems.yielded import usages_from
from tests.ecosystem.memory_tree import facts_of, pairs_of

TASKS = """\
{
  // comment
  "tasks": [
    {"type": "npm", "script": "watch"},
    {"type": "shell", "command": "make", "args": ["test"], "options": {"cwd": "${workspaceFolder}/api"}},
    {"type": "shell", "command": "${config:python} -m pytest"},
    {"label": "none"},
  ]
}
"""


def test_commands_in_their_folders() -> None:
    files = {".vscode/tasks.json": TASKS, "api/Makefile": "test:\n"}
    assert usages_from(vscode, files, ".vscode") == [("", "npm run watch"), ("api", "make test")]


def test_settings_alone_are_nothing() -> None:
    assert pairs_of(facts_of({".vscode/settings.json": "{}"})) == set()
    assert usages_from(vscode, {".vscode/settings.json": "{}"}, ".vscode") == []
