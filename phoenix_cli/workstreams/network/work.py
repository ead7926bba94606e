"""How much work is left, in working days, and which days those are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from phoenix_cli.workstreams.model import Estimate, Workstream
from phoenix_cli.workstreams.network.own_rules import ordered

UNKNOWN = Estimate(1.0, 1.0, 1.0)  # of what nobody estimated
NOTHING = Estimate(0.0, 0.0, 0.0)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def remaining(one: Workstream, *, ended: bool = False) -> Estimate:
    """Return the longest way through the objectives that are not done, each case by itself."""
    if ended or one.merged or one.cancelled:
        return NOTHING
    if len(one.objectives) == 1 and not one.objectives[0].done:
        return one.objectives[0].estimate or UNKNOWN
    if not one.objectives:
        return next((each.estimate for each in one.milestones if each.estimate and not each.done), UNKNOWN)
    return Estimate(*(_longest(one, case) for case in range(3)))


def _longest(one: Workstream, case: int) -> float:
    """Return the longest chain of objectives that need each other; without ``needs`` one agent does them in turn."""
    days = {each.id: 0.0 if each.done else (each.estimate or UNKNOWN)[case] for each in one.objectives}
    if not any(each.needs for each in one.objectives):
        return sum(days.values())
    ends: dict[str, float] = {}
    for each in ordered(one.objectives):
        ends[each.id] = days[each.id] + max([ends.get(need.text, 0.0) for need in each.needs], default=0.0)
    return max(ends.values(), default=0.0)


def day_after(start: date, days: float, workdays: Sequence[str]) -> date:
    """Return the working day on which so many days of work from the morning of ``start`` end."""
    works = [name in workdays for name in _DAYS]
    if not any(works):
        return start + timedelta(days=days)
    left = max(days, 1e-9)
    weeks = int((left - 1e-9) // sum(works))
    left -= weeks * sum(works)
    day = start + timedelta(weeks=weeks)
    while not works[day.weekday()]:
        day += timedelta(days=1)
    while left > 1 + 1e-9:
        day += timedelta(days=1)
        left -= works[day.weekday()]
    while not works[day.weekday()]:
        day += timedelta(days=1)
    return day


def days_between(start: date, end: date, workdays: Sequence[str]) -> int:
    """Return the working days from ``start`` to ``end``, both included; negative when the end is before."""
    if end < start:
        return -days_between(end, start, workdays)
    works = [name in workdays for name in _DAYS]
    weeks, rest = divmod((end - start).days + 1, 7)
    return weeks * sum(works) + sum(works[(start.weekday() + number) % 7] for number in range(rest))
