"""Values as YAML text: the words, lines and brackets that an edit puts into a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | Sequence[Value] | Mapping[str, Value]"
_PLAIN = re.compile(r"[\w/.][\w ./@+()%-]*(?<! )")
#: What some reader of YAML takes for something else than text. Dates are text in YAML 1.2.
_OTHER = re.compile(r"(?i)(true|false|yes|no|on|off|y|n|null|\.(inf|nan)|[-+.]*\d[\d_.:a-fox+-]*)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNSEEN = re.compile('[\\\\"\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')


def word(value: str | bool | int, style: str = "") -> str:
    """Return a scalar, in the quotes that it had before where they can hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if style == "'" and not re.search("[\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]", value):
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and _PLAIN.fullmatch(value) and (not _OTHER.fullmatch(value) or _DATE.fullmatch(value)):
        return value
    return '"' + _UNSEEN.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    number = ord(sign)
    return _ESCAPES.get(sign) or (f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}")


def flow(value: Value) -> str:
    """Return a value on one line."""
    if isinstance(value, str | int):
        return word(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{word(key)}: {flow(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(flow(one) for one in value) + "]"


def entry(key: str, value: Value, indent: int) -> list[str]:
    """Return the lines of a key and its value in block style."""
    start = " " * indent + word(key) + ":"
    if isinstance(value, str | int) or not value:
        return [f"{start} {flow(value)}"]
    if isinstance(value, Mapping):
        return [start, *entries(value, indent + 2)]
    return [start, *[line for one in value for line in item(one, indent + 2)]]


def entries(value: Mapping[str, Value], indent: int) -> list[str]:
    """Return the lines of a mapping in block style."""
    return [line for key, one in value.items() for line in entry(key, one, indent)]


def item(value: Value, indent: int) -> list[str]:
    """Return the lines of a list's item in block style."""
    pad = " " * indent
    if not isinstance(value, Mapping) or not value:
        return [f"{pad}- {flow(value)}"]
    first, *rest = entries(value, indent + 2)
    return [f"{pad}- {first.lstrip()}", *rest]


def plain(value: Value) -> object:
    """Return a value as the reader's tree has it: every scalar as its text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return word(value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value]
