"""YAML through PyYAML's C parser, with caps that are checked on the event stream before anything is built."""

from __future__ import annotations

from typing import Any

import yaml

from phoenix_cli.kernel.document_limits import MAX_ALIASES, MAX_DEPTH, MAX_NODES, DocumentError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class _Loader(_Base):  # type: ignore[misc]
    """Safe types only; dates stay text; unknown tags (``!Ref``, ``!reference``) keep their plain value."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class-level table
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in _Base.yaml_implicit_resolvers.items()
    }


def _unknown(loader: Any, _tag: str, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _unknown)


def load(text: str) -> Any:
    """Return the first document as plain values, or raise ``DocumentError``."""
    try:
        _check(text)
        loader = _Loader(text)
        try:
            return loader.get_data() if loader.check_data() else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(f"not YAML: {error.problem or error.context}", mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(f"not YAML: {' '.join(str(error).split())[:200]}") from None


def _line(event: Any) -> int | None:
    return event.start_mark.line + 1 if event.start_mark else None


def _check(text: str) -> None:
    depth = aliases = nodes = merges = 0
    sizes: dict[str, int] = {}  # anchor -> number of nodes that an alias to it stands for
    open_anchors: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.DocumentEndEvent):
            return
        if isinstance(event, _OPENING):
            depth += 1
            nodes += 1
            open_anchors.append((event.anchor, nodes))
        elif isinstance(event, _CLOSING):
            depth -= 1
            anchor, before = open_anchors.pop()
            if anchor:
                sizes[anchor] = nodes - before + 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            nodes += sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.ScalarEvent):
            nodes += 1
            merges += event.value == "<<"
        if depth > MAX_DEPTH:
            raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", _line(event))
        if aliases > MAX_ALIASES or nodes > MAX_NODES or merges > MAX_ALIASES:
            raise DocumentError("expands to too many values", _line(event))
