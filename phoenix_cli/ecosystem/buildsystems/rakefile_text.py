"""A Rakefile as text: tasks, namespaces, and the tasks that well-known libraries define. Ruby is never run.

Blocks are followed by indentation: a namespace ends at the ``end`` in its own column, which every formatter writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TASK = re.compile(
    r"""(\s*)(?:multi)?task[\s(]+(?::?["']([\w:.?!-]+)["']|:([\w?!]+)|([\w?!]+):)\s*"""
    r"""(?:[,)]|=>|do\b|\{|$|(?=[\[:"'%]))(.*)"""
)
_NAMESPACE = re.compile(r"""(\s*)namespace[\s(]+(?:["']([\w:-]+)["']|:(\w+))""")
_DESC = re.compile(r"""\s*desc[\s(]+["'](.*?)["']\s*\)?\s*$""")
_GIVEN = re.compile(
    r"""\s*(?:\w+\s*=\s*)?([\w:]+)\.(?:new|create)\b\s*(?:\(?\s*(?::["']?([\w:]+)["']?|["']([\w:]+)["']))?"""
)
_REQUIRE = re.compile(r"""\s*require[\s(]+["']([\w/-]+)["']|\s*Bundler::GemHelper\.install_tasks""")
_WORD = re.compile(r"""[:"'\s\[](\w[\w:.?!-]*)""")

#: Class of a task library -> the name of the task that it defines when none is given.
_LIBRARIES = {
    "Rake::TestTask": "test",
    "Minitest::TestTask": "test",
    "RSpec::Core::RakeTask": "spec",
    "RuboCop::RakeTask": "rubocop",
    "Cucumber::Rake::Task": "cucumber",
    "YARD::Rake::YardocTask": "yard",
    "RDoc::Task": "rdoc",
    "Rake::RDocTask": "rdoc",
    "Rake::ExtensionTask": "compile",
    "Rake::JavaExtensionTask": "compile",
    "RbSys::ExtensionTask": "compile",
    "Reek::Rake::Task": "reek",
}
#: Library -> the tasks that requiring it defines.
_REQUIRED = {
    "bundler/gem_tasks": ("build", "install", "release"),
    "standard/rake": ("standard", "standard:fix"),
    "Bundler": ("build", "install", "release"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its full name, what it waits for, its description and line. ``by`` is the library that defines it."""

    name: str
    line: int
    needs: tuple[str, ...] = ()
    description: str = ""
    by: str = ""


@dataclass(slots=True)
class _Reader:
    spaces: list[tuple[int, str]] = field(default_factory=list)
    description: str = ""

    def full(self, name: str) -> str:
        return ":".join([space for _, space in self.spaces] + [name])


def tasks_of(text: str) -> list[Task]:
    """Return the tasks of a Rakefile in order; a name that is computed is left out."""
    reader = _Reader()
    return [task for number, line in enumerate(text.splitlines(), 1) for task in _line(reader, line, number)]


def _line(reader: _Reader, line: str, number: int) -> Iterator[Task]:
    if line.lstrip().startswith("#"):
        return
    _close(reader, line)
    if found := _DESC.match(line):
        reader.description = found.group(1)
    elif found := _NAMESPACE.match(line):
        reader.spaces.append((len(found.group(1)), found.group(2) or found.group(3)))
    elif found := _TASK.match(line):
        name = found.group(2) or found.group(3) or found.group(4)
        after = found.group(5) if found.group(4) else found.group(5).rpartition("=>")[2] if "=>" in line else ""
        yield Task(reader.full(name), number, _needs(after), reader.description)
        reader.description = ""
    elif found := _REQUIRE.match(line):
        library = found.group(1) or "Bundler"
        yield from (Task(reader.full(name), number, by=library) for name in _REQUIRED.get(library, ()))
    elif (found := _GIVEN.match(line)) and found.group(1) in _LIBRARIES:
        library = found.group(1)
        name = _LIBRARIES[library] if library.endswith("ExtensionTask") else found.group(2) or found.group(3)
        yield Task(reader.full(name or _LIBRARIES[library]), number, description=reader.description, by=library)
        reader.description = ""


def _close(reader: _Reader, line: str) -> None:
    found = re.match(r"(\s*)(?:end|\})", line)
    while found and reader.spaces and reader.spaces[-1][0] >= len(found.group(1)):
        reader.spaces.pop()


def _needs(text: str) -> tuple[str, ...]:
    """Read prerequisites: ``:test``, ``[:a, "b"]``, ``%i[a b]``; the block that follows is left out."""
    listed = re.split(r"\bdo\b|\{", text, maxsplit=1)[0]
    return tuple(_WORD.findall(re.sub(r"%[iw]\W", "[", f" {listed}")))
