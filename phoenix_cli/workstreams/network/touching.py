"""Whether two globs can mean the same file: the forecast of a conflict before there is any code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache


def touch(one: Sequence[str], other: Sequence[str]) -> tuple[str, str] | None:
    """Return the first two globs of two workstreams that can mean the same file, None without any."""
    return next(((a, b) for a in one for b in other if overlap(a, b)), None)


@lru_cache(maxsize=65_536)
def overlap(one: str, other: str) -> bool:
    """Tell whether some path fits both globs (``**`` folders, ``*``, ``?``, ``[..]`` as any sign); a folder means all in it."""
    return _paths(_parts(one), _parts(other))


def _parts(glob: str) -> tuple[str, ...]:
    parts = tuple(part for part in glob.split("/") if part not in ("", "."))
    bare = glob.endswith("/") or not any(sign in (parts or ("",))[-1] for sign in "*?[.")
    return (*parts, "**") if bare else parts  # ``src/`` and ``src`` are a folder, or a file without an ending


def _paths(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    seen: set[tuple[int, int]] = set()
    stack = [(0, 0)]
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        i, j = at
        if i == len(one) and j == len(other):
            return True
        if i < len(one) and one[i] == "**":
            stack += [(i + 1, j), (i, j + 1)] if j < len(other) else [(i + 1, j)]
        if j < len(other) and other[j] == "**":
            stack += [(i, j + 1), (i + 1, j)] if i < len(one) else [(i, j + 1)]
        if i < len(one) and j < len(other) and "**" not in (one[i], other[j]) and _names(one[i], other[j]):
            stack.append((i + 1, j + 1))
    return False


def _names(one: str, other: str) -> bool:
    """Tell whether some name fits both patterns of one path part."""
    if not any(sign in one + other for sign in "*?["):
        return one == other
    a, b = _signs(one), _signs(other)
    seen: set[tuple[int, int]] = set()
    stack = [(0, 0)]
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        i, j = at
        if i == len(a) and j == len(b):
            return True
        if i < len(a) and a[i] == "*":
            stack += [(i + 1, j), (i, j + 1)] if j < len(b) else [(i + 1, j)]
        if j < len(b) and b[j] == "*":
            stack += [(i, j + 1), (i + 1, j)] if i < len(a) else [(i, j + 1)]
        if i < len(a) and j < len(b) and "*" not in (a[i], b[j]) and (a[i] == b[j] or "?" in (a[i], b[j])):
            stack.append((i + 1, j + 1))
    return False


def _signs(pattern: str) -> list[str]:
    """Return a pattern sign by sign; a class in brackets counts as any one sign."""
    found: list[str] = []
    at = 0
    while at < len(pattern):
        end = pattern.find("]", at + 2) if pattern[at] == "[" else -1
        found.append("?" if end > 0 else pattern[at])
        at = end + 1 if end > 0 else at + 1
    return found
