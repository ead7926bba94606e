"""Values and keys at the border of the store: JSON or bytes, never pickle (which runs what it reads)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from phoenix_cli.engine.cache.model import KEY_BYTES, Kind
from phoenix_cli.kernel.errors import Usage

_SCOPE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}")

_MOST_SCOPES = 16


def encode(value: Any) -> tuple[Kind, bytes]:
    """Return how a value is stored; raise ``Usage`` for what is neither bytes nor JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        return "bytes", bytes(value)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return "json", text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise Usage("only JSON and bytes can be cached", code="cache.value", cause=str(error)) from None


def decode(kind: Kind, data: bytes) -> Any:
    """Return the value; JSON is read anew for each caller, so that none can change another's."""
    return json.loads(data) if kind == "json" else data


def checked_key(key: str) -> str:
    """Return the key; raise ``Usage`` when it is empty, too long, or no text."""
    if not 0 < len(key) <= KEY_BYTES or (not key.isascii() and not _fits(key)) or "\0" in key:
        raise Usage(f"a key of the cache is a text of 1 to {KEY_BYTES:,} bytes", code="cache.key", cause=repr(key[:60]))
    return key


def _fits(key: str) -> bool:
    try:
        return len(key.encode("utf-8")) <= KEY_BYTES
    except UnicodeEncodeError:
        return False


def checked_scope(outer: str, name: str) -> str:
    """Return the scope of this name inside another; raise ``Usage``."""
    if not _SCOPE.fullmatch(name):
        rule = "a letter, digit or _, then these or . @ -; at most 64"
        raise Usage(f"{name[:60]!r} cannot name a scope", code="cache.scope", cause=rule)
    if outer.count("/") >= _MOST_SCOPES - 2:
        raise Usage(f"scopes are at most {_MOST_SCOPES} deep", code="cache.scope")
    return f"{outer}/{name}" if outer else name


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags, each once; raise ``Usage`` for one that cannot be a line of text."""
    for tag in (found := tuple(dict.fromkeys(tags))):
        if "\n" in checked_key(tag):
            raise Usage("a tag is one line", code="cache.tag")
    return found


def chain(scope: str) -> tuple[str, ...]:
    """Return a scope and those around it, the nearest first; the outermost is ``""``."""
    parts = scope.split("/") if scope else []
    return tuple("/".join(parts[:count]) for count in range(len(parts), -1, -1))
