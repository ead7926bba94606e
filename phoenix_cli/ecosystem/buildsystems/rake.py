"""Rake (rows 50, 70): the tasks of a Rakefile and of the folders that Rake itself looks into."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.rakefile_text import Task, tasks_of
from phoenix_cli.ecosystem.buildsystems.ruby_apps import is_rails, rails_command
from phoenix_cli.ecosystem.buildsystems.ruby_gems import with_bundle
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder

NAMES = ("rakefile", "Rakefile", "rakefile.rb", "Rakefile.rb")  # Rake's own order
MAX_IMPORTED = 30
#: Task libraries whose task has one sure role.
_BY_LIBRARY: dict[str, Role] = {
    "Rake::TestTask": "test", "Minitest::TestTask": "test", "RSpec::Core::RakeTask": "test", "Cucumber::Rake::Task": "test",
    "RuboCop::RakeTask": "lint", "standard/rake": "lint", "Reek::Rake::Task": "lint", "YARD::Rake::YardocTask": "docs",
    "RDoc::Task": "docs", "Rake::RDocTask": "docs", "Rake::ExtensionTask": "build", "RbSys::ExtensionTask": "build",
}  # fmt: skip
#: What Bundler's own task library defines; its "install" puts the gem on the system.
_OF_A_GEM: dict[str, tuple[Role, float]] = {
    "build": ("build", 0.85),
    "install": ("other", 0.7),
    "release": ("release", 0.9),
}
_TESTS = re.compile(r"(?:.*[:_-])?(?:tests?|specs?|features|cucumber)(?:[:_-].*)?")
_MAIN_TESTS = ("test", "spec", "tests", "specs")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the rake component of a folder; a Rakefile that only loads what Rails defines is a part of the application."""
    name = folder.first(*NAMES)
    if name is None:
        return
    if is_rails(folder):
        yield from _of_rails(folder, name)
        return
    tasks = list(_tasks(folder, name))
    first = next((task for path, task in tasks if path == folder.join(name)), None)
    source = folder.evidence(name, "rake.file", line=first.line if first else 1)
    yield Component(folder.path, "rake", "ruby", 0.95, (source,), tuple(_commands(folder, tasks)))


def _of_rails(folder: Folder, name: str) -> Iterator[Fact]:
    """Lend the application's own tasks to its bundler component: they run as ``bin/rails x`` and do odd jobs."""
    tasks = [
        (path, task) for path, task in _tasks(folder, name, "lib/tasks") if task.by == "" and task.name != "default"
    ]
    source = folder.evidence(name, "rake.file", line=1)
    commands = tuple(
        Command(
            command_name("rails", task.name, folder.path),
            "other",
            rails_command(folder, task.name),
            folder.path,
            Evidence(path, task.line, "rake.task"),
            origin="runner",
            confidence=0.6,
        )
        for path, task in tasks
    )
    yield Component(folder.path, "bundler", "ruby", 0.5, (source,), commands)


def _tasks(folder: Folder, name: str, *known: str) -> Iterator[tuple[str, Task]]:
    """Yield (file, task) of the Rakefile, of rakelib, and of the folders that are known or that the Rakefile speaks of."""
    text = re.sub(r"(?m)^[ \t]*#.*", "", folder.text(name))
    yield from ((folder.join(name), task) for task in tasks_of(folder.text(name)))
    spoken_of = dict.fromkeys((*known, "rakelib", *re.findall(r"\b((?:\w+/)?tasks)/[*\w]", text)))
    further = [folder.at(path) for path in spoken_of]
    paths = [below.join(one) for below in further for one in sorted(below.names) if one.endswith((".rake", ".rb"))]
    for path in paths[:MAX_IMPORTED]:
        yield from ((path, task) for task in tasks_of(folder.files.text(path)))


def _commands(folder: Folder, tasks: list[tuple[str, Task]]) -> Iterator[Command]:
    main = _main_test([task for _, task in tasks])
    known: dict[str, tuple[str, Task]] = {}
    for path, task in tasks:
        known.setdefault(task.name, (path, task))
    for path, task in known.values():
        role, sure = _role(task, main)
        argv = with_bundle(folder, "rake") if task.name == "default" else with_bundle(folder, "rake", task.name)
        yield Command(
            command_name("rake", task.name, folder.path),
            role,
            argv,
            folder.path,
            Evidence(path, task.line, "rake.task"),
            origin="runner",
            confidence=sure,
            text="\n".join(task.needs),
        )


def _main_test(tasks: list[Task]) -> str:
    """Return the task that is the test run: the one that ``default`` waits for, else the one of a usual name."""
    names = [task.name for task in tasks]
    wanted = [need for task in tasks if task.name == "default" for need in task.needs if _TESTS.fullmatch(need)]
    return next((name for name in (*wanted, *_MAIN_TESTS) if name in names), "")


def _role(task: Task, main: str) -> tuple[Role, float]:
    if task.name == main:
        return "test", 0.95
    if task.name == "default":
        return _default_role(task)
    if task.by in ("bundler/gem_tasks", "Bundler"):
        return _OF_A_GEM.get(task.name.rpartition(":")[2], ("other", 0.6))
    if task.by:
        role = _BY_LIBRARY.get(task.by, "other")
        return role, 0.6 if role == "test" else 0.8
    role, sure = judge(task.name, "")
    if role == "install":  # "rake install" puts a gem on the system
        return "other", 0.6
    return role, min(sure, 0.8) if role == "test" else sure


def _default_role(task: Task) -> tuple[Role, float]:
    if not task.needs:
        return "other", 0.6
    if all(_TESTS.fullmatch(need) for need in task.needs):
        return "test", 0.8
    return ("check", 0.7) if any(_TESTS.fullmatch(need) for need in task.needs) else ("other", 0.6)
