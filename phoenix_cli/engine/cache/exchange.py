"""Entries as JSON lines: a first line that names the format, then a line for each entry, its body in base64.

The lines are the same again after an import into an empty store. Times are the store's own (see ``store_time``); how often
an entry was used does not travel. A file to be imported may come from anyone: a line that is not right is refused, by its
number and with a reason, and the others are taken.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from phoenix_cli.engine.cache.bodies import INLINE_BYTES
from phoenix_cli.engine.cache.matching import Pattern
from phoenix_cli.engine.cache.model import Body, Entry, Imported, New, Refusal
from phoenix_cli.engine.cache.store import Store
from phoenix_cli.engine.cache.values import checked_key, checked_scope, checked_tags
from phoenix_cli.kernel.errors import Failed, PhoenixError, Usage

FORMAT = "phoenix-cache-1"
LINE_BYTES = 64 << 20
LINES = 1_000_000
_TOLD = 100
_LAST_TIME = 253_402_300_799.0  # the year 9999
_FIELDS = {"scope", "key", "kind", "sha256", "cost_s", "created", "expires", "tags", "body"}


def export_lines(store: Store, pattern: Pattern | None = None) -> Iterator[bytes]:
    """Yield the lines; an entry that goes meanwhile, or whose line would be too long to be imported, is left out."""
    yield json.dumps({"format": FORMAT}).encode("ascii") + b"\n"
    for entry in store.entries(pattern):
        if entry.size * 4 // 3 > LINE_BYTES - 8_192:
            continue
        data = store.peek(entry)
        if data is not None:
            yield _line(entry, data)


def _line(entry: Entry, data: bytes) -> bytes:
    fields = {
        "scope": entry.scope, "key": entry.key, "kind": entry.kind, "sha256": entry.hash, "cost_s": entry.cost_s,
        "created": entry.created, "expires": entry.expires, "tags": entry.tags,
        "body": base64.b64encode(data).decode("ascii"),
    }  # fmt: skip
    return json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"


class _Refused(Exception):
    """This line is not taken."""


def import_lines(store: Store, source: BinaryIO) -> Imported:
    """Take what ``export_lines`` wrote, over what has the same keys.

    Raises ``Usage`` when it is no such file, ``Failed`` when the store cannot be written: what was read is in it then.
    """
    _check_format(source)
    taken = expired = refusals = 0
    told: list[Refusal] = []
    for number, line in enumerate(_lines(source), start=2):
        try:
            if _take(store, line, number):
                taken += 1
            else:
                expired += 1
        except _Refused as error:
            refusals += 1
            if len(told) < _TOLD:
                told.append(Refusal(number, str(error)))
    return Imported(taken, expired, refusals, tuple(told))


def _check_format(source: BinaryIO) -> None:
    line = source.readline(1_000)
    try:
        named = json.loads(line)
    except (ValueError, RecursionError):
        named = None
    if named != {"format": FORMAT}:
        raise Usage(
            "this is no export of a cache", code="cache.format", cause=f'its first line is not {{"format": "{FORMAT}"}}'
        )


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Yield at most ``LINES`` lines and one more; of a line that is too long only its beginning, which is refused."""
    for _ in range(LINES + 1):
        line = source.readline(LINE_BYTES + 1)
        if not line:
            return
        yield line
        while len(line) > LINE_BYTES and not line.endswith(b"\n"):
            line = source.readline(LINE_BYTES + 1)


def _take(store: Store, line: bytes, number: int) -> bool:
    if number > LINES + 1:
        raise _Refused(f"there are more than {LINES:,} lines; this and the rest are not taken")
    if len(line) > LINE_BYTES:
        raise _Refused(f"the line is longer than {LINE_BYTES:,} bytes")
    new, data = _read(line)
    now = store.now()
    if now is None:
        raise _unwritable(store, number)
    if new.expires is not None and new.expires <= now:
        return False
    body = Body(hashlib.sha256(data).digest(), len(data), data if len(data) <= INLINE_BYTES else None)
    if not store.write(new._replace(created=min(new.created, now)), body, data):
        raise _unwritable(store, number)
    return True


def _unwritable(store: Store, number: int) -> Failed:
    return Failed("the entry could not be kept", code="cache.import", cause=f"line {number}: {store.problem}")


def _read(line: bytes) -> tuple[New, bytes]:
    try:
        fields = json.loads(line, parse_constant=_no_constant)
        if not isinstance(fields, dict) or set(fields) != _FIELDS:
            raise _Refused(f"an entry has the fields {', '.join(sorted(_FIELDS))}")
        data = base64.b64decode(_text(fields, "body"), validate=True)
        if hashlib.sha256(data).hexdigest() != fields["sha256"]:
            raise _Refused("the body is not what sha256 says")
        return _entry(fields, data), data
    except (ValueError, RecursionError, binascii.Error) as error:
        raise _Refused(f"it cannot be read: {error}") from None
    except PhoenixError as error:
        raise _Refused(f"{error.message}: {error.cause}") from None


def _entry(fields: dict[str, Any], data: bytes) -> New:
    kind = fields["kind"]
    if kind == "json":
        json.loads(data)
    elif kind != "bytes":
        raise _Refused("kind is json or bytes")
    scope = ""
    for name in _text(fields, "scope").split("/") if fields["scope"] else ():
        scope = checked_scope(scope, name)
    tags = fields["tags"]
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags) or len(tags) > 100:
        raise _Refused("tags is a list of at most a hundred texts")
    expires = None if fields["expires"] is None else _number(fields, "expires")
    return New(
        scope, checked_key(_text(fields, "key")), kind, _number(fields, "cost_s"), _number(fields, "created"), expires,
        checked_tags(tags),
    )  # fmt: skip


def _text(fields: dict[str, Any], name: str) -> str:
    if not isinstance(fields[name], str):
        raise _Refused(f"{name} is a text")
    return str(fields[name])


def _number(fields: dict[str, Any], name: str) -> float:
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_TIME:
        raise _Refused(f"{name} is a number of seconds")
    return float(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
