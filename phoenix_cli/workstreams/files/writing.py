"""New files in the form that git merges best: block style, a field a line, keys in the order of the schema."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_cli.workstreams.files.json_schema import FIRST_LINE
from phoenix_cli.workstreams.files.rendering import Value, entries
from phoenix_cli.workstreams.files.tables import WORKSTREAM, WORKSTREAM_FILE


def written(values: Mapping[str, Value], schema: str = "./workstream.schema.json") -> str:
    """Return the text of a workstream file; ``schema`` is where editors find the JSON Schema."""
    known = [key for key in WORKSTREAM_FILE.keys if key in values]
    rest = [key for key in values if key not in WORKSTREAM_FILE.keys]  # the reader names them
    lines = entries({"schema": WORKSTREAM} | {key: values[key] for key in known + rest}, 0)
    return "\n".join([FIRST_LINE + schema, *lines]) + "\n"
