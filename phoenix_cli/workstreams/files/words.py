"""Words with a form: ids, references, dates, windows, estimates, comparisons."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from phoenix_cli.workstreams.model import Estimate

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
REF = r"^((ext:)?[a-z][a-z0-9]*(-[a-z0-9]+)*|cap:[a-z][a-z0-9]*(-[a-z0-9]+)*(@all)?)$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WINDOW = r"^(week [0-9]{1,3}(-[0-9]{1,3})?|[0-9]{4}-[0-9]{2}-[0-9]{2}(\.\.[0-9]{4}-[0-9]{2}-[0-9]{2})?)$"
SPAN = r"[0-9]{1,5}(\.[0-9]{1,4})?[hdw]"
ESTIMATE = rf"^{SPAN}(/{SPAN}/{SPAN})?$"
MUST = r"^(<|<=|>|>=|==|!=) ?-?[0-9]{1,15}(\.[0-9]{1,15})?$"
DURATION = r"^[0-9]{1,6}(\.[0-9]{1,3})?(s|m|h|d|w)$"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
FRESH = r"^(commit|[0-9]{1,6}(\.[0-9]{1,3})?(s|m|h|d|w))$"
WHEN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)* (is|not) [a-z]+(-[a-z]+)*$"
HOURS_A_DAY, DAYS_A_WEEK = 8.0, 5.0
_DAYS = {"h": 1 / HOURS_A_DAY, "d": 1.0, "w": DAYS_A_WEEK}
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def estimate(text: str) -> Estimate:
    """Return working days of ``2d`` or ``1d/2d/4d``; raise ``ValueError`` when best, likely, worst do not rise."""
    days = [float(one[:-1]) * _DAYS[one[-1]] for one in text.split("/")]
    best, likely, worst = days if len(days) == 3 else days * 3
    if not best <= likely <= worst:
        raise ValueError("best, likely and worst must rise")
    return Estimate(best, likely, worst)


def real_date(text: str) -> str:
    """Return a date that the calendar has; raise ``ValueError``."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such day") from None
    return text


def seconds(text: str) -> float:
    """Return the seconds of ``48h``."""
    return float(text[:-1]) * _SECONDS[text[-1]]


def window_form(text: str) -> str:
    """Return a window whose dates exist and whose end is not before its start; raise ``ValueError``."""
    if text.startswith("week "):
        first, _, last = text[5:].partition("-")
        if int(first) < 1 or (last and int(last) < int(first)):
            raise ValueError("weeks count from 1 and do not run backwards")
        return text
    first, _, last = text.partition("..")
    real_date(first)
    if last and real_date(last) < first:
        raise ValueError("the end is before the start")
    return text


class Window(NamedTuple):
    """The first and the last day."""

    first: date
    last: date


def window(text: str, week1: str) -> Window | None:
    """Return the days of a window; None for weeks without an anchor, and for no window."""
    if not text or (text.startswith("week ") and not week1):
        return None
    if not text.startswith("week "):
        first, _, last = text.partition("..")
        return Window(date.fromisoformat(first), date.fromisoformat(last or first))
    low, _, high = text[5:].partition("-")
    start = date.fromisoformat(week1)
    return Window(start + timedelta(weeks=int(low) - 1), start + timedelta(weeks=int(high or low), days=-1))


def holds(must: str, value: float) -> bool:
    """Tell whether a reading compares as ``must`` says."""
    found = re.match(r"([<>=!]=?) ?(.+)", must)
    assert found, must
    return _COMPARE[found[1]](value, float(found[2]))


def reading_form(text: str) -> str:
    """Return what a gate reads: ``exit``, ``.json.path``, ``/regex/``; raise ``ValueError``."""
    if text == "exit" or re.fullmatch(r"(\.[A-Za-z_][\w-]*|\[\d+\])+|\.", text):
        return text
    if len(text) < 3 or text[0] != "/" or text[-1] != "/":
        raise ValueError("write exit, a path such as .total.percent, or /pattern/")
    try:
        re.compile(text[1:-1])
    except re.error as error:
        raise ValueError(f"no pattern: {error}") from None
    return text


def inside(text: str) -> str:
    """Return a path or glob that stays within the repository; raise ``ValueError``."""
    if text.startswith("/") or ".." in text.split("/") or "\\" in text or "\0" in text:
        raise ValueError("a path is relative, with / between its parts, and without ..")
    return text
