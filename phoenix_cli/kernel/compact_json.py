"""JSON without spaces, for rows and lines that are written thousands of times.

``JSONEncoder.encode`` makes a C encoder anew for each value, which takes longer than encoding a row. Here it is made once.
"""

from __future__ import annotations

from json import encoder
from typing import Any, NoReturn


def _no_json(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is no JSON")


_plain = encoder.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_make: Any = getattr(encoder, "c_make_encoder", None)
_parts = _make and _make(None, _no_json, encoder.encode_basestring_ascii, None, ":", ",", False, False, True)


def compact(value: Any) -> str:
    """Return a list, a tuple or an object as ASCII JSON. Raises ``TypeError`` for what is no JSON; a circle is not noticed."""
    return "".join(_parts(value, 0)) if _parts else _plain(value)
