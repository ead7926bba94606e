"""Mappings in a file: with known keys as a named tuple, or from names to values of one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from phoenix_cli.engine.problems import nearest
from phoenix_cli.workstreams.files.shapes import BAD, Json, Reading, Shape, Text, place_of, shown
from phoenix_cli.workstreams.files.yaml_tree import YamlNode, is_tagged
from phoenix_cli.workstreams.model import At


class Named:
    """A mapping from names to values of one shape."""

    def __init__(self, name: Text, value: Shape) -> None:
        self.name, self.value = name, value

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the values by name."""
        found: dict[str, Any] = {}
        for key, value in pairs(node, reading):
            made = self.value.read(value, reading)
            if self.name.read(key, reading) is not BAD and made is not BAD:
                found[key.value] = made
        return found

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        return {"type": "object", "propertyNames": self.name.schema(), "additionalProperties": self.value.schema()}


class Field(NamedTuple):
    """A key of a mapping, and the place of its value in the tuple that is made."""

    at: int
    shape: Shape


class Fields:
    """A mapping with known keys, as a named tuple; its last field is ``place`` where it has one.

    ``keys`` maps the key in the file to its shape; the tuple's field has the same name with ``_`` for ``-``.
    """

    def __init__(self, make: Any, keys: Mapping[str, Shape], required: Sequence[str] = (), *, what: str) -> None:
        self.make, self.keys, self.required, self.what = make, keys, required, what
        names: Sequence[str] = make._fields
        self._fields = {key: Field(names.index(key.replace("-", "_")), shape) for key, shape in keys.items() if shape}
        self._placed = "place" in names
        self._defaults = [make._field_defaults.get(name) for name in names]

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the tuple; ``BAD`` when a required key is missing or wrong."""
        values = self.values(node, reading)
        return BAD if values is BAD else self.make._make(values)

    def values(self, node: YamlNode, reading: Reading, places: dict[str, At] | None = None) -> Any:
        """Return the values of all fields in order, and note in ``places`` where keys stand; ``BAD`` like ``read``."""
        values = list(self._defaults)
        if self._placed:
            values[-1] = place_of(node)
        missing = set(self.required)
        good = node.id == "mapping"
        for key, value in pairs(node, reading):
            field = self._fields.get(key.value)
            if field is None:
                self._unknown(key, reading)
                continue
            if places is not None:
                places[key.value] = place_of(key)
            made = field.shape.read(value, reading)
            if made is not BAD:
                values[field.at] = made
            elif key.value in missing:
                good = False
            missing.discard(key.value)
        for name in self.required if missing and node.id == "mapping" else ():
            if name in missing:
                good = reading.note("E-MISSING", f"{self.what} has no {name}", node, f"{name}: ...") is not BAD
        return values if good else BAD

    def _unknown(self, key: YamlNode, reading: Reading) -> None:
        hint = "merge keys are not used here" if key.value == "<<" else nearest(key.value, self.keys)
        reading.note("E-KEY", f"{self.what} has no key {key.value[:60]!r}", key, hint)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        found: Json = {"type": "object", "additionalProperties": False}
        if self.required:
            found["required"] = list(self.required)
        return {**found, "properties": {key: shape.schema() for key, shape in self.keys.items()}}


def pairs(node: YamlNode, reading: Reading) -> list[tuple[YamlNode, YamlNode]]:
    """Return the keys and values of a mapping, each key once; notes what is no mapping."""
    if node.id != "mapping":
        reading.note("E-TYPE", f"{shown(node)} stands where a mapping is expected", node, "key: value")
        return []
    if is_tagged(node):
        reading.note("E-TAG", f"tags are not used here: {node.tag[:60]}", node, "leave the tag out")
    found: dict[str, tuple[YamlNode, YamlNode]] = {}
    for key, value in node.value:
        if key.id != "scalar" or is_tagged(key):
            reading.note("E-KEY", "a key is a word, not a list, mapping or tag", key)
        elif key.value in found:
            first = found[key.value][0].start_mark.line + 1
            reading.note("E-DUPKEY", f"{key.value[:60]} stands here a second time", key, f"first on line {first}")
        else:
            found[key.value] = (key, value)
    return list(found.values())
