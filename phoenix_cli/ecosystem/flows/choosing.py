"""Which of a repository's commands lint it, check its types and format, and test it; or which program of this machine.

A repository's own command is first: its maintainers chose it. Commands run the repository's code (plug-ins, build scripts,
settings that are programs), so they go through its trust. A program of this machine is only taken where it reads and
runs nothing, as ruff does; mypy, eslint and oxlint load what the repository names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from phoenix_cli.ecosystem.flows.facts import Command, Ground, Repo


class Choice(NamedTuple):
    """What a step runs: a command of the repository with more arguments, or else a program of this machine."""

    command: Command | None = None
    arguments: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    reason: str = ""  # why there is neither

    @property
    def writes(self) -> bool:
        """Tell whether it may change the files that others read at the same time."""
        return self.command is not None and any("pre-commit" in word for word in self.command["argv"])


class Kind(NamedTuple):
    """One step of a review. ``thing`` is what is not there when it is skipped."""

    step: str
    thing: str
    fits: Callable[[Command], bool]
    role: str = ""  # whose primary command comes first


_FIXES = re.compile(
    r"(?i)(?:^|[:_ -])(?:fix|update|write|watch|ui|staged|changed|report|baseline)(?:$|[:_ -])|--fix|--write"
)
_LINTS = re.compile(r"(?i)\b(?:clippy|vet|lint\w*|ruff|flake8|eslint|biome|oxlint|rubocop|shellcheck)\b")
_TYPES = re.compile(
    r"(?i)(?:^|[:_ /-])(?:type-?check\w*|check-?types|types|typing|tsc|mypy|pyright|basedpyright|pyre|pytype|vue-tsc|phpstan"
    r"|psalm|dialyzer|sorbet|steep|svelte-check|ty)(?:$|[:_ -])"
)
_FORMAT_CHECK = re.compile(
    r"(?i)(?:format|fmt|prettier|style)[:_-]?(?:check|verify|ci)|check[:_-]?(?:format\w*|fmt|style)"
)
_NO_TESTS = re.compile(r"(?i)cov|bench|e2e|integration|watch|browser|smoke|perf|readme|deploy|ui\b")
#: Formatters that change files, and the argument that makes them look only.
_LOOKS = {("ruff", "format"): "--check", ("black",): "--check", ("cargo", "fmt"): "--check", ("isort",): "--check-only",
          ("mix", "format"): "--check-formatted", ("zig", "fmt"): "--check", ("dprint", "fmt"): "--check"}  # fmt: skip


def _words(command: Command) -> str:
    return f"{command['name'].rpartition(':')[2]} {' '.join(command['argv'])}"


def _lints(command: Command) -> bool:
    fits = command["role"] == "lint" or (command["role"] == "check" and _LINTS.search(_words(command)) is not None)
    return fits and not _FIXES.search(_words(command)) and not _TYPES.search(_words(command))


def _checks_types(command: Command) -> bool:
    rust = tuple(command["argv"][:2]) == ("cargo", "check")
    return (rust or _TYPES.search(_words(command)) is not None) and not _FIXES.search(_words(command))


def _checks_format(command: Command) -> bool:
    fits = _FORMAT_CHECK.search(_words(command)) is not None or bool(_looking(command))
    return fits and not _FIXES.search(_words(command))


def _looking(command: Command) -> tuple[str, ...]:
    argv = [word.rpartition("/")[2] for word in command["argv"]]
    for words, flag in _LOOKS.items():
        if any(tuple(argv[at : at + len(words)]) == words for at in range(len(argv))):
            return () if flag in argv else (flag,)
    return ()


def _tests(command: Command) -> bool:
    return command["role"] == "test" and not _NO_TESTS.search(command["name"]) and not _FIXES.search(command["name"])


LINT = Kind("lint", "a linter", _lints, "lint")
TYPES = Kind("types", "a type checker", _checks_types)
FORMAT = Kind("format", "a formatter that only looks", _checks_format)
TESTS = Kind("tests", "tests", _tests, "test")

#: kind -> language -> programs that only read, the best first, with what makes them leave no files behind.
READERS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "lint": {
        "python": (("ruff", "check", "--no-cache", "--no-fix", "."),),
        "javascript": (("biome", "lint", "."),),
        "typescript": (("biome", "lint", "."),),
    },
}


def choose(kind: Kind, repo: Repo, ground: Ground) -> Choice:
    """Return how this machine can do one kind of step for a repository."""
    lacking: list[str] = []
    for command in _candidates(kind, repo):
        missing = ground.lacks(repo, command)
        if missing is None:
            return Choice(command, _looking(command) if kind is FORMAT else ())
        lacking.append(missing)
    for language in repo.languages():
        for program in READERS.get(kind.step, {}).get(language, ()):
            if path := ground.tool(program[0]):
                return Choice(program=(path, *program[1:]))
    return Choice(reason=_why(kind, list(dict.fromkeys(lacking))))


def _why(kind: Kind, lacking: list[str]) -> str:
    if lacking:
        return f"{', '.join(lacking[:3])} {'is' if len(lacking) == 1 else 'are'} not installed here"
    return f"the repository has no {kind.thing.removeprefix('a ')}"


def _candidates(kind: Kind, repo: Repo) -> Iterator[Command]:
    """Yield fitting commands: the primary one, then those beside it; one that rewrites files only in the end."""
    primary = repo.primary(kind.role) if kind.role else None
    place = primary["dir"] if primary else _main_place(repo)
    beside = [one for one in repo.commands() if one["dir"] == place and not one["dynamic"] and kind.fits(one)]
    found = {one["name"]: one for one in ([primary] if primary else []) + beside}
    yield from sorted(found.values(), key=lambda one: Choice(one).writes)


def _main_place(repo: Repo) -> str:
    primaries = (repo.primary(role) for role in ("test", "build", "lint", "install"))
    return next((str(one["dir"]) for one in primaries if one), ".")
