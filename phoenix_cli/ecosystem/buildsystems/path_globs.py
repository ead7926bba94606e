"""Globs over folder paths, as workspace lists write them: ``packages/*``, ``apps/**``, ``libs/{a,b}``.

One regular expression for a whole glob would backtrack for ages on ``**/**/**/**/x``, and strangers write the globs. So a
path is matched folder by folder, going back to the last ``**`` only.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_CHOICE = re.compile(r"\{([^{}]*)\}|[@+?]\(([^()]*)\)")
_MAX_CHOICES = 256


@dataclass(frozen=True, slots=True)
class Globs:
    """Globs of which one must match a whole relative path; without globs nothing matches."""

    patterns: tuple[tuple[str, ...], ...]

    def fullmatch(self, path: str) -> str | None:
        """Return the glob that means a relative folder, None when none does."""
        parts = path.split("/") if path else []
        return next(("/".join(pattern) or "." for pattern in self.patterns if _matches(pattern, parts)), None)


def any_of(globs: Iterable[str]) -> Globs:
    """Read globs; the choices in their braces become globs of their own."""
    return Globs(tuple(tuple(one.split("/")) if one else () for glob in globs for one in _choices(normal(glob))))


def normal(path: str) -> str:
    """Strip what writers add around a relative folder: ``./packages/a/`` and ``packages/a/package.json`` mean one thing."""
    path = path.strip().replace("\\", "/")
    path = re.sub(r"/(?:package|deno)\.jsonc?$", "", path)
    while path.startswith("./"):
        path = path[2:]
    return "" if path == "." else path.strip("/")


def _choices(glob: str) -> Iterator[str]:
    pending, made = [glob], 0
    while pending and made < _MAX_CHOICES:
        one = pending.pop()
        found = _CHOICE.search(one)
        if found is None:
            made += 1
            yield one
            continue
        words = found.group(1).split(",") if found.group(1) is not None else found.group(2).split("|")
        pending += [one[: found.start()] + word + one[found.end() :] for word in words[:_MAX_CHOICES]]


def _matches(pattern: tuple[str, ...], parts: list[str]) -> bool:
    at = here = 0
    back: tuple[int, int] | None = None  # the last ** and how far it has reached
    while here < len(parts):
        if at < len(pattern) and pattern[at] == "**":
            back = (at, here)
            at += 1
        elif at < len(pattern) and _one(pattern[at]).match(parts[here]):
            at, here = at + 1, here + 1
        elif back is not None:
            back = (back[0], back[1] + 1)
            at, here = back[0] + 1, back[1]
        else:
            return False
    return all(rest == "**" for rest in pattern[at:])


@lru_cache(maxsize=1_024)
def _one(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(glob))  # its expressions do not backtrack
