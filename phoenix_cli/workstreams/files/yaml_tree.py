"""A text as PyYAML's nodes, within limits that are checked before the C parser may crash or drown.

``yaml.compose`` with the base loader: every scalar is text, so ``no``, ``10:00`` and ``0123456`` stay what they are, and
nodes know their places. It takes 80 us a file, half of the safe loader's time. But it recurses in C (100,000 brackets
end the process) and follows aliases, so a doubtful text is first read as a stream of events, which does neither.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml

from phoenix_cli.workstreams.findings import Finding

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
MAX_NODES = 20_000
YamlNode: TypeAlias = Any  # a ``yaml.Node``; its stubs know neither ``id`` nor ``value``
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_LONG_LEAD = re.compile(r"^[ \t?:-]{64}", re.MULTILINE)
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class Unreadable(ValueError):
    """The text is not one YAML document within the limits."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def decode(data: bytes) -> str:
    """Return the text of a file, with its BOM; raise ``Unreadable`` for what is too large or no UTF-8."""
    if len(data) > MAX_BYTES:
        raise Unreadable(Finding("E-SIZE", f"the file is larger than {MAX_BYTES:,} bytes", line=1, column=1))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        hint = "save the file as UTF-8"
        raise Unreadable(
            Finding("E-UTF8", f"byte 0x{data[error.start]:02x} is not UTF-8", "", line, column, hint)
        ) from None


def tree(text: str) -> YamlNode:
    """Return the mapping that a text is, without BOM; raise ``Unreadable``."""
    try:
        if _is_doubtful(text):
            _scan(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_broken(error)) from None
    except yaml.reader.ReaderError as error:
        raise Unreadable(_unprintable(text, error)) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise Unreadable(Finding("E-YAML", f"not YAML: {' '.join(str(error).split())[:200]}", "", 1, 1)) from None
    if not isinstance(node, yaml.MappingNode):
        what = "the file is empty" if node is None else "the file is not a mapping of keys to values"
        raise Unreadable(Finding("E-YAML", what, "", 1, 1, "schema: phoenix/workstream@1"))
    return node


def is_tagged(node: YamlNode) -> bool:
    """Tell whether a node has a tag of its own (``!!python/...``)."""
    return node.tag not in _TAGS


def _is_doubtful(text: str) -> bool:
    """Tell whether a text may be deep, wide, or hold anchors: cheap upper bounds, for nearly every file says no."""
    if "&" in text or text.count("[") + text.count("{") > MAX_DEPTH or _LONG_LEAD.search(text):
        return True
    return len(text) > MAX_NODES and sum(map(text.count, (",", ":", "- ", "\n"))) > MAX_NODES


def _scan(text: str) -> None:
    nodes = depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if event.anchor is not None:
                sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
                raise Unreadable(_at(event, "E-ALIAS", f"anchors and aliases are not used here: {sign}{event.anchor[:40]}",
                                     "write the value out, or put it in quotes"))  # fmt: skip
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(_at(event, "E-DEPTH", f"nested deeper than {MAX_DEPTH} levels"))
        if nodes > MAX_NODES:
            raise Unreadable(_at(event, "E-SIZE", f"more than {MAX_NODES:,} values"))


def _at(event: Any, code: str, message: str, hint: str = "") -> Finding:
    mark = event.start_mark
    return Finding(code, message, "", mark.line + 1, mark.column + 1, hint)


def _broken(error: yaml.MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or error.context or "it cannot be read"
    if problem == "but found another document":
        return Finding("E-YAML", "a file is one document", "", line, column, "remove the ---")
    return Finding("E-YAML", f"not YAML: {problem}", "", line, column)


def _unprintable(text: str, error: Any) -> Finding:
    sign = error.character if isinstance(error.character, str) else chr(error.character)
    at = max(text.find(sign), 0)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return Finding("E-YAML", f"a character that YAML does not allow: U+{ord(sign):04X}", "", line, column)
