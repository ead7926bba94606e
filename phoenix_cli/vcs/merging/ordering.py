"""In which order branches can be merged, and which have to stay out. Pure: a merge is tried by whoever calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

#: Merge a branch into what is there so far; the new state, or None when it conflicts.
Attempt = Callable[[str, str], str | None]
TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A branch that has no place in the order. ``because`` names the branches that are in its way: trunk's name, merged
    ones it conflicts with, ones it waits for, or ``together`` when only all of them do."""

    branch: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """The branches that merge one after the other without a conflict, and the state they come to."""

    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    state: str


def merge_order(
    start: str,
    names: Sequence[str],
    quarrels: Mapping[str, Collection[str]],
    attempt: Attempt,
    waits_for: Mapping[str, Collection[str]] | None = None,
) -> Order:
    """Merge as many branches as a greedy choice can: first those that nobody waits in vain for, of these the one with the
    fewest conflicts among what is left, of these the first named.

    ``quarrels`` are the branches that each conflicts with. ``waits_for`` are the ones that must be merged before it; names
    that are not among ``names`` do not count.
    """
    waits = {name: set((waits_for or {}).get(name, ())) & set(names) - {name} for name in names}
    left = list(names)
    done: list[str] = []
    out: list[LeftOut] = []
    state = start
    while left:
        ready = [name for name in left if waits[name] <= set(done)]
        if not ready:
            out += [LeftOut(name, tuple(sorted(waits[name] - set(done)))) for name in left]
            break
        name = min(ready, key=lambda one: (len(set(quarrels.get(one, ())) & set(left)), left.index(one)))
        left.remove(name)
        culprits = tuple(one for one in done if one in quarrels.get(name, ()))
        merged = None if culprits else attempt(state, name)
        if merged is None:
            out.append(LeftOut(name, culprits or (TOGETHER,)))
        else:
            state, done = merged, [*done, name]
    return Order(tuple(done), tuple(out), state)
