"""Durations as people write them: ``90``, ``1.5``, ``10m``, ``1h30m``, ``250ms``."""

from __future__ import annotations

import math
import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_WHOLE = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
LONGEST_S = 366 * 86_400.0


def parse_duration(value: object) -> float:
    """Return seconds; raise ``ValueError`` with what is wrong."""
    seconds = _seconds(value)
    if not math.isfinite(seconds) or not 0 < seconds <= LONGEST_S:
        raise ValueError("a duration is more than nothing and at most a year")
    return seconds


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) <= LONGEST_S else math.inf
    text = value.replace(" ", "") if isinstance(value, str) and len(value) < 100 else ""
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a duration: write seconds, or a text such as 90s, 10m, 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
