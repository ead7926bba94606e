"""Where boxes go: columns by the longest way to each, rows by the mean of their neighbours (Sugiyama's method).

Arrows over several columns pass through points of their own, so that they do not cross boxes. Everything is decided by
numbers and order, never by chance: the same graph is always drawn the same.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence

from phoenix_cli.kernel.records import record

GAP_X, GAP_Y = 64.0, 14.0
MOST_POINTS = 20_000  # on the way of arrows; those beyond go straight
SWEEPS = 8
MOST_COUNTED = 4_000  # arrows; with more, crossings are not counted, and the last order is taken
Size = tuple[float, float]


@record
class Spot:
    """The upper left corner of a box, and its size."""

    x: float
    y: float
    width: float
    height: float


@record
class Layout:
    """``ways[i]`` are the points that arrow i passes: ``(left, right, y)`` of each column between its ends.

    ``turned`` are the arrows that run against the order; they are in a circle.
    """

    spots: tuple[Spot, ...]
    ways: tuple[tuple[tuple[float, float, float], ...], ...]
    turned: frozenset[int]
    width: float
    height: float


def lay_out(sizes: Sequence[Size], arrows: Sequence[tuple[int, int]]) -> Layout:
    """Return a place for each box of a size, so that arrows point to the right and seldom cross."""
    rank = _order(len(sizes), arrows)
    turned = frozenset(number for number, (start, end) in enumerate(arrows) if rank[start] > rank[end])
    forward = [(end, start) if number in turned else (start, end) for number, (start, end) in enumerate(arrows)]
    columns = _columns(rank, forward)
    net = _Net(columns, forward)
    heights = [sizes[node][1] if node < len(sizes) else 0.0 for node in range(len(net.column))]
    ys = _rows(net, heights)
    lefts, widths = _sides(sizes, columns)
    spots = tuple(
        Spot(lefts[columns[node]], ys[node] - height / 2, widths[columns[node]], height)
        for node, (_, height) in enumerate(sizes)
    )
    ways = tuple(
        tuple((lefts[net.column[one]], lefts[net.column[one]] + widths[net.column[one]], ys[one]) for one in points)
        for points in net.points
    )
    width = max((left + wide for left, wide in zip(lefts, widths, strict=True)), default=0.0)
    height = max((spot.y + spot.height for spot in spots), default=0.0)
    return Layout(spots, ways, turned, width, max([height, *(point[2] for way in ways for point in way)]))


def _order(count: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    """Return the rank of each box, each after what points to it; a circle is entered at its first box."""
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for start, end in arrows:
        after[start].append(end)
        waiting[end] += 1
    rank = [-1] * count
    ready = [number for number in range(count - 1, -1, -1) if not waiting[number]]
    following = 0
    first = 0
    while following < count:
        if not ready:
            while rank[first] >= 0:
                first += 1
            ready.append(first)
        number = ready.pop()
        if rank[number] >= 0:
            continue
        rank[number] = following
        following += 1
        for one in reversed(after[number]):
            waiting[one] -= 1
            if not waiting[one] and rank[one] < 0:
                ready.append(one)
    return rank


def _columns(rank: Sequence[int], arrows: Sequence[tuple[int, int]]) -> list[int]:
    found = [0] * len(rank)
    for start, end in sorted(arrows, key=lambda arrow: rank[arrow[0]]):
        found[end] = max(found[end], found[start] + 1)
    return found


class _Net:
    """Boxes and the points between them by column; an edge joins neighbours in columns side by side."""

    def __init__(self, columns: Sequence[int], arrows: Sequence[tuple[int, int]]) -> None:
        self.column = list(columns)
        self.points: list[list[int]] = []
        self.left: list[list[int]] = [[] for _ in columns]
        self.right: list[list[int]] = [[] for _ in columns]
        for start, end in arrows:
            self.points.append(self._way(start, end))
        self.layers: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
        for node, column in enumerate(self.column):
            self.layers[column].append(node)

    def _way(self, start: int, end: int) -> list[int]:
        between = range(self.column[start] + 1, self.column[end])
        if len(self.column) + len(between) > MOST_POINTS:
            return []
        made = []
        for column in between:
            made.append(len(self.column))
            self.column.append(column)
            self.left.append([])
            self.right.append([])
        for one, other in zip([start, *made], [*made, end], strict=True):
            self.right[one].append(other)
            self.left[other].append(one)
        return made


def _rows(net: _Net, heights: Sequence[float]) -> list[float]:
    """Return the middle of each node: first an order with few crossings, then places near neighbours."""
    order = _fewest_crossings(net)
    ys = [0.0] * len(net.column)
    for layer in order:
        at = 0.0
        for node in layer:
            ys[node] = at + heights[node] / 2
            at += heights[node] + GAP_Y
    for sweep in range(SWEEPS):
        beside = net.left if sweep % 2 == 0 else net.right
        for layer in order if sweep % 2 == 0 else reversed(order):
            _settle(layer, [_mean(beside[node], ys, ys[node]) for node in layer], heights, ys)
    top = min((ys[node] - heights[node] / 2 for node in range(len(ys))), default=0.0)
    return [y - top for y in ys]


def _mean(nodes: Sequence[int], values: Sequence[float], otherwise: float) -> float:
    return sum(values[node] for node in nodes) / len(nodes) if nodes else otherwise


def _settle(layer: Sequence[int], wanted: Sequence[float], heights: Sequence[float], ys: list[float]) -> None:
    """Place nodes as near as can be to where they want to be, in their order and without touching (isotonic regression)."""
    offsets: list[float] = []
    at = 0.0
    for number, node in enumerate(layer):
        at += (heights[layer[number - 1]] + heights[node]) / 2 + GAP_Y if number else 0.0
        offsets.append(at)
    blocks: list[tuple[float, int]] = []  # sum of wishes, how many nodes
    for wish, offset in zip(wanted, offsets, strict=True):
        total, count = wish - offset, 1
        while blocks and blocks[-1][0] * count > total * blocks[-1][1]:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    places = [total / count for total, count in blocks for _ in range(count)]
    for node, place, offset in zip(layer, places, offsets, strict=True):
        ys[node] = place + offset


def _fewest_crossings(net: _Net) -> list[list[int]]:
    """Order each column by the mean place of its neighbours, to and fro; return the best order that was seen."""
    order = [list(layer) for layer in net.layers]
    counted = sum(map(len, net.right)) <= MOST_COUNTED
    best, least = order, _crossings(net, order) if counted else 0
    for sweep in range(SWEEPS):
        order = _swept(net, order, sweep % 2 == 0)
        if not counted:
            best = order
        elif (crossings := _crossings(net, order)) < least:
            best, least = order, crossings
        if counted and not least:
            break
    return best


def _swept(net: _Net, order: list[list[int]], forth: bool) -> list[list[int]]:
    made = [list(layer) for layer in order]
    place = [0.0] * len(net.column)
    for layer in made:
        for at, node in enumerate(layer):
            place[node] = float(at)
    beside = net.left if forth else net.right
    for layer in made if forth else reversed(made):
        wishes: Mapping[int, float] = {node: _mean(beside[node], place, place[node]) for node in layer}
        layer.sort(key=wishes.__getitem__)
        for at, node in enumerate(layer):
            place[node] = float(at)
    return made


def _crossings(net: _Net, order: list[list[int]]) -> int:
    place = [0] * len(net.column)
    for layer in order:
        for at, node in enumerate(layer):
            place[node] = at
    total = 0
    for layer in order:
        seen: list[int] = []
        for node in layer:
            ends = sorted(place[one] for one in net.right[node])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _sides(sizes: Sequence[Size], columns: Sequence[int]) -> tuple[list[float], list[float]]:
    widths = [0.0] * (max(columns, default=-1) + 1)
    for (width, _), column in zip(sizes, columns, strict=True):
        widths[column] = max(widths[column], width)
    lefts: list[float] = []
    at = 0.0
    for width in widths:
        lefts.append(at)
        at += width + GAP_X
    return lefts, widths
