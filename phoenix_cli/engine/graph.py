"""The graph of a flow: steps by number, who follows whom, an order in which each comes after what it needs.

Numbers instead of names: Kahn's algorithm over lists of integers takes 1 us a step and edge, half of ``graphlib``'s time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from phoenix_cli.engine.model import Flow, Step
from phoenix_cli.engine.references import Mistake, Use, steps_used, uses
from phoenix_cli.kernel.records import record


@record
class Graph:
    """``before[i]`` are the steps that i waits for, ``after[i]`` those that wait for i; ``order`` is shorter with a cycle."""

    names: tuple[str, ...]
    numbers: Mapping[str, int]
    before: Sequence[Sequence[int]]
    after: Sequence[Sequence[int]]
    order: Sequence[int]
    expressions: Mapping[str, list[Use | Mistake]]

    @property
    def cyclic(self) -> bool:
        """Whether some steps wait for each other."""
        return len(self.order) < len(self.names)


def build(flow: Flow) -> Graph:
    """Return the graph; edges are ``needs`` and the steps that expressions refer to. Unknown names are left out."""
    names = tuple(flow.steps)
    numbers = {name: number for number, name in enumerate(names)}
    expressions = {name: found for name, step in flow.steps.items() if (found := uses(step))}
    before = [_before(step, numbers, expressions.get(step.name)) for step in flow.steps.values()]
    after = followers(before)
    return Graph(names, numbers, before, after, topological(before, after), expressions)


def _before(step: Step, numbers: Mapping[str, int], found: list[Use | Mistake] | None) -> list[int]:
    wanted: Iterable[str] = step.needs
    if found:
        wanted = [*step.needs, *sorted(steps_used(found) - {step.name})]
    known = [numbers[name] for name in wanted if name in numbers]
    return known if len(known) < 2 else list(dict.fromkeys(known))


def followers(before: Sequence[Sequence[int]]) -> list[list[int]]:
    """Turn every edge round."""
    after: list[list[int]] = [[] for _ in before]
    for number, needs in enumerate(before):
        for need in needs:
            after[need].append(number)
    return after


def topological(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> list[int]:
    """Return the steps, each after what it needs, else in the order of the file; those in or behind a cycle are missing."""
    waiting = [len(needs) for needs in before]
    order = [number for number, count in enumerate(waiting) if not count]
    for number in order:  # grows meanwhile
        for follower in after[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                order.append(follower)
    return order


def reaches(graph: Graph, start: int, end: int) -> bool:
    """Tell whether ``end`` comes after ``start`` by edges."""
    seen = {start}
    stack = [start]
    while stack:
        for follower in graph.after[stack.pop()]:
            if follower == end:
                return True
            if follower not in seen:
                seen.add(follower)
                stack.append(follower)
    return False
