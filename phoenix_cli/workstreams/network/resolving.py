"""References resolved: who waits for whom, through a name, a capability, or something outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from phoenix_cli.engine.graph import Graph, followers, topological
from phoenix_cli.workstreams.files.folder import Folder, uncollected
from phoenix_cli.workstreams.model import Programme, Ref, Workstream


class Need(NamedTuple):
    """One dependency: the numbers of the workstreams it may come from, or the external; neither when it is unknown.

    ``every`` is False when one of several ``targets`` is enough.
    """

    ref: Ref
    hard: bool
    targets: tuple[int, ...] = ()
    external: str = ""
    every: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """Workstreams by number. ``hard`` has the edges that block, ``whole`` the optional ones as well."""

    workstreams: tuple[Workstream, ...]
    programme: Programme
    numbers: Mapping[str, int]
    needs: Sequence[tuple[Need, ...]]
    providers: Mapping[str, tuple[int, ...]]
    hard: Graph
    whole: Graph
    refused: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The ids in order."""
        return self.hard.names


def resolve(folder: Folder) -> Network:
    """Return the network of a folder; what cannot be resolved stays in ``needs`` without a target."""
    with uncollected():
        return _resolved(folder)


def _resolved(folder: Folder) -> Network:
    workstreams = tuple(folder.workstreams.values())
    numbers = {one.id: number for number, one in enumerate(workstreams)}
    providers = _providers(workstreams)
    needs = [_needs(one, numbers, providers, folder.programme) for one in workstreams]
    hard = _graph(numbers, [[t for need in one if need.hard for t in need.targets] for one in needs])
    if all(need.hard for one in needs for need in one):
        whole = hard
    else:
        whole = _graph(numbers, [[t for need in one for t in need.targets] for one in needs])
    return Network(workstreams, folder.programme, numbers, needs, providers, hard, whole, folder.refused)


def _providers(workstreams: Sequence[Workstream]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for number, one in enumerate(workstreams):
        for ref in one.dependencies.enables:
            if ref.kind == "cap":
                found.setdefault(ref.name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _needs(
    one: Workstream, numbers: Mapping[str, int], providers: Mapping[str, tuple[int, ...]], programme: Programme
) -> tuple[Need, ...]:
    required, optional, _ = one.dependencies
    found = [_need(ref, True, numbers, providers, programme) for ref in required]
    found += [_need(ref, False, numbers, providers, programme) for ref in optional]
    return tuple(found)


def _need(
    ref: Ref, hard: bool, numbers: Mapping[str, int], providers: Mapping[str, tuple[int, ...]], programme: Programme
) -> Need:
    number = numbers.get(ref.text)
    if number is not None:
        return Need(ref, hard, (number,))
    if ref.kind == "cap":
        targets = providers.get(ref.name, ())
        return Need(ref, hard, targets, "", ref.every or len(targets) < 2)
    return Need(ref, hard, (), ref.name if ref.name in programme.externals else "")


def _graph(numbers: Mapping[str, int], before: list[list[int]]) -> Graph:
    needs = [one if len(one) < 2 else list(dict.fromkeys(one)) for one in before]
    after = followers(needs)
    return Graph(tuple(numbers), numbers, needs, after, topological(needs, after), {})
