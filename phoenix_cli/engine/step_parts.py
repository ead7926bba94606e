"""Readers of a step's parts that are more than one value: retry, timeout, breaker, cache, resources, outputs."""

from __future__ import annotations

from typing import Any

from phoenix_cli.engine.fields import Reading
from phoenix_cli.engine.model import (
    ERROR_CLASSES,
    Breaker,
    Cache,
    Outputs,
    Request,
    Retry,
    Timeouts,
)  # fmt: skip
from phoenix_cli.engine.problems import nearest
from phoenix_cli.engine.yaml_nodes import Node

MAX_RETRIES = 1_000
MAX_CAPACITY = 1_000_000
RETRY_KEYS = ("count", "backoff", "factor", "max", "on")
TIMEOUT_KEYS = ("queue", "run", "idle", "total")
BREAKER_KEYS = ("target", "failures", "cool_down", "probes")
CACHE_KEYS = ("inputs", "env", "tools", "ttl")
OUTPUT_KEYS = ("values", "files")


def read_retry(reading: Reading, node: Node) -> Retry:
    """Read ``2``, or ``{count: 2, backoff: 1s, factor: 2, max: 1m, on: [failed, timeout, 75]}``."""
    if not isinstance(node.value, dict):
        return Retry(reading.number(node, 0, MAX_RETRIES))
    found = reading.keys(node, RETRY_KEYS, "retries")
    values: dict[str, Any] = {"count": reading.number(found["count"], 0, MAX_RETRIES) if "count" in found else 1}
    if "backoff" in found:
        values["backoff_s"] = reading.seconds(found["backoff"])
    if "factor" in found:
        values["factor"] = reading.factor(found["factor"])
    if "max" in found:
        values["max_s"] = reading.seconds(found["max"])
    if "on" in found:
        values["on"] = reading.list(found["on"], lambda one: _error_class(reading, one))
    return Retry(**values)


def _error_class(reading: Reading, node: Node) -> str | int:
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return reading.number(node, 1, 255)
    return reading.choice(node, ERROR_CLASSES)


def read_timeouts(reading: Reading, node: Node) -> Timeouts:
    """Read ``10m`` (one attempt), or ``{queue: 1h, run: 10m, idle: 1m, total: 2h}``."""
    if not isinstance(node.value, dict):
        return Timeouts(run_s=reading.seconds(node))
    found = reading.keys(node, TIMEOUT_KEYS, "timeouts")
    return Timeouts(**{f"{name}_s": reading.seconds(one) for name, one in found.items()})


def read_breaker(reading: Reading, node: Node) -> Breaker | None:
    """Read a target's name, or ``{target: api, failures: 5, cool_down: 30s, probes: 1}``."""
    if not isinstance(node.value, dict):
        return Breaker(reading.text(node))
    found = reading.keys(node, BREAKER_KEYS, "breakers")
    if "target" not in found:
        reading.note(
            "missing_key", "a breaker needs a target", node.place, "target: the host, model or service that fails"
        )
        return None
    values: dict[str, Any] = {"target": reading.text(found["target"])}
    values |= {name: reading.number(found[name], 1, 1_000) for name in ("failures", "probes") if name in found}
    if "cool_down" in found:
        values["cool_down_s"] = reading.seconds(found["cool_down"])
    return Breaker(**values)


def read_cache(reading: Reading, node: Node) -> Cache | None:
    """Read ``true``, a list of globs, or ``{inputs: [src/**], env: [CC], tools: [gcc], ttl: 1d}``."""
    if isinstance(node.value, bool):
        return Cache() if node.value else None
    if not isinstance(node.value, dict):
        return Cache(reading.list(node, reading.text))
    found = reading.keys(node, CACHE_KEYS, "caches")
    lists = {name: reading.list(found[name], reading.text) for name in ("inputs", "env", "tools") if name in found}
    return Cache(**lists, ttl_s=reading.seconds(found["ttl"]) if "ttl" in found else None)


def read_outputs(reading: Reading, node: Node) -> Outputs:
    """Read names of values, or ``{values: [version], files: [dist/app]}``."""
    if not isinstance(node.value, dict):
        return Outputs(_unique(reading, node, reading.list(node, reading.name)))
    found = reading.keys(node, OUTPUT_KEYS, "outputs")
    values = _unique(reading, found["values"], reading.list(found["values"], reading.name)) if "values" in found else ()
    files = reading.list(found["files"], reading.text) if "files" in found else ()
    return Outputs(values, files)


def _unique(reading: Reading, node: Node, names: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            place = node.value[number].place if isinstance(node.value, list) else node.place
            reading.note("duplicate", f"{name} stands here a second time", place)
        seen.add(name)
    return tuple(dict.fromkeys(names))


def read_requests(reading: Reading, node: Node) -> tuple[Request, ...]:
    """Read ``[gpu]``, or ``{gpu: 1, database: shared, port: exclusive}``."""
    if not isinstance(node.value, dict):
        items = node.value if isinstance(node.value, list) else [node]
        return tuple([Request(reading.name(one), place=one.place) for one in items])
    return tuple([_request(reading, node, name, one) for name, one in node.value.items()])


def _request(reading: Reading, node: Node, name: str, value: Node) -> Request:
    place = node.keys.get(name, value.place)
    if value.value == "shared":
        return Request(name, mode="shared", place=place)
    if value.value == "exclusive":
        return Request(name, mode="exclusive", place=place)
    if isinstance(value.value, str):
        hint = nearest(value.value, ("shared", "exclusive"))
        reading.note("choice", f"{value.value[:60]!r} is not an amount, shared or exclusive", value.place, hint)
        return Request(name, place=place)
    return Request(name, reading.number(value, 1, MAX_CAPACITY), place=place)
