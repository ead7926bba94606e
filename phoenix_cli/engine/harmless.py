"""Texts of strangers on pages of ours: visible, of one line, no markup."""

from __future__ import annotations

import re
import unicodedata

#: Control characters, direction marks, what XML 1.0 has no way to write.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def one_line(text: object) -> str:
    """Return a text on one line, with every character that cannot be seen as its escape; blanks run together."""
    return _UNSEEN.sub(_escape, " ".join(str(text).split(" ")).replace("\n", " ").replace("\t", " "))


def lines(text: object) -> str:
    """Return a text in which newlines and tabs stay, and every other character that cannot be seen is its escape."""
    return _LINES.sub(_escape, str(text))


def _escape(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape", "surrogatepass").decode("ascii")


def shortened(text: str, most: int) -> str:
    """Cut a text to so many columns."""
    if columns(text) <= most:
        return text
    kept = text[:most]
    while columns(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}…"


def columns(text: str) -> int:
    """Return how wide a text is in letters of equal width: wide ones count twice, marks not at all."""
    if text.isascii():
        return len(text)
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def markup(text: object) -> str:
    """Return a text for XML and HTML, inside of elements and of quoted attributes."""
    return "".join([_MARKUP.get(letter, letter) for letter in one_line(text)])


def markup_lines(text: object) -> str:
    """Return a text of several lines for XML and HTML."""
    return "".join([_MARKUP.get(letter, letter) for letter in lines(text)])
