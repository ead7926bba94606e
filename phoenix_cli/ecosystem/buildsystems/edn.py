"""Read EDN (Clojure's data notation) as plain Python values; nothing is evaluated.

Maps and sets become dicts and lists, keywords ``Keyword``, symbols ``Symbol``; tags, metadata, quotes and reader
conditionals are read over. Broken or too deep input raises ``DocumentError``.
"""

from __future__ import annotations

import re
from typing import Any

from phoenix_cli.kernel.documents import MAX_DEPTH, MAX_NODES, DocumentError

_TOKEN = re.compile(
    r'(?P<skip>[\s,]+|;[^\n]*)|(?P<string>#?"(?:[^"\\]|\\.)*")|(?P<open>#\?@?\(|#\{|#\(|[\[({])|(?P<close>[\])}])'
    r"|(?P<discard>#_)|(?P<prefix>#\^|~@|#'|[\^'`~@])|(?P<char>\\(?:\w+|.))|(?P<tag>#[\w./-]+)|(?P<atom>[^\s,\[\](){}\";]+)",
    re.DOTALL,
)


class Keyword(str):
    """A keyword, without its colon."""

    __slots__ = ()


class Symbol(str):
    """A symbol."""

    __slots__ = ()


class _Close(str):
    __slots__ = ()


_END = _Close("")


def load_edn(text: str) -> Any:
    """Return the first value of an EDN text."""
    reader = _Reader(text)
    value = reader.value(0)
    if isinstance(value, _Close):
        raise DocumentError("not EDN: nothing to read", 1)
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nodes = 0

    def value(self, depth: int) -> Any:
        """Read one value; a closing bracket, or the end, comes back as ``_Close``."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise DocumentError("nested too deeply", self._line())
        while self.at < len(self.text):
            found = _TOKEN.match(self.text, self.at)
            if found is None:
                raise DocumentError(f"not EDN: {self.text[self.at]!r} is unexpected", self._line())
            self.at = found.end()
            kind, word = found.lastgroup, found.group()
            if kind == "discard":
                self.value(depth + 1)
            elif kind == "prefix":
                if word in ("^", "#^"):
                    self.value(depth + 1)  # metadata, of what follows
            elif kind not in ("skip", "tag"):
                return self._built(str(kind), word, depth)
        return _END

    def _built(self, kind: str, word: str, depth: int) -> Any:
        if kind == "open":
            return self._collection(word, depth)
        if kind == "close":
            return _Close(word)
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", word[word.index('"') + 1 : -1], flags=re.DOTALL)
        return _atom(word) if kind == "atom" else word

    def _collection(self, opening: str, depth: int) -> Any:
        items = []
        while True:
            item = self.value(depth + 1)
            if item is _END:
                raise DocumentError("not EDN: a bracket is left open", self._line())
            if isinstance(item, _Close):
                break
            items.append(item)
        if opening == "{":
            return {_key(items[at]): items[at + 1] for at in range(0, len(items) - 1, 2)}
        return items

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1


def _key(value: Any) -> Any:
    return repr(value) if isinstance(value, list | dict) else value


def _atom(word: str) -> Any:
    if word.startswith(":"):
        return Keyword(word.lstrip(":"))
    if re.fullmatch(r"[+-]?\d+", word):
        return int(word)
    return {"nil": None, "true": True, "false": False}.get(word, Symbol(word))
