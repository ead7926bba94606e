"""What a command hands on: ``name=text`` and ``name:=json``, a line each, or one JSON object. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.interface import OUTPUT_BYTES
from phoenix_cli.kernel.errors import Failed

SUFFIX = ".outputs"


def file_of(log: Path) -> Path:
    """Return the file that ``PHOENIX_OUTPUT`` names: beside the log of the attempt."""
    return log.with_name(log.name.removesuffix(".log") + SUFFIX)


def read_values(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """Return the named values that a command wrote; no file, no values. Raises ``Failed`` for what nobody can read."""
    try:
        with path.open("rb") as file:
            data = file.read(OUTPUT_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Failed(
            "its outputs cannot be read", code="command.outputs", cause=(error.strerror or "").lower()
        ) from None
    values = parse(data)
    return {name: values[name] for name in names if name in values}


def parse(data: bytes) -> dict[str, Any]:
    """Return all values of an outputs file. Raises ``Failed`` when it is too large or not in the format."""
    if len(data) > OUTPUT_BYTES:
        raise _bad("too large", f"at most {OUTPUT_BYTES:,} bytes are handed on; write a file instead")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad("not in UTF-8", f"byte {error.start}") from None
    values = _object(text) if text.lstrip().startswith("{") else _lines(text)
    if len(json.dumps(values)) > OUTPUT_BYTES:
        raise _bad("too large", f"as JSON at most {OUTPUT_BYTES:,} bytes are handed on; write a file instead")
    return values


def _object(text: str) -> dict[str, Any]:
    found = _json(text, "one JSON object")
    assert isinstance(found, dict)  # it begins with a brace
    return found


def _lines(text: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, each in enumerate(text.split("\n"), 1):  # not ``splitlines``: a value may hold any other separator
        each = each.removesuffix("\r")
        if each.strip():
            name, value = _pair(each, number)
            values[name] = value
    return values


def _pair(each: str, number: int) -> tuple[str, Any]:
    name, found, value = each.partition("=")
    if not found or not name.rstrip(":").strip():
        raise _bad("not in the format", f"line {number} is neither name=text nor name:=json")
    if name.endswith(":"):
        return name[:-1].strip(), _json(value, f"line {number}")
    return name.strip(), value


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise _bad("nested too deeply", where) from None
    except ValueError as error:
        raise _bad("no JSON", f"{where}: {error}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _bad(what: str, cause: str) -> Failed:
    return Failed(f"its outputs are {what}", code="command.outputs", cause=cause)


def told(error: Failed) -> str:
    """Return a refusal of outputs in one line, as a report carries it."""
    return f"{error.message}: {error.cause}" if error.cause else error.message


def wanted(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """Return the variables of a command that hands values on."""
    return {**environ, "PHOENIX_OUTPUT": str(path)}
