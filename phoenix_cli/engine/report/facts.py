"""The figures of a report: counts, the time that nothing could have beaten, how near the run came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from phoenix_cli.engine.model import SubFlow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.report.bars import Bar, Bars
from phoenix_cli.engine.report.last_path import Link, last_path
from phoenix_cli.engine.step_states import CANCELLED, StepState
from phoenix_cli.kernel.records import record


@record
class Heading:
    """What the run's row tells. ``inputs`` hold no secrets; ``logs`` maps a bar to the end of what it wrote."""

    run_id: str
    flow: str
    file: str
    status: str
    reason: str
    started_at: str
    ended_at: str | None
    duration_s: float
    max_parallel: int
    inputs: Mapping[str, Any] = field(default_factory=dict)
    logs: Mapping[tuple[str, int, str], str] = field(default_factory=dict)
    children: tuple[tuple[str, str, str, str], ...] = ()  # step, run, flow, status


@record
class Report:
    """Everything that the page shows. ``bound_s`` uses the seconds that the steps really took, retries included."""

    heading: Heading
    bars: Bars
    path: tuple[Link, ...]
    counts: Mapping[str, int]
    work_s: float
    critical_s: float
    bound_s: float
    retries: int
    cached: int

    @property
    def efficiency(self) -> float | None:
        """The bound as a part of the real duration; None before anything took any time."""
        real = self.heading.duration_s
        return min(1.0, self.bound_s / real) if real > 0 and self.bound_s > 0 else None


def report_of(heading: Heading, bars: Bars) -> Report:
    """Return the figures of a run."""
    run = bars.view.run
    leaves = [one for one in run.steps.values() if not one.children]
    took = {name: sum(bar.took_s for bar in _own(found)) for name, found in bars.steps.items()}
    critical = _critical_s(run, took)
    placed = sum(seconds for name, seconds in took.items() if not isinstance(run.steps[name].spec.action, SubFlow))
    bound = max(critical, placed / max(1, heading.max_parallel))
    return Report(
        heading, bars, tuple(last_path(bars)), Counter(one.status for one in leaves), sum(took.values()),
        critical, bound, run.retries, sum(one.cached for one in leaves),
    )  # fmt: skip


def _own(found: tuple[Bar, ...]) -> list[Bar]:
    return [bar for bar in found if bar.role == "step" and bar.outcome != "deferred"]


def _critical_s(run: Projection, took: Mapping[str, float]) -> float:
    """Return the longest way through the graph; one that was cancelled before it began waited for nobody."""
    ends = [0.0] * len(run.graph.names)
    for number in run.graph.order:
        state = run.steps[run.graph.names[number]]
        seconds = _longest(state, took)
        waited = state.status != CANCELLED or seconds > 0
        ends[number] = seconds + max([ends[one] for one in run.graph.before[number] if waited], default=0.0)
    return max(ends, default=0.0)


def _longest(state: StepState, took: Mapping[str, float]) -> float:
    """Return the seconds that followers of a step had to wait at least: for a group, those of its longest child."""
    return max([took.get(state.name, 0.0), *(took.get(child.name, 0.0) for child in state.children)])
