"""Which declared footprints may meet before there is any code: globs against globs, or against the paths that are there. Pure.

``**`` stands for any number of folders, ``*`` and ``?`` for what is in one name, ``[...]`` for one character of any kind. A
glob that ends in a slash, or names a folder, stands for all below it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

_CLASS = re.compile(r"\[[^\]]+\]")


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two workstreams that may meet: the pairs of globs, and the paths where these are known."""

    a: str
    b: str
    globs: tuple[tuple[str, str], ...]
    paths: tuple[str, ...] = ()


def forecast(touches: Mapping[str, Sequence[str]], paths: Collection[str] | None = None) -> list[Meeting]:
    """Return which pairs may meet. With the paths of a tree, only globs that meet in one of these count; a glob that
    matches none of them speaks of files to come, and is still held against the other globs."""
    found = [_meeting(a, touches[a], b, touches[b], paths) for a, b in combinations(touches, 2)]
    return [one for one in found if one]


def _meeting(
    a: str, ours: Sequence[str], b: str, theirs: Sequence[str], paths: Collection[str] | None
) -> Meeting | None:
    globs, shared = [], set()
    for one in ours:
        for other in theirs:
            if not may_meet(one, other):
                continue
            mine, yours = (set(matching(glob, paths or ())) for glob in (one, other))
            if mine & yours or paths is None or not mine or not yours:
                globs.append((one, other))
                shared |= mine & yours
    return Meeting(a, b, tuple(globs), tuple(sorted(shared))) if globs else None


def matching(glob: str, paths: Collection[str]) -> list[str]:
    """Return the paths that a glob stands for."""
    pattern = _compiled(glob)
    return [path for path in paths if pattern.fullmatch(path)]


@functools.lru_cache(maxsize=4_096)
def _compiled(glob: str) -> re.Pattern[str]:
    words = _parts(glob)
    text = "".join(
        "(?:[^/]+/)*" if word == "**" else "".join(_SIGNS.get(one, re.escape(one)) for one in word) + "/"
        for word in words
    )
    return re.compile(f"{text.removesuffix('/')}(?:/.*)?" if words[-1:] != ["**"] else f"{text}.+", re.DOTALL)


_SIGNS = {"*": "[^/]*", "?": "[^/]"}


def _parts(glob: str) -> list[str]:
    text = _CLASS.sub("?", glob.strip("/").removeprefix("./"))
    return ["**" if part == "**" else re.sub(r"\*+", "*", part) for part in text.split("/") if part not in ("", ".")]


def may_meet(one: str, other: str) -> bool:
    """Tell whether some path could be in both globs."""
    return _meet(tuple(_parts(one)), tuple(_parts(other)))


@functools.lru_cache(maxsize=65_536)
def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if not one or not other:
        return True  # the shorter names a folder that the longer lies in
    if one[0] == "**":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "**":
        return _meet(one, other[1:]) or _meet(one[1:], other)
    return _names_meet(one[0], other[0]) and _meet(one[1:], other[1:])


@functools.lru_cache(maxsize=65_536)
def _names_meet(one: str, other: str) -> bool:
    """Tell whether a name could match both; states of both patterns are walked side by side."""
    states = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        i, j = todo.pop()
        if i == len(one) and j == len(other):
            return True
        for state in _next(one, other, i, j):
            if state not in states:
                states.add(state)
                todo.append(state)
    return False


def _next(one: str, other: str, i: int, j: int) -> list[tuple[int, int]]:
    a, b = one[i : i + 1], other[j : j + 1]
    steps = []
    if a == "*":
        steps += [(i + 1, j), *([(i, j + 1)] if b else [])]
    if b == "*":
        steps += [(i, j + 1), *([(i + 1, j)] if a else [])]
    if a and b and "*" not in (a, b) and (a == b or "?" in (a, b)):
        steps.append((i + 1, j + 1))
    return steps
