"""One step: from nodes to ``Step``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from phoenix_cli.engine import step_parts as parts
from phoenix_cli.engine.fields import NAME, NAME_RULE, Reading, constant
from phoenix_cli.engine.model import (
    EFFECTS,
    MAX_CHILDREN,
    ON_AMBIGUOUS,
    PRIORITIES,
    Action,
    Call,
    Other,
    Run,
    Step,
    SubFlow,
)  # fmt: skip
from phoenix_cli.engine.problems import Place
from phoenix_cli.engine.yaml_nodes import Node
from phoenix_cli.kernel.records import record


@record
class StepKind:
    """A kind of step that a higher layer hands in: its key in the file, and a check that returns what is wrong, or "".

    ``command`` turns its body, with every text filled in, into the command that is run; a ``PhoenixError`` refuses it.
    """

    name: str
    check: Callable[[Any], str]
    command: Callable[[Any], Run] | None = None


Reader = Callable[[Reading, Node], Any]
OWN_KINDS = ("run", "call", "flow")
BODY_KEYS = ("arguments", "inputs")  # beside ``call`` and ``flow``


def _texts(reading: Reading, node: Node) -> tuple[str, ...]:
    return reading.list(node, reading.text)


def _names(reading: Reading, node: Node) -> tuple[str, ...]:
    return reading.list(node, reading.name)


def _when(reading: Reading, node: Node) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    text = reading.text(node).strip()
    return text[3:-2].strip() if text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1 else text


def _for_each(reading: Reading, node: Node) -> tuple[Any, ...] | str | None:
    if isinstance(node.value, str):
        return node.value
    if not isinstance(node.value, list):
        reading.wrong(node, "a list, or an expression that gives one,")
        return None
    if len(node.value) > MAX_CHILDREN:
        reading.note("range", f"more than {MAX_CHILDREN:,} items", node.place)
        return None
    return tuple([constant(one.plain()) for one in node.value])


def _env(reading: Reading, node: Node) -> dict[str, str]:
    found = {}
    for name, value in reading.mapping(node, "environment variables").items():
        if not name or "=" in name or "\0" in name:
            reading.note("name", f"{name[:60]!r} cannot be an environment variable", node.keys.get(name, node.place))
        found[name] = reading.word(value)
    return found


def _command(reading: Reading, node: Node) -> Run:
    if not isinstance(node.value, list):
        text = reading.text(node)
        if isinstance(node.value, str) and not text.strip():
            reading.note("empty", "there is no command here", node.place)
        return Run(shell=text)
    argv = reading.list(node, reading.word)
    if not argv or not argv[0].strip():
        reading.note("empty", "there is no command here", node.place)
    return Run(argv)


def _command_or_call(reading: Reading, node: Node) -> Action:
    if not isinstance(node.value, dict):
        return _command(reading, node)
    found = reading.keys(node, ("run", "call", "arguments"), "commands")
    if "call" in found:
        return _call(reading, found)
    if "run" in found:
        return _command(reading, found["run"])
    reading.note("missing_key", "a command needs run or call", node.place)
    return Run()


def _call(reading: Reading, entries: Mapping[str, Node]) -> Call:
    node = entries["call"]
    target = reading.text(node)
    module, colon, function = target.partition(":")
    if not colon or not all(part.isidentifier() for part in [*module.split("."), *function.split(".")]):
        reading.note("call", f"{target[:60]!r} is no function", node.place, "write module:function")
    return Call(target, _json_mapping(reading, entries.get("arguments"), "arguments"))


def _json_mapping(reading: Reading, node: Node | None, what: str) -> Mapping[str, Any]:
    if node is None:
        return {}
    return {name: constant(one.plain()) for name, one in reading.mapping(node, what).items()}


# key in the file -> field of Step and its reader. The schema's test walks this table.
FIELDS: dict[str, tuple[str, Reader]] = {
    "needs": ("needs", _names),
    "when": ("when", _when),
    "for_each": ("for_each", _for_each),
    "resources": ("resources", parts.read_requests),
    "timeout": ("timeouts", parts.read_timeouts),
    "retry": ("retry", parts.read_retry),
    "breaker": ("breaker", parts.read_breaker),
    "cache": ("cache", parts.read_cache),
    "effect": ("effect", lambda reading, node: reading.choice(node, EFFECTS)),
    "on_ambiguous": ("on_ambiguous", lambda reading, node: reading.choice(node, ON_AMBIGUOUS)),
    "check": ("check", _command_or_call),
    "undo": ("undo", _command_or_call),
    "phase": ("phase", lambda reading, node: reading.text(node)),
    "priority": ("priority", lambda reading, node: reading.choice(node, PRIORITIES)),
    "keep_going": ("keep_going", lambda reading, node: reading.flag(node)),
    "outputs": ("outputs", parts.read_outputs),
    "dir": ("dir", lambda reading, node: reading.text(node)),
    "env": ("env", _env),
}
DEFAULTS = (
    "resources",
    "timeout",
    "retry",
    "breaker",
    "cache",
    "effect",
    "on_ambiguous",
    "phase",
    "priority",
    "keep_going",
    "dir",
    "env",
)


class StepReader:
    """Reads steps that share defaults and kinds."""

    def __init__(self, reading: Reading, kinds: Mapping[str, StepKind], defaults: Mapping[str, Any]) -> None:
        self.reading = reading
        self.kinds = kinds
        self.defaults = defaults
        self.allowed = (*OWN_KINDS, *BODY_KEYS, *kinds, *FIELDS)

    def step(self, name: str, node: Node, place: Place) -> Step:
        """Return the step; one that cannot be understood does nothing, so that nobody who needs it is told it is missing."""
        reading = self.reading
        if not NAME.fullmatch(name):
            reading.note("name", f"{name[:60]!r} is no name for a step", place, NAME_RULE)
            name = name[:60]
        if not isinstance(node.value, dict):
            reading.wrong(node, "a mapping", "a step is a mapping with run, call or flow")
            return Step(name, Run(), place=place)
        entries = reading.keys(node, self.allowed, "steps")
        action = self.action(name, node, entries, place)
        values = dict(self.defaults)
        for key, entry in entries.items():
            if key in FIELDS:
                field, read = FIELDS[key]
                values[field] = self.merged(field, read(reading, entry))
        self.rules(name, values, place)
        return Step(name, action or Run(), place=place, places=_places(node, entries), **values)

    def merged(self, field: str, value: Any) -> Any:
        """Add the defaults' environment under the step's own."""
        return {**self.defaults.get("env", {}), **value} if field == "env" else value

    def rules(self, name: str, values: dict[str, Any], place: Place) -> None:
        """Fill in the effect that the rest implies, and note what does not go together."""
        if "effect" not in values:
            values["effect"] = "pure" if values.get("cache") or values.get("outputs") else "idempotent"
        if values.get("cache") and values["effect"] != "pure":
            self.reading.note(
                "cache_effect", f"{name} is cached but {values['effect']}", place, "only pure steps are cached"
            )
        if values.get("on_ambiguous") == "verify" and not values.get("check"):
            self.reading.note(
                "missing_key", f"{name} is to be verified but has no check", place, "check: a command; 0 done, 10 not"
            )
        if values.get("on_ambiguous") == "compensate" and not values.get("undo"):
            self.reading.note("missing_key", f"{name} is to be compensated but has no undo", place, "undo: a command")

    def action(self, name: str, node: Node, entries: Mapping[str, Node], place: Place) -> Action | None:
        """Return what the step does."""
        found = [key for key in (*OWN_KINDS, *self.kinds) if key in entries]
        if len(found) != 1:
            wanted = ", ".join((*OWN_KINDS, *self.kinds))
            which = f"both {found[0]} and {found[1]}" if found else "nothing to do"
            self.reading.note(
                "kind", f"{name} has {which}", node.keys.get(found[1], place) if found else place, f"one of {wanted}"
            )
            return None
        kind = found[0]
        for key, owner in (("arguments", "call"), ("inputs", "flow")):
            if key in entries and owner != kind:
                self.reading.note("unknown_key", f"{key} belongs to {owner}, not to {kind}", node.keys.get(key, place))
        return self.made(kind, entries)

    def made(self, kind: str, entries: Mapping[str, Node]) -> Action:
        """Return the action of one kind."""
        if kind == "run":
            return _command(self.reading, entries["run"])
        if kind == "call":
            return _call(self.reading, entries)
        if kind == "flow":
            inputs = _json_mapping(self.reading, entries.get("inputs"), "inputs")
            return SubFlow(self.reading.text(entries["flow"]), inputs)
        body = constant(entries[kind].plain())
        if wrong := self.kinds[kind].check(body):
            self.reading.note("kind", wrong, entries[kind].place)
        return Other(kind, body)


def _places(node: Node, entries: Mapping[str, Node]) -> dict[str, Place]:
    places = dict(node.keys)
    for key in ("needs", "run", "outputs"):
        entry = entries.get(key)
        if entry is not None and isinstance(entry.value, list):
            places |= {f"{key}.{number}": one.place for number, one in enumerate(entry.value)}
    for key in ("when", "run", "for_each"):
        if key in entries:
            places[f"{key}="] = entries[key].place
    return places
