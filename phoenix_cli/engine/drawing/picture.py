"""Boxes and arrows of a flow's graph, before anybody draws them. Large flows become a box for each phase or wave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from phoenix_cli.engine.drawing.describing import action_text, small_lines
from phoenix_cli.engine.graph import Graph
from phoenix_cli.engine.harmless import one_line
from phoenix_cli.engine.model import Flow, SubFlow
from phoenix_cli.kernel.records import record

MOST_BOXES = 300  # more than this nobody reads, and Mermaid refuses
MOST_WAVES = 60
WORST_FIRST = (
    "failed", "doubtful", "blocked", "cancelled", "running", "backing_off", "expanded", "ready", "waiting", "skipped",
    "succeeded",
)  # fmt: skip


@record
class Box:
    """One step, or a group of ``steps``. Texts are of one line and hold no character that cannot be seen."""

    title: str
    lines: tuple[str, ...]
    detail: str
    status: str = ""
    critical: bool = False
    kind: str = "step"
    steps: int = 1


@record
class Arrow:
    """From a box to one that waits for it, by their numbers."""

    start: int
    end: int
    critical: bool = False


@record
class Picture:
    """What is drawn. ``grouped`` is ``phase`` or ``wave`` when a box stands for many steps, else ""."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    steps: int
    grouped: str = ""

    @property
    def caption(self) -> str:
        """What stands above the picture."""
        count = f"{self.steps:,} step{'s' * (self.steps != 1)}"
        return f"{self.title} · {count}" + (f", a box for each {self.grouped}" if self.grouped else "")


def picture_of(
    flow: Flow,
    graph: Graph,
    *,
    critical: Sequence[str] = (),
    statuses: Mapping[str, str] | None = None,
    most: int = MOST_BOXES,
) -> Picture:
    """Return the picture of a flow, coloured by the ``statuses`` of a run's steps; with more than ``most`` steps, of groups."""
    on_path = {(graph.numbers[one], graph.numbers[other]) for one, other in pairwise(critical)}
    boxes = tuple(_box(flow, name, statuses or {}, frozenset(critical)) for name in graph.names)
    arrows = tuple(
        Arrow(before, number, (before, number) in on_path)
        for number, needs in enumerate(graph.before)
        for before in sorted(needs)
    )
    whole = Picture(one_line(flow.name), boxes, arrows, len(boxes))
    return whole if len(boxes) <= most else _grouped(flow, graph, whole)


def _box(flow: Flow, name: str, statuses: Mapping[str, str], critical: frozenset[str]) -> Box:
    step = flow.steps[name]
    kind = "flow" if isinstance(step.action, SubFlow) else "each" if step.for_each is not None else "step"
    detail = f"{one_line(name)}: {action_text(step.action)[:1_000]}"
    return Box(one_line(name), small_lines(step), detail, one_line(statuses.get(name, "")), name in critical, kind)


def _grouped(flow: Flow, graph: Graph, whole: Picture) -> Picture:
    depth = waves(graph)
    phases = {step.phase for step in flow.steps.values()}
    if len(phases) > 1:
        by, title = "phase", _by_phase(flow, graph)
    else:
        by, title = "wave", _by_wave(max(depth))
    order = sorted(range(len(depth)), key=lambda number: (depth[number], number))
    groups: dict[str, list[int]] = {}
    for number in order:
        groups.setdefault(title(number, depth[number]), []).append(number)
    place = {number: at for at, members in enumerate(groups.values()) for number in members}
    boxes = tuple(_group(name, [whole.boxes[one] for one in members]) for name, members in groups.items())
    return replace(whole, boxes=boxes, arrows=_between(whole.arrows, place), grouped=by)


Title = Callable[[int, int], str]


def _by_phase(flow: Flow, graph: Graph) -> Title:
    return lambda number, _: one_line(flow.steps[graph.names[number]].phase) or "no phase"


def _by_wave(deepest: int) -> Title:
    """Name waves, several in one group where there are too many."""
    size = -(-deepest // MOST_WAVES)

    def title(_: int, depth: int) -> str:
        first = (depth - 1) // size * size + 1
        return f"wave {first}" if size == 1 else f"waves {first} to {min(deepest, first + size - 1)}"

    return title


def waves(graph: Graph) -> list[int]:
    """Return how many steps stand on the longest way to each, itself included; 1 for those in a cycle."""
    found = [1] * len(graph.names)
    for number in graph.order:
        if graph.before[number]:
            found[number] = 1 + max(found[one] for one in graph.before[number])
    return found


def _group(title: str, members: list[Box]) -> Box:
    statuses = Counter(one.status for one in members if one.status)
    told = [f"{statuses[one]:,} {one}" for one in reversed(WORST_FIRST) if statuses[one]]
    worst = next((one for one in WORST_FIRST if statuses[one]), "")
    names = ", ".join(one.title for one in members[:20]) + (" …" if len(members) > 20 else "")
    size = f"{len(members):,} step{'s' * (len(members) != 1)}"
    return Box(
        title, (size, *told), f"{title}: {names}", worst, any(one.critical for one in members), "group", len(members)
    )


def _between(arrows: Sequence[Arrow], place: Mapping[int, int]) -> tuple[Arrow, ...]:
    found: dict[tuple[int, int], bool] = {}
    for one in arrows:
        ends = place[one.start], place[one.end]
        if ends[0] != ends[1]:
            found[ends] = found.get(ends, False) or one.critical
    return tuple(Arrow(start, end, found[start, end]) for start, end in sorted(found))
