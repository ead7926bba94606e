"""YAML as values that know their line and column, made from the event stream within limits.

Our own small composer, because PyYAML's values have no places, take the last of two equal keys, read ``on`` and ``no``
as truth values, and grow without bound from aliases and merge keys. Scalars follow YAML 1.2's core rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from phoenix_cli.engine.model import MAX_STEPS
from phoenix_cli.engine.problems import MAX_PROBLEMS, Place, Problem
from phoenix_cli.kernel.document_limits import MAX_ALIASES, MAX_BYTES, MAX_DEPTH, MAX_NODES

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\d{1,30}\.\d{0,30}|\.\d{1,30}|\d{1,30})(?:[eE][-+]?\d{1,3})?")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


_NO_KEYS: dict[str, Place] = {}


class Node:
    """A scalar, a list of nodes, or a mapping from text to nodes (``keys`` holds where each key stands)."""

    __slots__ = ("keys", "place", "size", "value")

    def __init__(self, value: Any, place: Place, keys: dict[str, Place] | None = None, size: int = 1) -> None:
        self.value = value
        self.place = place
        self.keys = _NO_KEYS if keys is None else keys
        self.size = size

    def plain(self) -> Any:
        """Return the value without places."""
        if isinstance(self.value, list):
            return [one.plain() for one in self.value]
        if isinstance(self.value, dict):
            return {name: one.plain() for name, one in self.value.items()}
        return self.value


class Refused(ValueError):
    """The text cannot be read at all: not YAML, or beyond its limits."""

    def __init__(self, problem: Problem, before: tuple[Problem, ...] = ()) -> None:
        super().__init__(problem.message)
        self.problems = (*before, problem)


def compose(text: str) -> tuple[Node, list[Problem]]:
    """Return the first document and its mistakes (equal keys, tags); raise ``Refused``."""
    if len(text) > MAX_BYTES:
        raise Refused(Problem("flow.too_large", f"the file is larger than {MAX_BYTES:,} bytes"))
    try:
        _scan(text)
        return _Composer(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        raise Refused(Problem("flow.not_yaml", f"not YAML: {error.problem or error.context}", place)) from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            Problem("flow.not_yaml", f"not YAML: {' '.join(str(error).split())[:200]}", Place(1, 1))
        ) from None


def _scan(text: str) -> None:
    """Refuse a wide text before anything is built of it: building takes four times as long as the events."""
    if len(text) < MAX_NODES:
        return
    nodes = depth = entries = 0
    for event in yaml.parse(text, Loader=_Loader):
        one = isinstance(event, yaml.NodeEvent)
        nodes += one
        entries += one and depth == 2
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return  # the composer says so; to go on would take the parser minutes
        if depth < 2:
            entries = 0
        if entries > 2 * MAX_STEPS:  # keys and values
            raise Refused(Problem("flow.too_many_steps", f"more than {MAX_STEPS:,} steps", _place(event)))
        if nodes > MAX_NODES:
            raise Refused(Problem("flow.too_many_values", "expands to too many values", _place(event)))


def from_value(value: Any) -> Node:
    """Return plain values as nodes without places: what the Python API hands to the same reader."""
    if isinstance(value, Node):
        return value
    if isinstance(value, list | tuple):
        return Node([from_value(one) for one in value], Place())
    if isinstance(value, dict):
        return Node({str(name): from_value(one) for name, one in value.items()}, Place())
    return Node(value, Place())


class _Composer:
    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        self.anchors: dict[str, Node] = {}
        self.problems: list[Problem] = []
        self.nodes = self.aliases = self.merged = 0

    def document(self) -> tuple[Node, list[Problem]]:
        for event in self.events:
            if isinstance(event, yaml.StreamEndEvent):
                return Node(None, Place(1, 1)), self.problems
            if isinstance(event, yaml.DocumentStartEvent):
                made = self.node(next(self.events), 0)
                self.only_one()
                return made, self.problems
        return Node(None, Place(1, 1)), self.problems

    def only_one(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.note("many_documents", "a flow file is one document", _place(event), "remove the ---")
                return

    def note(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self.problems.append(Problem(f"flow.{code}", message, place, hint))
        if len(self.problems) == MAX_PROBLEMS:
            raise Refused(
                Problem("flow.too_many_mistakes", "too many mistakes to go on reading", place), tuple(self.problems)
            )

    def node(self, event: Any, depth: int) -> Node:
        place = _place(event)
        if isinstance(event, yaml.ScalarEvent):
            self.nodes += 1
            return self.scalar(event, place) if self.nodes <= MAX_NODES else self.too_many(place)
        if depth > MAX_DEPTH:
            raise Refused(Problem("flow.too_deep", f"nested deeper than {MAX_DEPTH} levels", place))
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, place)
        self.count(1, place)
        if isinstance(event, yaml.SequenceStartEvent):
            made = self.sequence(event, place, depth)
        else:
            made = self.mapping(event, place, depth)
        if event.anchor:
            self.anchors[event.anchor] = made
        return made

    def count(self, more: int, place: Place) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES or self.aliases > MAX_ALIASES or self.merged > MAX_NODES:
            self.too_many(place)

    def too_many(self, place: Place) -> NoReturn:
        raise Refused(Problem("flow.too_many_values", "expands to too many values", place))

    def alias(self, event: Any, place: Place) -> Node:
        self.aliases += 1
        found = self.anchors.get(event.anchor)
        if found is None:
            raise Refused(Problem("flow.not_yaml", f"no anchor &{event.anchor} stands before this alias", place))
        self.count(found.size, place)
        return Node(found.value, place, found.keys, found.size)

    def sequence(self, event: Any, place: Place, depth: int) -> Node:
        self.tag(event, place)
        items: list[Node] = []
        for inner in self.events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            items.append(self.node(inner, depth + 1))
        return Node(items, place, size=1 + sum(one.size for one in items))

    def mapping(self, event: Any, place: Place, depth: int) -> Node:
        self.tag(event, place)
        made = Node({}, place, {})
        merges: list[Node] = []
        for inner in self.events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            self.entry(made, merges, inner, depth)
        for merge in merges:
            self.merge(made, merge)
        made.size = 1 + sum(1 + one.size for one in made.value.values())
        return made

    def entry(self, made: Node, merges: list[Node], event: Any, depth: int) -> None:
        key = self.node(event, depth + 1)
        value = self.node(next(self.events), depth + 1)
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            merges.append(value)
            return
        if isinstance(key.value, list | dict):
            self.note("key", "a key is a word, not a list or mapping", key.place)
            return
        name = event.value if isinstance(event, yaml.ScalarEvent) else str(key.value)
        if name in made.value:
            first = made.keys[name]
            self.note(
                "duplicate_key", f"{name[:100]} stands here a second time", key.place, f"first on line {first.line}"
            )
            return
        made.value[name] = value
        made.keys[name] = key.place

    def merge(self, made: Node, merge: Node) -> None:
        for source in merge.value if isinstance(merge.value, list) else [merge]:
            if not isinstance(source.value, dict):
                self.note("merge", "<< takes a mapping or a list of mappings", merge.place)
                continue
            self.merged += len(source.value)
            self.count(sum(1 + one.size for one in source.value.values()), merge.place)
            for name, value in source.value.items():
                if name not in made.value:
                    made.value[name] = value
                    made.keys[name] = source.keys.get(name, merge.place)

    def scalar(self, event: Any, place: Place) -> Node:
        made = Node(event.value, place)
        if event.implicit[0]:
            made.value = _resolve(event.value)
        if event.tag:
            self.tag(event, made.place)
        if event.anchor:
            self.anchors[event.anchor] = made
        return made

    def tag(self, event: Any, place: Place) -> None:
        if event.tag and event.tag != "!":
            self.note("tag", f"tags are not used in flow files: {event.tag[:60]}", place)


def _resolve(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-.0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _place(event: Any) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
