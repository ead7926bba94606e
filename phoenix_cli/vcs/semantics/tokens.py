"""Tokens of languages with braces, enough to see names, brackets and where lines are. No grammar.

What is in strings, templates and comments is not seen; brackets that do not match end the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = r"[^\W\d]\w*"
_PATTERNS = {
    "script": re.compile(
        rf"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`)"
        rf"|(?P<name>[$#@]?{_NAME}[\w$]*|\$)|(?P<number>\d[\w.]*)|(?P<sign>=>|\.\.\.|\?\.|[=!]==?|&&|\|\||\?\?|.)",
        re.DOTALL,
    ),
    "rust": re.compile(
        rf"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>b?r(?P<hash>#*)\".*?\"(?P=hash)|b?\"(?:[^\"\\]|\\.)*\"|b?'(?:[^'\\\n]|\\[^\n]{{1,9}}?)')"
        rf"|(?P<life>'{_NAME})|(?P<name>(?:r\#)?{_NAME}!?(?!=))|(?P<bare>{_NAME})|(?P<number>\d[\w]*)|(?P<sign>::|->|=>|\.\.=?|[=!<>]=|&&|\|\||.)",
        re.DOTALL,
    ),
    "go": re.compile(
        rf"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>`[^`]*`|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+')"
        rf"|(?P<name>{_NAME})|(?P<number>\d[\w.]*)|(?P<sign>\.\.\.|:=|<-|[=!<>]=|&&|\|\||.)",
        re.DOTALL,
    ),
}
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. ``kind``: name, string, number, sign."""

    kind: str
    text: str
    line: int


class Code:
    """The tokens of a file. ``mate`` leads from each opening bracket to its closing one."""

    def __init__(self, text: str, language: str) -> None:
        self.tokens = list(_tokens(text, language))
        self.mate: dict[int, int] = {}
        self.depth: list[int] = []
        stack: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in _CLOSE and stack:
                self.mate[stack.pop()] = at
            self.depth.append(len(stack))
            if token.kind == "sign" and token.text in _OPEN:
                stack.append(at)

    def text(self, at: int) -> str:
        """Return a token's text, "" beyond both ends; strings as a lone quote so that they are taken for no sign."""
        if not 0 <= at < len(self.tokens):
            return ""
        token = self.tokens[at]
        return '"' if token.kind == "string" else token.text

    def is_name(self, at: int) -> bool:
        """Tell whether there is a name."""
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "name"

    def parts(self, opening: int) -> list[tuple[int, int]]:
        """Return the ranges between the commas inside a pair of brackets, none for empty ones."""
        end = self.mate.get(opening, opening)
        found = []
        start = at = opening + 1
        while at < end:
            if self.text(at) == ",":
                found.append((start, at))
                start = at + 1
            elif self.text(at) == "<" and (close := self.angle(at)) and close < end:
                at = close
            at = self.mate.get(at, at) + 1
        return [*found, (start, end)] if start < end else found

    def angle(self, at: int) -> int:
        """Return the place of the ``>`` that ends a list of types, 0 where ``<`` compares."""
        depth = 0
        for place in range(at, min(at + 200, len(self.tokens))):
            text = self.text(place)
            depth += (text == "<") - (text == ">")
            if depth == 0:
                return place
            if text in (";", "&&", "||") or (text in "{}" and self.text(place - 1) not in ("<", ",", ":", "|", "=")):
                return 0
        return 0

    def count(self, opening: int) -> int | None:
        """Return the number of arguments in a call, None where it cannot be told (spread, closures, comparisons)."""
        end = self.mate.get(opening)
        if end is None:
            return None
        depth = self.depth[opening] + 1
        for at in range(opening + 1, end):
            if self.depth[at] == depth and self.text(at) in ("<", ">", "|", "||", "...", "=>"):
                return None
        return len(self.parts(opening))


def _tokens(text: str, language: str) -> Iterator[Token]:
    pattern = _PATTERNS[language]
    at, line = 0, 1
    before = ""
    while at < len(text):
        match = None
        if (
            language == "script"
            and text[at] == "/"
            and before in ("", "(", ",", "=", ":", "[", "!", "&&", "||", "?", "{", "}", ";", "return", "=>")
        ):
            match = _REGEX.match(text, at)
            kind = "string"
        if match is None:
            match = pattern.match(text, at)
            assert match is not None  # the last alternative takes any character
            kind = match.lastgroup or "sign"
            kind = {"bare": "name", "hash": "string", "life": "string"}.get(kind, kind)
        if kind != "skip":
            yield Token(kind, match[0], line)
            before = match[0]
        line += match[0].count("\n")
        at = match.end()
