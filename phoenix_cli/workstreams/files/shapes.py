"""What a value in a file may be: each shape reads a YAML node, notes what is wrong, and describes itself as JSON Schema.

A shape returns ``BAD`` for what it cannot use; the list or mapping around it then does without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from phoenix_cli.engine.problems import nearest
from phoenix_cli.workstreams.files.yaml_tree import YamlNode, is_tagged
from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.model import At

BAD: Any = object()
MAX_FINDINGS = 100  # of one file; more help nobody
_KINDS = {"mapping": "a mapping", "sequence": "a list"}
_NULLS = frozenset(["", "~", "null", "Null", "NULL"])
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MEANT = {
    "yes": "true",
    "on": "true",
    "y": "true",
    "1": "true",
    "no": "false",
    "off": "false",
    "n": "false",
    "0": "false",
}
Json = dict[str, Any]


class Reading:
    """The findings of one file, in the order of reading."""

    __slots__ = ("file", "findings")

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def note(self, code: str, message: str, node: YamlNode, hint: str = "") -> Any:
        """Remember a finding at a node and return ``BAD``."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(code, message, self.file, *place_of(node), hint))
        return BAD


def place_of(node: YamlNode) -> At:
    """Return where a node starts."""
    mark = node.start_mark
    return mark.line + 1, mark.column + 1


def shown(node: YamlNode) -> str:
    """Return a node in a few words for a message."""
    return _KINDS.get(node.id) or (repr(node.value[:60]) if node.value else "nothing")


class Shape(Protocol):
    """What every shape can do."""

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the value, or ``BAD`` after a note."""

    def schema(self) -> Json:
        """Return the shape as JSON Schema, draft-07."""


def scalar(node: YamlNode, reading: Reading, what: str) -> Any:
    """Return a scalar's text, ``BAD`` for lists, mappings and tags."""
    if node.id != "scalar":
        return reading.note("E-TYPE", f"{_KINDS[node.id]} stands where {what} is expected", node)
    if is_tagged(node):
        return reading.note("E-TAG", f"tags are not used here: {node.tag[:60]}", node, "leave the tag out")
    return node.value


class Text:
    """Text; with a pattern, of a form that ``form`` names. ``convert`` may raise ``ValueError`` with what is wrong."""

    def __init__(
        self, pattern: str = "", form: str = "", *, code: str = "E-FORM", most: int = 0,
        convert: Callable[[str], Any] | None = None,
    ) -> None:  # fmt: skip
        self.pattern, self.form, self.code, self.most, self.convert = pattern, form, code, most, convert
        self._fits = re.compile(pattern).search if pattern else None

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the text, converted."""
        found = node.value
        if node.id != "scalar" or is_tagged(node):
            return scalar(node, reading, "text")
        if not node.style and found in _NULLS:
            return reading.note(
                "E-TYPE", "nothing stands where text is expected", node, "leave the key out, or write a text"
            )
        if self._fits is not None and not self._fits(found):
            return reading.note(self.code, f"{shown(node)} is not {self.form}", node)
        if self.most and len(found) > self.most:
            return reading.note(self.code, f"{shown(node)} is longer than {self.most} characters", node)
        if self.convert is None:
            return found
        try:
            return self.convert(found)
        except ValueError as error:
            return reading.note(self.code, f"{shown(node)}: {error}", node)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        found: Json = {"type": "string"}
        if self.form:
            found["description"] = self.form
        if self.pattern:
            found["pattern"] = self.pattern
        if self.most:
            found["maxLength"] = self.most
        return found


class Whole:
    """A whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the number."""
        if scalar(node, reading, "a whole number") is BAD:
            return BAD
        if node.style or not re.fullmatch(r"0|-?[1-9][0-9]{0,17}", node.value):
            return reading.note("E-TYPE", f"{shown(node)} is not a whole number", node)
        number = int(node.value)
        if self.least <= number <= self.most:
            return number
        return reading.note("E-RANGE", f"{number} is not between {self.least} and {self.most:,}", node)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Flag:
    """True or false."""

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the truth value."""
        if scalar(node, reading, "true or false") is BAD:
            return BAD
        if not node.style and node.value in _FLAGS:
            return _FLAGS[node.value]
        meant = _MEANT.get(node.value.lower(), node.value.lower() if node.value in _FLAGS else "")
        hint = f"did you mean {meant}?" if meant else ""
        return reading.note("E-TYPE", f"{shown(node)} is not true or false", node, hint)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        return {"type": "boolean"}


class Choice:
    """One of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the word."""
        found = scalar(node, reading, "a word")
        if found is BAD or found in self.words:
            return found
        hint = nearest(found, self.words)
        return reading.note("E-CHOICE", f"{shown(node)} is not one of {', '.join(self.words)}", node, hint)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        return {"enum": list(self.words)}


class Many:
    """A list; with ``key``, equal ones are noted."""

    def __init__(self, item: Shape, *, key: Callable[[Any], str] | None = None) -> None:
        self.item, self.key = item, key

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the items that could be read, as a tuple."""
        if node.id != "sequence":
            return reading.note("E-TYPE", f"{shown(node)} stands where a list is expected", node, "- item")
        if is_tagged(node):
            return reading.note("E-TAG", f"tags are not used here: {node.tag[:60]}", node, "leave the tag out")
        read = self.item.read
        found = [read(one, reading) for one in node.value]
        if self.key is not None and len(found) > 1:
            self._note_equal(node, found, reading)
        return tuple([one for one in found if one is not BAD])

    def _note_equal(self, node: YamlNode, found: Sequence[Any], reading: Reading) -> None:
        assert self.key is not None
        seen: dict[str, YamlNode] = {}
        for one, place in zip(found, node.value, strict=True):
            if one is BAD:
                continue
            name = self.key(one)
            if name in seen:
                first = seen[name].start_mark.line + 1
                reading.note("E-DUP", f"{name[:60]} stands in this list a second time", place, f"first on line {first}")
            seen.setdefault(name, place)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        found: Json = {"type": "array", "items": self.item.schema()}
        return {**found, "uniqueItems": True} if isinstance(self.item, Text) and self.key is not None else found
