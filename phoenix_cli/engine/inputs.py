"""The values that a run is given: ``--input name=text``, Python values, defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.flow_file import fits
from phoenix_cli.engine.model import Flow, Input
from phoenix_cli.engine.problems import nearest
from phoenix_cli.kernel.errors import Usage


def resolve_inputs(flow: Flow, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for every input; raise ``Usage`` that lists everything that is missing, unknown or of the wrong type."""
    wrong = [
        f"there is no input {name}; {nearest(name, flow.inputs) or 'the flow has none'}"
        for name in given
        if name not in flow.inputs
    ]
    found: dict[str, Any] = {}
    for name, wanted in flow.inputs.items():
        value = given.get(name, wanted.default)
        if value is None and wanted.required:
            wrong.append(f"{name} has no value{f': {wanted.help}' if wanted.help else ''}")
        elif value is not None and not fits(wanted.type, value):
            wrong.append(f"{name} is to be of type {wanted.type}, not {json.dumps(value, default=str)[:60]}")
        found[name] = value
    if wrong:
        raise Usage(
            "the inputs do not fit the flow", code="flow.inputs", cause="; ".join(wrong), details={"errors": wrong}
        )
    return found


def parse_input(wanted: Input | None, text: str) -> Any:
    """Return the value that a text on the command line stands for, by the type of the input; text when in doubt."""
    kind = wanted.type if wanted else "any"
    if kind in ("text", "any") and not (wanted and isinstance(wanted.default, bool | int | float | list | tuple)):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return [part.strip() for part in text.split(",")] if kind == "list" else text
