"""Just enough of JSON Schema draft-07 to check what is shipped."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


def mistakes(schema, value, path="$"):
    """Yield what does not fit, with its path."""
    known = {"$schema", "title", "description", "type", "const", "enum", "pattern", "maxLength", "minimum", "maximum",
             "items", "uniqueItems", "properties", "required", "additionalProperties", "propertyNames"}  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
        yield f"{path}: not {kind}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not one of {schema['enum']}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{path}: {value!r} does not fit"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{path}: {value!r} is too long"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{path}: out of range"
    if isinstance(value, list):
        if schema.get("uniqueItems") and len(set(map(str, value))) < len(value):
            yield f"{path}: not unique"
        for number, one in enumerate(value):
            yield from mistakes(schema["items"], one, f"{path}[{number}]")
    if isinstance(value, dict):
        yield from (f"{path}: no {key}" for key in schema.get("required", ()) if key not in value)
        other = schema.get("additionalProperties", True)
        for key, one in value.items():
            inner = schema.get("properties", {}).get(key, other)
            yield from mistakes(schema.get("propertyNames", {}), key, f"{path}.{key}")
            if inner is False:
                yield f"{path}: {key} is not known"
            elif inner is not True:
                yield from mistakes(inner, one, f"{path}.{key}")
