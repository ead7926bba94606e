"""A mistake in a flow: what, where, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from phoenix_cli.kernel.records import record


class Place(NamedTuple):
    """Where something stands in a file, counted from 1; line 0 means that there is no file."""

    line: int = 0
    column: int = 0


NOWHERE = Place()
MAX_PROBLEMS = 200  # more help nobody
MAX_MESSAGE = 500


@record
class Problem:
    """One mistake. ``code`` is stable; scripts may test it. A warning does not keep a flow from running."""

    code: str
    message: str
    place: Place = NOWHERE
    hint: str = ""
    warning: bool = False

    def as_dict(self) -> dict[str, str | int]:
        """Return the form that ``flow validate --json`` prints."""
        return {
            "code": self.code, "message": cut(self.message), "line": self.place.line, "column": self.place.column,
            "hint": cut(self.hint),
        }  # fmt: skip


def cut(text: str) -> str:
    """Shorten what a stranger's file put into a message."""
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return ``did you mean x?`` for the known word that is nearest to a wrong one, else the words there are."""
    words = list(known)
    near = difflib.get_close_matches(wrong[:100], words, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"one of: {', '.join(sorted(words)[:25])}" if words else ""
