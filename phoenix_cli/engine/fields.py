"""Readers of single values: each takes a node, returns a typed value, and notes what is wrong instead of stopping."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from phoenix_cli.engine.durations import parse_duration
from phoenix_cli.engine.problems import MAX_PROBLEMS, Place, Problem, nearest
from phoenix_cli.engine.yaml_nodes import Node

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
NAME_RULE = "a name is a letter, then letters, digits, - and _"

T = TypeVar("T")


class Reading:
    """The mistakes found so far; at most ``MAX_PROBLEMS`` are kept."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @property
    def full(self) -> bool:
        """Whether there are so many mistakes that more would help nobody."""
        return len(self.problems) >= MAX_PROBLEMS

    def note(self, code: str, message: str, place: Place, hint: str = "") -> None:
        """Keep a mistake."""
        if not self.full:
            self.problems.append(Problem(f"flow.{code}", message, place, hint))

    def wrong(self, node: Node, wanted: str, hint: str = "") -> None:
        """Note a value of the wrong type."""
        self.note("type", f"{wanted} belongs here, not {_shown(node)}", node.place, hint)

    def mapping(self, node: Node, what: str) -> Mapping[str, Node]:
        """Return a mapping's entries; nothing and a note for anything else."""
        if isinstance(node.value, dict):
            return node.value
        self.wrong(node, f"a mapping of {what}")
        return {}

    def keys(self, node: Node, known: Iterable[str], what: str) -> Mapping[str, Node]:
        """Return a mapping's entries and note each key that is not known."""
        entries = self.mapping(node, what)
        allowed = set(known)
        for name in entries:
            if name not in allowed and not self.full:
                place = node.keys.get(name, node.place)
                self.note("unknown_key", f"{what} have no key {name[:60]}", place, nearest(name, allowed))
        return {name: entry for name, entry in entries.items() if name in allowed}

    def text(self, node: Node) -> str:
        """Return text."""
        if isinstance(node.value, str) and "\0" not in node.value:
            return node.value
        hint = f'write it in quotes: "{str(node.value).lower()}"' if isinstance(node.value, bool | int | float) else ""
        self.wrong(node, "text", hint)
        return ""

    def word(self, node: Node) -> str:
        """Return text, where numbers and truth values are also meant as text (arguments, environment)."""
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        return str(node.value) if isinstance(node.value, int | float) else self.text(node)

    def name(self, node: Node) -> str:
        """Return a name."""
        found = self.text(node)
        if found and not NAME.fullmatch(found):
            self.note("name", f"{found[:60]!r} is no name", node.place, NAME_RULE)
        return found

    def flag(self, node: Node) -> bool:
        """Return true or false."""
        if isinstance(node.value, bool):
            return node.value
        words = {"yes": "true", "on": "true", "no": "false", "off": "false"}
        hint = words.get(str(node.value).lower(), "")
        self.wrong(node, "true or false", f"did you mean {hint}?" if hint else "")
        return False

    def number(self, node: Node, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            if least <= node.value <= most:
                return node.value
            self.note("range", f"{node.value} is not between {least} and {most:,}", node.place)
            return least
        self.wrong(node, "a whole number")
        return least

    def factor(self, node: Node) -> float:
        """Return a number between 1 and 100."""
        value = node.value
        if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= 100:
            return float(value)
        self.wrong(node, "a number between 1 and 100")
        return 1.0

    def seconds(self, node: Node) -> float:
        """Return a duration in seconds."""
        try:
            return parse_duration(node.value)
        except ValueError as error:
            self.note("duration", f"{_shown(node)} is no duration", node.place, str(error))
            return 1.0

    def choice(self, node: Node, words: tuple[T, ...]) -> T:
        """Return one of some words; the first where it is none of them."""
        if node.value in words:
            return node.value  # type: ignore[no-any-return]
        known = [str(word) for word in words]
        self.note(
            "choice", f"{_shown(node)} is not one of {', '.join(known)}", node.place, nearest(str(node.value), known)
        )
        return words[0]

    def list(self, node: Node, read: Callable[[Node], T], one_is_enough: bool = True) -> tuple[T, ...]:
        """Return each item as read; a single value stands for a list of one."""
        if isinstance(node.value, list):
            return tuple([read(one) for one in node.value])
        if one_is_enough and node.value is not None and not isinstance(node.value, dict):
            return (read(node),)
        self.wrong(node, "a list")
        return ()


def _shown(node: Node) -> str:
    if isinstance(node.value, list):
        return "a list"
    if isinstance(node.value, dict):
        return "a mapping"
    if node.value is None:
        return "nothing"
    return repr(node.value)[:60] if isinstance(node.value, str) else str(node.value).lower()


def constant(value: Any) -> Any:
    """Return a JSON value in a form that nobody changes by accident: lists become tuples."""
    if isinstance(value, list | tuple):
        return tuple(constant(one) for one in value)
    return {name: constant(one) for name, one in value.items()} if isinstance(value, dict) else value
