"""The part of JSON Schema that our schema uses, so that a test can hold files against it."""

import re

TYPES = {
    "string": str, "object": dict, "array": (list, tuple), "boolean": bool, "null": type(None),
    "number": (int, float), "integer": int,
}  # fmt: skip


def fits(value, schema, root=None):
    """Tell whether a value is valid; a keyword that is not known here is an error of the test."""
    root = root or schema
    return all(RULES[word](value, rule, schema, root) for word, rule in schema.items())


def _is(value, name):
    if name in ("number", "integer") and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


def _reference(value, rule, _schema, root):
    found = root
    for part in rule.removeprefix("#/").split("/"):
        found = found[part]
    return fits(value, found, root)


def _additional(value, rule, schema, root):
    if not isinstance(value, dict) or rule is True:
        return True
    extra = [one for name, one in value.items() if name not in schema.get("properties", {})]
    return not extra if rule is False else all(fits(one, rule, root) for one in extra)


def _each(value, rule, _schema, root):
    return not isinstance(value, list) or all(fits(one, rule, root) for one in value)


def _properties(value, rule, _schema, root):
    return not isinstance(value, dict) or all(
        fits(value[name], one, root) for name, one in rule.items() if name in value
    )


def _number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


RULES = {
    "$schema": lambda *_: True,
    "$defs": lambda *_: True,
    "title": lambda *_: True,
    "description": lambda *_: True,
    "$ref": _reference,
    "type": lambda v, r, s, root: any(_is(v, name) for name in ([r] if isinstance(r, str) else r)),
    "enum": lambda v, r, s, root: v in r,
    "oneOf": lambda v, r, s, root: sum(fits(v, one, root) for one in r) == 1,
    "properties": _properties,
    "required": lambda v, r, s, root: not isinstance(v, dict) or set(r) <= set(v),
    "additionalProperties": _additional,
    "propertyNames": lambda v, r, s, root: not isinstance(v, dict) or all(fits(name, r, root) for name in v),
    "items": _each,
    "pattern": lambda v, r, s, root: not isinstance(v, str) or bool(re.search(r, v)),
    "minimum": lambda v, r, s, root: not _number(v) or v >= r,
    "maximum": lambda v, r, s, root: not _number(v) or v <= r,
    "exclusiveMinimum": lambda v, r, s, root: not _number(v) or v > r,
    "minLength": lambda v, r, s, root: not isinstance(v, str) or len(v) >= r,
    "minItems": lambda v, r, s, root: not isinstance(v, list) or len(v) >= r,
    "maxItems": lambda v, r, s, root: not isinstance(v, list) or len(v) <= r,
    "minProperties": lambda v, r, s, root: not isinstance(v, dict) or len(v) >= r,
    "maxProperties": lambda v, r, s, root: not isinstance(v, dict) or len(v) <= r,
}
