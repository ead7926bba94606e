"""Flow files: YAML in, a flow and every mistake in it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.fields import NAME, NAME_RULE, Reading, constant
from phoenix_cli.engine.model import INPUT_TYPES, MAX_STEPS, SCOPES, Flow, Input, Resource, Step
from phoenix_cli.engine.problems import NOWHERE, Place, Problem
from phoenix_cli.engine.step_parts import MAX_CAPACITY
from phoenix_cli.engine.step_reading import DEFAULTS, FIELDS, StepKind, StepReader
from phoenix_cli.engine.yaml_nodes import Node, Refused, compose
from phoenix_cli.kernel.records import record

FLOW_KEYS = (
    "name",
    "inputs",
    "resources",
    "defaults",
    "steps",
    "keep_going",
    "retry_budget",
    "max_parallel",
    "phases",
    "description",
)
INPUT_KEYS = ("type", "default", "required", "help")
NO_KINDS: Mapping[str, StepKind] = {}


@record
class Read:
    """What came of a file: the flow, unless it cannot be understood, and the mistakes in the order of their lines."""

    flow: Flow | None
    problems: tuple[Problem, ...]


def read_flow(text: str, kinds: Mapping[str, StepKind] = NO_KINDS) -> Read:
    """Read a flow file; ``kinds`` are those that higher layers hand in. References are checked by ``validation``."""
    try:
        node, problems = compose(text.removeprefix("\ufeff"))
    except Refused as error:
        return Read(None, error.problems)
    return read_nodes(node, kinds, problems)


def read_nodes(node: Node, kinds: Mapping[str, StepKind], problems: list[Problem]) -> Read:
    """Read a flow from nodes."""
    reading = Reading()
    reading.problems += problems
    if not isinstance(node.value, dict):
        reading.note("empty", "a flow is a mapping with name and steps", node.place)
        return Read(None, tuple(reading.problems))
    flow = _flow(reading, node, kinds)
    found = sorted(reading.problems, key=lambda one: (one.place.line, one.place.column))
    return Read(flow, tuple(found))


def _flow(reading: Reading, node: Node, kinds: Mapping[str, StepKind]) -> Flow:
    found = reading.keys(node, FLOW_KEYS, "flows")
    for key in ("name", "steps"):
        if key not in found:
            reading.note("missing_key", f"the flow has no {key}", node.place, f"{key}: ...")
    options: dict[str, Any] = {}
    if "keep_going" in found:
        options["keep_going"] = reading.flag(found["keep_going"])
    if "retry_budget" in found:
        options["retry_budget"] = reading.number(found["retry_budget"], 0, 1_000_000)
    if "max_parallel" in found:
        options["max_parallel"] = reading.number(found["max_parallel"], 1, 10_000)
    if "phases" in found:
        options["phases"] = reading.list(found["phases"], reading.text)
    if "description" in found:
        reading.text(found["description"])
    return Flow(
        name=reading.name(found["name"]) if "name" in found else "",
        resources=_resources(reading, found.get("resources")),
        inputs=_inputs(reading, found.get("inputs")),
        steps=_steps(reading, found, kinds),
        **options,
    )


def _steps(reading: Reading, found: Mapping[str, Node], kinds: Mapping[str, StepKind]) -> dict[str, Step]:
    if "steps" not in found:
        return {}
    node = found["steps"]
    reader = StepReader(reading, kinds, _defaults(reading, found.get("defaults")))
    entries = reading.mapping(node, "steps")
    if not entries and isinstance(node.value, dict):
        reading.note("empty", "the flow has no steps", node.place)
    if len(entries) > MAX_STEPS:
        reading.note("too_many_steps", f"more than {MAX_STEPS:,} steps", node.place)
        return {}
    made = {}
    for name, entry in entries.items():
        step = None if reading.full else reader.step(name, entry, node.keys.get(name, NOWHERE))
        if step is not None:
            made[name] = step
    return made


def _defaults(reading: Reading, node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    entries = reading.keys(node, DEFAULTS, "defaults")
    return {FIELDS[key][0]: FIELDS[key][1](reading, entry) for key, entry in entries.items()}


def _named(reading: Reading, node: Node | None, what: str) -> list[tuple[str, Node, Place]]:
    if node is None:
        return []
    entries = reading.mapping(node, what)
    for name in entries:
        if not NAME.fullmatch(name):
            reading.note("name", f"{name[:60]!r} is no name", node.keys.get(name, node.place), NAME_RULE)
    return [(name, entry, node.keys.get(name, node.place)) for name, entry in entries.items()]


def _resources(reading: Reading, node: Node | None) -> dict[str, Resource]:
    found = {}
    for name, entry, place in _named(reading, node, "resources"):
        keys = {"capacity": entry}
        if isinstance(entry.value, dict):
            keys = dict(reading.keys(entry, ("capacity", "scope"), "resources"))
        capacity = reading.number(keys["capacity"], 1, MAX_CAPACITY) if "capacity" in keys else 1
        scope = reading.choice(keys["scope"], SCOPES) if "scope" in keys else "machine"
        found[name] = Resource(name, capacity, scope, place)
    return found


def _inputs(reading: Reading, node: Node | None) -> dict[str, Input]:
    return {name: _input(reading, name, entry) for name, entry, _ in _named(reading, node, "inputs")}


def _input(reading: Reading, name: str, node: Node) -> Input:
    if not isinstance(node.value, dict):
        return Input(name, default=constant(node.plain()), required=node.value is None)
    found = reading.keys(node, INPUT_KEYS, "inputs")
    kind = reading.choice(found["type"], INPUT_TYPES) if "type" in found else "any"
    default = constant(found["default"].plain()) if "default" in found else None
    if default is not None and not fits(kind, default):
        reading.note("type", f"the default of {name} is not of type {kind}", found["default"].place)
    required = reading.flag(found["required"]) if "required" in found else "default" not in found
    return Input(name, kind, default, required, reading.text(found["help"]) if "help" in found else "")


def fits(kind: str, value: Any) -> bool:
    """Tell whether a value is of an input's type."""
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    types: dict[str, type | tuple[type, ...]] = {"text": str, "bool": bool, "list": (list, tuple)}
    return kind == "any" or isinstance(value, types[kind])
