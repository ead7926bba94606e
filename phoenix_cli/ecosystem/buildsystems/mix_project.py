"""A mix.exs as text: its name, dependencies, aliases, umbrella. Elixir is never run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.files import Folder

FILE = "mix.exs"
MAX_ALIASES = 10_000  # characters of the list

_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_APP = re.compile(r"\bapp:\s*:(\w+)")
_APPS_PATH = re.compile(r"\bapps_path:\s*\"([^\"]+)\"")
_ELIXIR = re.compile(r"\belixir:\s*\"([^\"]+)\"")
_DEPENDENCY = re.compile(r"\{\s*:(\w+)\s*,")
_ALIASES = re.compile(r"^[ \t]*defp?[ \t]+aliases\b|\baliases:[ \t]*(?=\[)", re.MULTILINE)
_ALIAS = re.compile(r"(?:^|[\[,\s])(?:\"([\w.:-]+)\"|([a-z]\w*[?!]?)):\s*(\[[^\]]*\]|\"[^\"]*\"|&\w+/\d)")
_BRACKET = re.compile(r"[\[\]]")
_PAIR = re.compile(r"\{\s*:\"?([\w.]+)\"?\s*,\s*(\[[^\]]*\]|\"[^\"]*\")\s*\}")


@dataclass(frozen=True, slots=True)
class Alias:
    """One alias: its name, the tasks that it stands for, one a line, and the line that it begins on."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Project:
    """What a mix.exs tells. ``apps_path`` is set for an umbrella; ``packaged`` is one that is published as a library."""

    app: str
    elixir: str
    apps_path: str
    dependencies: frozenset[str]
    aliases: tuple[Alias, ...]
    starts: bool
    packaged: bool


def project_of(folder: Folder) -> Project:
    """Read a folder's mix.exs."""
    text = _COMMENT.sub("", folder.text(FILE))
    return Project(
        app=_first(_APP, text),
        elixir=_first(_ELIXIR, text),
        apps_path=_first(_APPS_PATH, text),
        dependencies=frozenset(_DEPENDENCY.findall(text)),
        aliases=_aliases(text),
        starts=re.search(r"\bmod:\s*\{", text) is not None,
        packaged=re.search(r"\bpackage:\s", text) is not None,
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""


def _aliases(text: str) -> tuple[Alias, ...]:
    """Read the keyword list that ``aliases`` is, whether a function returns it or ``project`` holds it."""
    found = _ALIASES.search(text)
    start = text.find("[", found.end()) if found else -1
    if start < 0:
        return ()
    end = _closing(text, start)
    aliases = []
    for pattern in (_ALIAS, _PAIR):
        for one in pattern.finditer(text, start + 1, end):
            *names, value = one.groups()
            steps = re.findall(r"\"([^\"]*)\"", value) or [value]
            line = text.count("\n", 0, one.start(one.lastindex or 0)) + 1
            aliases.append(Alias(next(filter(None, names)), "\n".join(f"mix {step}" for step in steps), line))
    return tuple(aliases)


def _closing(text: str, start: int) -> int:
    """Return where the bracket that opens at ``start`` closes; those in strings are counted too, and come in pairs."""
    depth = 0
    for found in _BRACKET.finditer(text, start, start + MAX_ALIASES):
        depth += 1 if found.group() == "[" else -1
        if depth == 0:
            return found.start()
    return min(len(text), start + MAX_ALIASES)
