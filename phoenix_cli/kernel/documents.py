"""Read documents that strangers wrote: JSON, JSON with comments, TOML, YAML, XML, each within limits.

Every loader takes text and returns plain values, or raises ``DocumentError`` with a line where there is one. Limits, and
why: PyYAML's C loader dies (segmentation fault) at a nesting depth of 100,000; 753 bytes of chained merge keys cost it
19 s of CPU; nine levels of aliases expand to gigabytes when the result is written out.
"""

from __future__ import annotations

import json
import re
from typing import Any

from phoenix_cli.kernel.document_limits import MAX_BYTES, MAX_DEPTH, MAX_NODES, DocumentError

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "DocumentError",
    "load_json",
    "load_jsonc",
    "load_toml",
    "load_xml",
    "load_yaml",
]


def load_json(text: str) -> Any:
    """Parse JSON; a byte order mark is accepted."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise DocumentError(f"not JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        raise DocumentError("nested too deeply") from None


# Strings first, so that // inside a string stays. Two passes, each linear: comments, then a comma before a bracket.
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[\]}])')


def load_jsonc(text: str) -> Any:
    """Parse JSON that may hold comments and trailing commas (tsconfig, deno.jsonc, devcontainer.json)."""
    try:
        return load_json(text)
    except DocumentError:
        plain = _COMMENT.sub(lambda found: found.group(1) or _blank(found.group(0)), text)
        return load_json(_COMMA.sub(lambda found: found.group(1) or "", plain))


def _blank(comment: str) -> str:
    return "\n" * comment.count("\n") or " "  # keeps line numbers right, and words apart


_LONG_KEY = re.compile(r"\.(?:[A-Za-z0-9_-]{1,100}\.){200}")


def load_toml(text: str) -> dict[str, Any]:
    """Parse TOML 1.0; a key of hundreds of parts is refused, for tomllib takes the square of their number."""
    import tomllib

    if _LONG_KEY.search(text):
        raise DocumentError("not TOML: a key has too many parts")
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise DocumentError(f"not TOML: {error}", int(found.group(1)) if found else None) from None
    except RecursionError:
        raise DocumentError("nested too deeply") from None


def load_yaml(text: str) -> Any:
    """Parse the first YAML document; dates stay text, tags of a program's own become plain values."""
    from phoenix_cli.kernel.yaml_loading import load

    return load(text)


def load_xml(text: str) -> Any:
    """Parse XML into an ``xml.etree.ElementTree.Element``; entities and document types are refused."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(text.removeprefix("\ufeff").encode())
    except ParseError as error:
        raise DocumentError(f"not XML: {error}", error.position[0]) from None
    except (DefusedXmlException, ValueError) as error:
        raise DocumentError(f"refused XML: {type(error).__name__}") from None
