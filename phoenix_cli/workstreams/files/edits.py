"""Edits of a text that change only the bytes of a value: comments, quotes, layout and line ends stay.

Every edit is checked: the new text is read again and must be the old tree with exactly the wanted change, or nothing is
returned. So a layout that these few rules do not foresee is refused, never spoilt.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from phoenix_cli.kernel.errors import Conflict, Failed, NotFound
from phoenix_cli.workstreams.files.mappings import Fields, Named
from phoenix_cli.workstreams.files.rendering import Value, entry, flow, item, plain, word
from phoenix_cli.workstreams.files.shapes import Many, Shape
from phoenix_cli.workstreams.files.spans import (
    Path,
    Spot,
    after_line,
    end_of,
    find,
    is_meant,
    line_start,
    plain_tree,
    start_of,
)  # fmt: skip
from phoenix_cli.workstreams.files.tables import PROGRAMME, PROGRAMME_FILE, WORKSTREAM_FILE
from phoenix_cli.workstreams.files.yaml_tree import Unreadable, YamlNode, tree

#: Keys that hold lists: an item in one that is missing is not there, whereas a missing mapping can be made.
_LISTS = frozenset(
    key
    for keys in (WORKSTREAM_FILE.keys, PROGRAMME_FILE.keys)
    for key, shape in keys.items()
    if isinstance(shape, Many)
)


@dataclass(frozen=True, slots=True)
class Set:
    """Give a key or item a value; a key that is missing is made, after those that come before it in the schema."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Unset:
    """Take a key or a list's item away."""

    path: Path


@dataclass(frozen=True, slots=True)
class Append:
    """Add an item at the end of a list; a list that is missing is made."""

    path: Path
    value: Value


Edit: TypeAlias = Set | Unset | Append


def edited(text: str, edit: Edit) -> str:
    """Return the text with one edit.

    Raise ``NotFound`` when the path leads nowhere, ``Conflict`` when what is added is there, ``Failed`` when the layout
    does not allow the edit, ``Unreadable`` when the text is no readable YAML.
    """
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(bom)
    root = tree(body)
    wanted = intended(plain_tree(root), edit)
    made = _Change(body, root).carried_out(edit)
    try:
        right = plain_tree(tree(made)) == wanted
    except Unreadable:
        right = False
    if not right:
        raise Failed(
            f"the layout of the file does not allow to edit {shown(edit.path)}", code="workstream.edit",
            hints=("edit the file by hand",),
        )  # fmt: skip
    return bom + made


def shown(path: Path) -> str:
    """Return a path for people."""
    return ".".join(map(str, path))


def intended(value: Any, edit: Edit) -> Any:
    """Return the tree that an edit leads to; raise like ``edited``."""
    made = copy.deepcopy(value)
    holder = made
    for step in edit.path[:-1]:
        holder = _within(holder, step, edit)
    step = edit.path[-1]
    at = _at(holder, step)
    if isinstance(edit, Append):
        if at is None and isinstance(holder, dict):
            holder[step] = []
            at = step
        if at is None or not isinstance(holder[at], list):
            raise NotFound(f"there is no list {shown(edit.path)}", code="workstream.no_value")
        _refuse_twice(holder[at], plain(edit.value), edit)
        holder[at].append(plain(edit.value))
    elif isinstance(edit, Set):
        if at is None and not isinstance(holder, dict):
            raise NotFound(f"there is nothing at {shown(edit.path)}", code="workstream.no_value")
        holder[step if at is None else at] = plain(edit.value)
    elif at is None:
        raise NotFound(f"there is nothing at {shown(edit.path)}", code="workstream.no_value")
    else:
        del holder[at]
    return made


def _within(holder: Any, step: str | int, edit: Edit) -> Any:
    at = _at(holder, step)
    if at is not None:
        return holder[at]
    if isinstance(holder, dict) and not isinstance(edit, Unset) and isinstance(step, str) and step not in _LISTS:
        return holder.setdefault(step, {})
    raise NotFound(f"there is nothing at {shown(edit.path)}", code="workstream.no_value")


def _at(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict):
        return step if step in holder else None
    if isinstance(holder, list):
        return next((number for number, one in enumerate(holder) if is_meant(one, number, step)), None)
    return None


def _refuse_twice(items: list[Any], value: Any, edit: Edit) -> None:
    name = value.get("id") if isinstance(value, dict) else value
    if name is not None and any(is_meant(one, -1, name) for one in items):
        raise Conflict(f"{shown(edit.path)} has {name} already", code="workstream.exists")


