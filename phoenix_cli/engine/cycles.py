"""Steps that wait for each other, each such group with one shortest way round it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from phoenix_cli.engine.graph import Graph


def cycles(graph: Graph) -> list[list[int]]:
    """Return a shortest cycle through the first step of each strongly connected group, as numbers without the repeat."""
    if not graph.cyclic:
        return []
    found = []
    for group in _groups(graph):
        first = min(group)
        if len(group) > 1 or first in graph.after[first]:
            found.append(_way_round(graph, first, set(group)))
    return sorted(found)


def _way_round(graph: Graph, start: int, group: set[int]) -> list[int]:
    came: dict[int, int] = {}
    queue = deque([start])
    while queue:
        number = queue.popleft()
        for follower in graph.after[number]:
            if follower == start:
                return _path(came, start, number)
            if follower in group and follower not in came:
                came[follower] = number
                queue.append(follower)
    raise AssertionError("a strongly connected group has a way round")


def _path(came: dict[int, int], start: int, end: int) -> list[int]:
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]


def _groups(graph: Graph) -> list[list[int]]:
    """Tarjan's strongly connected components, without recursion, of what Kahn's algorithm left over."""
    left = set(range(len(graph.names))) - set(graph.order)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    is_open: set[int] = set()
    groups: list[list[int]] = []
    for root in sorted(left):
        if root in index:
            continue
        work = [(root, iter(graph.after[root]))]
        while work:
            number, rest = work[-1]
            if number not in index:
                index[number] = low[number] = len(index)
                open_.append(number)
                is_open.add(number)
            for follower in rest:
                if follower not in left:
                    continue
                if follower not in index:
                    work.append((follower, iter(graph.after[follower])))
                    break
                if follower in is_open:
                    low[number] = min(low[number], index[follower])
            else:
                _close(work, low, index, open_, is_open, groups)
    return groups


def _close(
    work: list[tuple[int, Iterator[int]]],
    low: dict[int, int],
    index: dict[int, int],
    open_: list[int],
    is_open: set[int],
    groups: list[list[int]],
) -> None:
    number = work.pop()[0]
    if work:
        parent = work[-1][0]
        low[parent] = min(low[parent], low[number])
    if low[number] == index[number]:
        group = [open_.pop()]
        while group[-1] != number:
            group.append(open_.pop())
        is_open.difference_update(group)
        groups.append(group)
