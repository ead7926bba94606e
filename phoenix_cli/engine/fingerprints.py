"""Content hashes: of a step (what it does) and of a flow (what is done, in which order), whatever the file looks like.

Only what differs from a field's default counts, so a new field changes no hash of a flow that does not use it.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.model import Flow, Step
from phoenix_cli.kernel.compact_json import compact_sorted
from phoenix_cli.kernel.digests import blake2b

SCHEME = "flow-1"  # changes with the meaning of a field
_NOT_HASHED = {"place", "places", "needs"}


Prints = Mapping[str, str]


def fingerprint(step: Step) -> str:
    """Return a hash of one step without what it needs: the key of measured durations."""
    return _hash([SCHEME, _fields(step)])


def fingerprints(flow: Flow) -> dict[str, str]:
    """Return the hash of each step by its name."""
    return {name: fingerprint(step) for name, step in flow.steps.items()}


def flow_hash(flow: Flow, graph: Graph | None = None, prints: Prints | None = None) -> str:
    """Return a hash of steps, edges, resources and inputs; order of steps, comments and places do not count."""
    graph = graph or build(flow)
    prints = prints or fingerprints(flow)
    names, before, numbers = graph.names, graph.before, graph.numbers
    steps = {name: [prints[name], *sorted([names[one] for one in before[numbers[name]]])] for name in flow.steps}
    resources = {
        one.name: one.capacity if one.scope == "machine" else [one.capacity, one.scope]
        for one in flow.resources.values()
    }
    inputs = {one.name: _fields(one) for one in flow.inputs.values()}
    return _hash([SCHEME, flow.name, steps, resources, inputs, flow.keep_going, flow.retry_budget, flow.max_parallel])


def idempotency_key(run_id: str, step: str) -> str:
    """Return what a step hands to a service that must act once: the same in every attempt, another in every run."""
    return blake2b(f"{SCHEME}\0{run_id}\0{step}".encode(), digest_size=16).hexdigest()


class _Shape(NamedTuple):
    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    take: Callable[[Any], tuple[Any, ...]]


@functools.cache
def _shape(kind: type) -> _Shape:
    names, defaults = [], []
    for field in dataclasses.fields(kind):
        if field.name not in _NOT_HASHED:
            names.append(field.name)
            defaults.append(field.default_factory() if callable(field.default_factory) else field.default)
    take = operator.attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    return _Shape(tuple(names), tuple(defaults), take)


def _fields(value: Any) -> dict[str, Any]:
    shape = _shape(type(value))  # type: ignore[arg-type]  # a class is hashable
    found: dict[str, Any] = {"": type(value).__name__}
    for name, one, default in zip(shape.names, shape.take(value), shape.defaults, strict=True):
        if one is not default and one != default:
            found[name] = _plain(one)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value):
        return _fields(value)
    return {str(name): _plain(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _hash(value: Any) -> str:
    return blake2b(compact_sorted(value).encode("ascii"), digest_size=16).hexdigest()
