"""Content hashes: of a step (what it does) and of a flow (what is done, in which order), whatever the file looks like."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.model import Flow, Step

SCHEME = "flow-1"  # changes with the meaning of a field, never with its name in Python alone
_NOT_HASHED = {"place", "places", "needs"}


def fingerprint(step: Step) -> str:
    """Return a hash of one step without what it needs: the key of measured durations."""
    fields = {
        field.name: _plain(value)
        for field in dataclasses.fields(step)
        if field.name not in _NOT_HASHED and (value := getattr(step, field.name)) is not None
    }
    return _hash([SCHEME, type(step.action).__name__, fields])


def flow_hash(flow: Flow, graph: Graph | None = None) -> str:
    """Return a hash of steps, edges, resources and inputs; order of steps, comments and places do not count."""
    graph = graph or build(flow)
    steps = sorted(
        [name, fingerprint(step), sorted(graph.names[one] for one in graph.before[graph.numbers[name]])]
        for name, step in flow.steps.items()
    )
    resources = sorted([one.name, one.capacity] for one in flow.resources.values())
    inputs = sorted([one.name, one.type, json.dumps(_plain(one.default)), one.required] for one in flow.inputs.values())
    return _hash([SCHEME, flow.name, steps, resources, inputs, flow.keep_going, flow.retry_budget, flow.max_parallel])


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.name not in _NOT_HASHED]
        return [type(value).__name__, {name: _plain(getattr(value, name)) for name in names}]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
