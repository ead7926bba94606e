"""Short, sortable, prefixed ids: ``repo_0qk3m9d8x2a4``."""

from __future__ import annotations

import os
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
TIME_DIGITS = 8  # 40 bits of hundredths of a second: 348 years
RANDOM_DIGITS = 5  # 25 bits: in one hundredth of a second, 250 ids collide with probability 0.1 %
EPOCH = 1_767_225_600  # 2026-01-01T00:00:00Z


def new_id(prefix: str, now: datetime) -> str:
    """Make an id whose text sorts by time of making, to a hundredth of a second."""
    hundredths = max(0, int((now.timestamp() - EPOCH) * 100))
    return f"{prefix}_{_digits(hundredths, TIME_DIGITS)}{_digits(_random(), RANDOM_DIGITS)}"


def _random() -> int:
    return int.from_bytes(os.urandom(4), "big") % (1 << 25)  # not ``secrets``: 4 ms and 4 MB, for OpenSSL


def _digits(number: int, width: int) -> str:
    out = []
    for _ in range(width):
        number, digit = divmod(number, 32)
        out.append(ALPHABET[digit])
    return "".join(reversed(out))