class _Change:
    def __init__(self, text: str, root: YamlNode) -> None:
        self.text, self.root = text, root
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def carried_out(self, edit: Edit) -> str:
        """Return the text with the edit; the caller has seen that the path makes sense."""
        spot = find(self.root, edit.path)
        if isinstance(edit, Unset):
            assert spot is not None
            return self.unset(spot, edit.path)
        if isinstance(edit, Append) and spot is not None:
            return self.append(spot, edit)
        if spot is not None:
            return self.replace(spot, edit.value)
        return self.insert(edit.path, [edit.value] if isinstance(edit, Append) else edit.value)

    def put(self, start: int, end: int, new: str) -> str:
        """Return the text with a span replaced."""
        return self.text[:start] + new + self.text[end:]

    def put_lines(self, at: int, lines: list[str]) -> str:
        """Return the text with whole lines before an index where a line begins, or at the end of the text."""
        new = self.newline.join(lines)
        if at and self.text[at - 1] != "\n":  # the last line has no end
            return self.put(at, at, self.newline + new)
        return self.put(at, at, new + self.newline)

    def replace(self, spot: Spot, value: Value) -> str:
        node = spot.node
        start, end = start_of(node), end_of(self.text, node)
        if node.id == "scalar" and isinstance(value, str | int):
            new = word(value, node.style or "")
            return self.put(start, end, new if start < end or self.text[start - 1 : start].isspace() else f" {new}")
        if spot.key is not None and not spot.parent.flow_style:
            colon = self.text.index(":", spot.key.end_mark.index)
            return self.put(colon + 1, end, f" {flow(value)}")
        return self.put(start, end, flow(value))

    def append(self, spot: Spot, edit: Append) -> str:
        node = spot.node
        if not node.value:
            return self.replace(spot, [edit.value])
        if node.flow_style:
            end = end_of(self.text, node.value[-1])
            return self.put(end, end, f", {flow(edit.value)}")
        return self.put_lines(after_line(self.text, node), item(edit.value, node.start_mark.column))

    def insert(self, path: Path, value: Value) -> str:
        """Make a key, and those around it that are missing too."""
        *above, key = path
        around = find(self.root, tuple(above))
        if around is None:
            return self.insert(tuple(above), {str(key): value})
        node = around.node
        if not node.value:
            return self.replace(around, {str(key): value}) if around.parent is not None else self.text
        before = self._before(node, tuple(above), str(key))
        if node.flow_style:
            last = end_of(self.text, node.value[-1 if before is None else before][1])
            return self.put(last, last, f", {word(str(key))}: {flow(value)}")
        indent = node.start_mark.column
        lines = entry(str(key), value, indent)
        if before is None:
            first = start_of(node)
            return self.put(first, first, self.newline.join(lines).lstrip() + self.newline + " " * indent)
        return self.put_lines(after_line(self.text, node.value[before][1]), lines)

    def _before(self, node: YamlNode, path: Path, key: str) -> int | None:
        """Return the number of the entry that a new key follows; keys the schema does not know go last."""
        order = _order(self.root, path)
        if key not in order:
            return len(node.value) - 1
        numbers = {one.value: number for number, (one, _) in enumerate(node.value)}
        earlier = order[: order.index(key)]
        return next((numbers[one] for one in reversed(earlier) if one in numbers), None)

    def unset(self, spot: Spot, path: Path) -> str:
        siblings = spot.parent.value
        if len(siblings) == 1:
            around = find(self.root, path[:-1])
            assert around is not None
            return self.replace(around, {} if spot.key is not None else []) if around.parent is not None else ""
        if spot.parent.flow_style:
            return self._unset_in_brackets(spot)
        return self._unset_lines(spot)

    def _unset_in_brackets(self, spot: Spot) -> str:
        ends = [(start_of(_first(one)), end_of(self.text, _last(one))) for one in spot.parent.value]
        if spot.number + 1 < len(ends):
            return self.put(ends[spot.number][0], ends[spot.number + 1][0], "")
        return self.put(ends[spot.number - 1][1], ends[spot.number][1], "")

    def _unset_lines(self, spot: Spot) -> str:
        start = start_of(spot.key) if spot.key is not None else self.text.rfind("-", 0, start_of(spot.node))
        line = line_start(self.text, start)
        if not self.text[line:start].strip():
            return self.put(line, after_line(self.text, spot.node), "")
        following = _first(spot.parent.value[spot.number + 1]) if spot.number + 1 < len(spot.parent.value) else None
        return self.put(start, start_of(following), "") if following is not None else self.text


def _first(one: Any) -> YamlNode:
    return one[0] if isinstance(one, tuple) else one


def _last(one: Any) -> YamlNode:
    return one[1] if isinstance(one, tuple) else one


def _order(root: YamlNode, path: Path) -> tuple[str, ...]:
    """Return the keys of the mapping at a path in the order of the schema."""
    values = {key.value: value.value for key, value in root.value}
    shape: Shape | None = PROGRAMME_FILE if values.get("schema") == PROGRAMME else WORKSTREAM_FILE
    for step in path:
        if isinstance(shape, Many):
            shape = shape.item
        elif isinstance(shape, Named):
            shape = shape.value
        else:
            shape = shape.keys.get(str(step)) if isinstance(shape, Fields) else None
    keys: Mapping[str, Shape] = shape.keys if isinstance(shape, Fields) else {}
    return tuple(keys)
