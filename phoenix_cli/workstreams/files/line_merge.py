"""A three-way merge by lines, with markers (diff3): what is equal in all three texts keeps its place, the rest is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple


class Region(NamedTuple):
    """Lines of base, ours and theirs between two stretches that are equal in all three."""

    base: list[str]
    ours: list[str]
    theirs: list[str]

    @property
    def decided(self) -> list[str] | None:
        """The lines when one side alone changed, or both the same way; None in a conflict."""
        if self.ours == self.theirs or self.theirs == self.base:
            return self.ours
        return self.theirs if self.ours == self.base else None


def regions(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Region]:
    """Yield the texts in stretches: those equal in all three, and those between them."""
    at = (0, 0, 0)
    for start, left, right, length in [*_common(base, ours, theirs), (len(base), len(ours), len(theirs), 0)]:
        if (start, left, right) != at:
            yield Region(list(base[at[0] : start]), list(ours[at[1] : left]), list(theirs[at[2] : right]))
        same = list(base[start : start + length])
        if same:
            yield Region(same, same, same)
        at = (start + length, left + length, right + length)


def _common(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return where base, ours and theirs agree, and for how many lines."""
    left = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    right = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    found = []
    i = j = 0
    while i < len(left) and j < len(right):
        one, other = left[i], right[j]
        start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
        if start < end:
            found.append((start, one.b + start - one.a, other.b + start - other.a, end - start))
        if one.a + one.size < other.a + other.size:
            i += 1
        else:
            j += 1
    return found


def merged_lines(base: str, ours: str, theirs: str, names: tuple[str, str] = ("ours", "theirs")) -> tuple[str, int]:
    """Return the merged text and the number of conflicts, each between markers as git writes them."""
    made: list[str] = []
    conflicts = 0
    for one in regions(*(text.splitlines(keepends=True) for text in (base, ours, theirs))):
        decided = one.decided
        if decided is None:
            conflicts += 1
            decided = marked(one.ours, one.theirs, names)
        made += decided
    return "".join(made), conflicts


def marked(ours: Sequence[str], theirs: Sequence[str], names: tuple[str, str]) -> list[str]:
    """Return both sides between markers, each line with an end."""
    lines = [f"<<<<<<< {names[0]}", *ours, "=======", *theirs, f">>>>>>> {names[1]}"]
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]
