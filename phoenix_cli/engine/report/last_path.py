"""Why a run took as long as it did: from its last end back to whatever was waited for last."""

from __future__ import annotations

from bisect import bisect_right

from phoenix_cli.engine.progress.run_view import last_child
from phoenix_cli.engine.progress.waits import seconds
from phoenix_cli.engine.report.bars import Bar, Bars
from phoenix_cli.engine.step_states import StepState
from phoenix_cli.kernel.records import record

MOST_LOOKED_AT = 200  # bars that ended just before one began, among which the one that it waited for is sought


@record
class Link:
    """A bar on the way, why it did not begin sooner, and for how long nothing of the way ran before it."""

    bar: Bar
    why: str
    gap_s: float


class _Way:
    def __init__(self, bars: Bars) -> None:
        self.bars = bars
        self.by_end = bars.all()
        self.ends = [bar.ended_at for bar in self.by_end]
        self.slack = max(0.002, bars.until * 0.001)  # what the coordinator itself takes is no wait

    def before(self, bar: Bar) -> tuple[Bar | None, str]:
        """Return the bar that this one waited for last, and in words for what."""
        if bar.waited_s > self.slack:
            found, why = self._releaser(bar)
            if found is not None:
                return found, why
        mine = [one for one in self.bars.steps[bar.step] if one.role == bar.role]
        earlier = mine[mine.index(bar) - 1] if mine.index(bar) else None
        if earlier is not None:
            return earlier, _again(earlier)
        if bar.role == "undo":
            return self._last_before(bar), "what was done is taken back, last first"
        need = self._need(self.bars.view.run.steps[bar.step])
        waited = f"waited {seconds(bar.waited_s)} for a breaker or other runs" if bar.waited_s > self.slack else ""
        if need is None:
            return None, waited or "the first"
        return need, waited or f"needs {need.step}"

    def _releaser(self, bar: Bar) -> tuple[Bar | None, str]:
        """Return who gave back what a bar waited for: a resource of both, else a place."""
        last = bisect_right(self.ends, bar.admitted_at + self.slack)
        ended = [
            one
            for one in reversed(self.by_end[max(0, last - MOST_LOOKED_AT) : last])
            if one is not bar and one.ended_at > bar.ready_at and one.admitted_at < bar.admitted_at
        ]
        mine, takes_place = self._names(bar), self._takes_place(bar)
        found: tuple[Bar | None, str] = (None, "")
        for one in ended:
            if found[0] is not None and one.ended_at < found[0].ended_at - self.slack:
                break
            if shared := mine & self._names(one):
                return one, f"waited {seconds(bar.waited_s)} for {min(shared)}, held by {one.step}"
            if found[0] is None and takes_place and self._takes_place(one):
                found = one, f"waited {seconds(bar.waited_s)} for a free place, taken by {one.step}"
        return found

    def _takes_place(self, bar: Bar) -> bool:
        return self.bars.view.run.steps[bar.step].slots > 0

    def _names(self, bar: Bar) -> set[str]:
        return {claim.resource for claim in self.bars.view.run.steps[bar.step].lane.claims}

    def _last_before(self, bar: Bar) -> Bar | None:
        at = bisect_right(self.ends, bar.admitted_at)
        return next((one for one in reversed(self.by_end[:at]) if one is not bar), None)

    def _need(self, state: StepState) -> Bar | None:
        """Return the last bar of what a step waited for last; what never began hands on what it waited for."""
        while True:
            needs = [last_child(one) for one in (state.parent or state).before if one.ended_at is not None]
            if not needs:
                return None
            state = max(needs, key=lambda one: (one.ended_at or 0.0, one.name))
            found = [one for one in self.bars.steps.get(state.name, ()) if one.role == "step"]
            if found:
                return found[-1]


def _again(earlier: Bar) -> str:
    if earlier.outcome == "deferred":
        return f"was put off: {earlier.message}" if earlier.message else "was put off"
    return f"tried again after attempt {earlier.number}"


def last_path(bars: Bars) -> list[Link]:
    """Return the links in the order of time; empty when nothing ever began."""
    way = _Way(bars)
    found: list[Link] = []
    seen: set[int] = set()
    bar = way.by_end[-1] if way.by_end else None
    while bar is not None and id(bar) not in seen:
        seen.add(id(bar))
        before, why = way.before(bar)
        ended = 0.0 if before is None else before.ended_at
        found.append(Link(bar, why, max(0.0, bar.admitted_at - ended)))
        bar = before
    return found[::-1]
