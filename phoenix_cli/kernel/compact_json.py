"""JSON without spaces, for rows and lines that are written thousands of times.

``JSONEncoder.encode`` makes a C encoder anew for each value, which takes longer than encoding a row. Here it is made once.
"""

from __future__ import annotations

from collections.abc import Callable
from json import encoder
from typing import Any, NoReturn


def _no_json(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is no JSON")


def _encoder(*, sort_keys: bool) -> Callable[[Any], str]:
    make: Any = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return encoder.JSONEncoder(sort_keys=sort_keys, separators=(",", ":"), check_circular=False).encode
    parts = make(None, _no_json, encoder.encode_basestring_ascii, None, ":", ",", sort_keys, False, True)
    return lambda value: "".join(parts(value, 0))


_as_it_is, _by_key = _encoder(sort_keys=False), _encoder(sort_keys=True)


def compact(value: Any) -> str:
    """Return a list, a tuple or an object as ASCII JSON. Raises ``TypeError`` for what is no JSON; a circle is not noticed."""
    return _as_it_is(value)


def compact_sorted(value: Any) -> str:
    """Return the same, names in order: equal values are equal texts."""
    return _by_key(value)
