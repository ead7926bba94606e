"""Where nodes stand in a text: found by path, with their true ends (PyYAML's block collections end at the next token)."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from phoenix_cli.workstreams.files.yaml_tree import YamlNode

#: Keys; within lists the ``id`` of an item, the text of a scalar item, or its number.
Path: TypeAlias = tuple[str | int, ...]


class Spot(NamedTuple):
    """A node, its key or None for an item, the collection around it, and its number there."""

    node: YamlNode
    key: YamlNode
    parent: YamlNode
    number: int


def plain_tree(node: YamlNode) -> Any:
    """Return a node as dicts, lists and texts."""
    if node.id == "scalar":
        return node.value
    if node.id == "sequence":
        return [plain_tree(one) for one in node.value]
    return {key.value: plain_tree(value) for key, value in node.value}


def find(root: YamlNode, path: Path) -> Spot | None:
    """Return where a path leads, None when nothing stands there."""
    spot = Spot(root, None, None, 0)
    for step in path:
        found = _inside(spot.node, step)
        if found is None:
            return None
        spot = found
    return spot


def _inside(node: YamlNode, step: str | int) -> Spot | None:
    if node.id == "mapping":
        for number, (key, value) in enumerate(node.value):
            if key.value == step:
                return Spot(value, key, node, number)
    elif node.id == "sequence":
        for number, one in enumerate(node.value):
            if is_meant(plain_tree(one), number, step):
                return Spot(one, None, node, number)
    return None


def is_meant(value: Any, number: int, step: str | int) -> bool:
    """Tell whether a list's item is the one that a step of a path names."""
    if isinstance(step, int):
        return number == step
    return bool(value.get("id") == step if isinstance(value, dict) else value == step)


def last_leaf(node: YamlNode) -> YamlNode:
    """Return the scalar or bracketed collection that a node ends with."""
    while node.id != "scalar" and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if node.id == "mapping" else last
    return node


def start_of(node: YamlNode) -> int:
    """Return the index of a node's first character."""
    return int(node.start_mark.index)


def end_of(text: str, node: YamlNode) -> int:
    """Return the index after a node's last character; the line end of a block scalar is not part of it."""
    leaf = last_leaf(node)
    end = int(leaf.end_mark.index)
    if leaf.id == "scalar" and leaf.style in ("|", ">"):
        return start_of(leaf) + len(text[start_of(leaf) : end].rstrip())
    return end


def line_start(text: str, index: int) -> int:
    """Return the index of the first character of a line."""
    return text.rfind("\n", 0, index) + 1


def after_line(text: str, node: YamlNode) -> int:
    """Return where the line after a node begins, the end of the text after the last one."""
    leaf = last_leaf(node)
    end = int(leaf.end_mark.index)
    if leaf.id == "scalar" and leaf.style in ("|", ">") and text[end - 1 : end] == "\n":
        return end
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1
