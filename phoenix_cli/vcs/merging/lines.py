"""Where in its two sides a conflict stands, read off the merged text with markers. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phoenix_cli.vcs.merging.quarantine import MARKER

Lines = Sequence[bytes]
_LONGEST_DIFF = 2_000
_OPEN, _MIDDLE, _CLOSE = (sign * MARKER for sign in (b"<", b"=", b">"))


@dataclass(frozen=True, slots=True)
class Range:
    """Lines ``first`` to ``last``, from 1, both included; ``last`` is ``first - 1`` where a side has no line."""

    first: int
    last: int


def hunk_ranges(merged: bytes, ours: bytes, theirs: bytes) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """Return the ranges of all conflicts of one file, in our side and in theirs."""
    (our_view, our_spans), (their_view, their_spans) = _views(merged.split(b"\n"))
    return _placed(our_view, our_spans, ours), _placed(their_view, their_spans, theirs)


Span = tuple[int, int]
View = tuple[list[bytes], list[Span]]


def _views(lines: Lines) -> tuple[View, View]:
    """Take the merged text apart into what each side would have: all that is common, and its own part of each conflict."""
    views: tuple[View, View] = (([], []), ([], []))
    side, starts = -1, [0, 0]
    for line in lines:
        if side == -1 and line.startswith(_OPEN):
            side, starts = 0, [len(views[0][0]), len(views[1][0])]
        elif side == 0 and line.rstrip(b"\r") == _MIDDLE:
            side = 1
        elif side == 1 and line.startswith(_CLOSE):
            for (view, spans), start in zip(views, starts, strict=True):
                spans.append((start, len(view)))
            side = -1
        else:
            for number in (0, 1) if side == -1 else (side,):
                views[number][0].append(line)
    return views


def _placed(view: Lines, spans: Sequence[Span], whole: bytes) -> tuple[Range, ...]:
    """Find a view's spans in the side's own file. They differ only where the other side changed something without conflict."""
    where = _places(view, whole.split(b"\n"))
    found = []
    for start, end in spans:
        first = where(start) if end > start else where(start - 1) + 1
        found.append(Range(first + 1, where(end - 1) + 1 if end > start else first))
    return tuple(found)


def _places(view: Lines, lines: Lines) -> Callable[[int], int]:
    head = _same(view, lines)
    tail = _same(view[head:][::-1], lines[head:][::-1])
    middle, rest = view[head : len(view) - tail], lines[head : len(lines) - tail]
    blocks = [(0, 0, head), *_blocks(middle, rest, head), (len(view) - tail, len(lines) - tail, tail)]

    def where(number: int) -> int:
        for start, place, size in reversed(blocks):
            if number >= start:
                return place + min(number - start, size)
        return number

    return where


def _blocks(view: Lines, lines: Lines, offset: int) -> list[tuple[int, int, int]]:
    if (
        max(len(view), len(lines)) > _LONGEST_DIFF
    ):  # quadratic: a place that is off by a few lines is better than minutes
        return [(offset, offset, len(view))]
    matcher = difflib.SequenceMatcher(None, view, lines, autojunk=False)
    return [(offset + block.a, offset + block.b, block.size) for block in matcher.get_matching_blocks() if block.size]


def _same(one: Lines, other: Lines) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
