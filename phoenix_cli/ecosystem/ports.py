"""Port numbers in what maintainers wrote: shell lines, compose mappings, addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: ``${PORT:-8000}``, ``${PORT-8000}``, ``${PORT:=8000}``, ``${PORT}``, ``$PORT``.
_VARIABLE = re.compile(r"\$\{(\w+)(?::?[-=]([^}]{0,200})|:?[?+][^}]{0,200})?\}|\$(\w+)")

MAX_LINE = 4_000
_IN_LINE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:^|\s)--?(?:http[-_])?port[=\s]+[\"']?(\d{2,5})\b",
        r"(?:^|\s)(?:-b|--bind|-l|--listen|--addr|--address|--http|--bind-address|-a)[=\s]+[\"']?[\w.\[\]:/*-]*?:(\d{2,5})\b",
        r"(?:^|\s)-p[=\s]*[\"']?(\d{2,5})(?=[\s\"']|$)",
        r"\b(?:[A-Z]+_)?PORT=[\"']?(\d{2,5})\b",
        r"-Dserver\.port=(\d{2,5})\b",
        r"--(?:listen|client|http)[\w-]*url[\w-]*[=\s]+[\"']?https?://[\w.\[\]-]+:(\d{2,5})\b",
        r"(?:^|\s)(?:runserver|-S|server)\s+(?:[\w.\[\]-]*:)?(\d{4,5})\b",
        r"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]):(\d{2,5})\b",
    )
)


def resolve(text: str, values: Mapping[str, str] | None = None) -> str:
    """Replace shell variables by ``values``, else by their default, else leave them as they are."""

    def replaced(found: re.Match[str]) -> str:
        name = found.group(1) or found.group(3)
        known = (values or {}).get(name) or found.group(2)
        return known if known is not None else found.group(0)

    return _VARIABLE.sub(replaced, _VARIABLE.sub(replaced, text))


def port_number(value: object) -> int | None:
    """Return a port number from 1 to 65535, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip().strip("'\"")
    return int(text) if re.fullmatch(r"\d{1,5}", text) and 0 < int(text) < 65_536 else None


def port_in_line(line: str, values: Mapping[str, str] | None = None) -> int | None:
    """Return the port that a command line sets for its own server, None where it leaves it open."""
    text = resolve(line[:MAX_LINE], values)
    for pattern in _IN_LINE:
        found = pattern.search(text)
        if found is not None:
            return port_number(found.group(1))
    return None
