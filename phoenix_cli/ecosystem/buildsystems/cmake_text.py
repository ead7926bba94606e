"""Read CMake files as text: calls with their arguments, comments left out; nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from phoenix_cli.ecosystem.files import Folder

MAX_FILES = 80
MAX_CALLS = 300
MAX_BYTES = 200_000

_COMMENT = re.compile(r"#\[(=*)\[.*?(?:\]\1\]|\Z)|#[^\n]*", re.DOTALL)
_TESTS = re.compile(
    r"\b(?:enable_testing|add_test|gtest_discover_tests|catch_discover_tests|doctest_discover_tests|ament_add_gtest)\s*\(|include\s*\(\s*CTest\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a CMake function: its arguments as words, variables unexpanded."""

    words: tuple[str, ...]
    line: int


def calls(text: str, *functions: str) -> Iterator[Call]:
    """Yield the calls of these functions, in their order."""
    plain = _COMMENT.sub(lambda found: "\n" * found.group(0).count("\n"), text)
    found_calls = re.finditer(rf"(?im)^[ \t]*(?:{'|'.join(functions)})\s*\(([^()]*)\)?", plain)
    for found in islice(found_calls, MAX_CALLS):
        words = tuple(word.strip('"') for word in re.findall(r'"[^"]*"|[^\s"]+', found.group(1)))
        yield Call(words, plain.count("\n", 0, found.start(1)) + 1)


def project_of(folder: Folder) -> Call | None:
    """Return the call of ``project()`` in a folder's CMakeLists.txt: without one it belongs to the component above."""
    return next(calls(folder.text("CMakeLists.txt"), "project"), None)


def tests_of(folder: Folder) -> tuple[Folder, str] | None:
    """Return the first file at or below a folder that registers tests with CTest."""
    looked = 0
    for below in folder.below(4):
        for name in sorted(below.names):
            if name == "CMakeLists.txt" or name.endswith(".cmake"):
                looked += 1
                if looked > MAX_FILES:
                    return None
                if _TESTS.search(_COMMENT.sub("", below.head(name, MAX_BYTES))):
                    return below, name
    return None
