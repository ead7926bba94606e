"""Block YAML as a flat list of (path, value, line): enough for CI files, and each value knows its line.

A CI file is read for a few plain keys out of hundreds. The full loader gives no line numbers and costs four times as
much; besides, what stands in templates (``{{ }}``, ``<% %>``) is no YAML yet, and reads here all the same. Anchors,
merges and flow collections stay unresolved text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

MAX_LINES = 20_000
MAX_LINE = 4_000  # characters; a longer line is data
_QUOTED_KEY = re.compile(r"""(?:"([^"]*)"|'([^']*)')[ \t]*:(?:[ \t]+|$)""")
_KEY_END = re.compile(r":(?=[ \t]|$)")
_PROPERTY = re.compile(r"[&!][^\s]*\s*")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A key or an item: where it is, what its scalar says ("" for a container), and the line it begins on."""

    path: Path
    value: str
    line: int


@dataclass(slots=True)
class _Frame:
    indent: int
    key: str | int


def entries(text: str) -> Iterator[Entry]:
    """Yield every key and every sequence item of the first document, in the file's order."""
    lines = text.splitlines()[:MAX_LINES]
    frames: list[_Frame] = []
    at = 0
    while at < len(lines):
        content = lines[at].lstrip(" ") if len(lines[at]) <= MAX_LINE else ""
        if not content or content[0] in "#%" or content == "---":
            at += 1
            continue
        if content == "..." or (content.startswith("--- ") and frames):
            return
        entry, at = _entry(lines, at, frames)
        if entry is not None:
            yield entry


def _entry(lines: list[str], at: int, frames: list[_Frame]) -> tuple[Entry | None, int]:
    line = lines[at].expandtabs(2)
    indent = len(line) - len(line.lstrip(" "))
    rest = line[indent:].rstrip()
    dashed = False
    while rest == "-" or rest.startswith("- "):
        _enter_item(frames, indent)
        dashed, parent = True, indent
        inner = rest[1:].lstrip(" ")
        indent += len(rest) - len(inner)
        rest = inner
    key, value = _split(rest)
    if key is None and not dashed:
        return None, at + 1
    if key is None:
        value, following = _scalar(lines, at, rest, parent)
    else:
        _enter_key(frames, indent, key)
        value, following = _scalar(lines, at, value, indent)
    return Entry(tuple(frame.key for frame in frames), value, at + 1), following


def _split(text: str) -> tuple[str | None, str]:
    """Return the key that a line begins with, None for none, and what follows it."""
    if text[:1] in ('"', "'"):
        quoted = _QUOTED_KEY.match(text)
        return (quoted.group(1) or quoted.group(2) or "", text[quoted.end() :]) if quoted else (None, "")
    end = _KEY_END.search(text)
    if end is None or text[0] in "[]{}#,&*!|>%@`" or "#" in text[: end.start()]:
        return None, ""
    return text[: end.start()].rstrip(), text[end.end() :].lstrip()


def _enter_item(frames: list[_Frame], indent: int) -> None:
    while frames and frames[-1].indent > indent:
        frames.pop()
    top = frames[-1] if frames else None
    if top is not None and top.indent == indent and isinstance(top.key, int):
        top.key += 1
    else:
        frames.append(_Frame(indent, 0))  # a sequence may begin in its key's own column


def _enter_key(frames: list[_Frame], indent: int, key: str) -> None:
    while frames and (frames[-1].indent > indent or (frames[-1].indent == indent and isinstance(frames[-1].key, int))):
        frames.pop()
    if frames and frames[-1].indent == indent:
        frames[-1].key = key
    else:
        frames.append(_Frame(indent, key))


def _scalar(lines: list[str], at: int, text: str, indent: int) -> tuple[str, int]:
    """Return the value that begins with ``text`` on line ``at``, and the index of the line after it."""
    text = _PROPERTY.sub("", text, count=2) if text[:1] in ("&", "!") else text
    end = at + 1
    if _BLOCK.match(text):
        while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
            end += 1
        return _block(lines[at + 1 : end], folded=text[0] == ">"), end
    if not text or text[0] == "#":
        return "", end
    parts = [text if text[0] in "\"'" else re.split(r"\s#", text, maxsplit=1)[0]]
    while (
        end < len(lines)
        and lines[end].strip()
        and _indent(lines[end]) > indent
        and not lines[end].lstrip().startswith("#")
    ):
        parts.append(re.split(r"\s#", lines[end].strip(), maxsplit=1)[0])
        end += 1
    return _plain(" ".join(parts)), end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _block(lines: list[str], folded: bool) -> str:
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    return (" " if folded else "\n").join(line[margin:].rstrip() for line in lines).strip()


def _plain(text: str) -> str:
    text = text.strip()
    quote = text[:1]
    if quote not in ("'", '"'):
        return text
    end = re.match(r"'((?:[^']|'')*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"', text)
    if end is None:
        return text
    return end.group(1).replace("''", "'") if quote == "'" else re.sub(r"\\(.)", _escape, end.group(1))


def _escape(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found.group(1), found.group(1))


def flow_items(value: str) -> list[str]:
    """Split a flow sequence of plain scalars, ``[a, 'b']``; any other value is its own only item."""
    if not (value.startswith("[") and value.endswith("]")):
        return [value] if value else []
    return [item.strip().strip("'\"") for item in value[1:-1].split(",") if item.strip()]


def lines_of(text: str) -> dict[Path, int]:
    """Return path -> line for every key and item: to point at what the full loader found."""
    return {entry.path: entry.line for entry in entries(text)}
