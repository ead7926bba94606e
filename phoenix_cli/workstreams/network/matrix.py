"""The dependency structure matrix: rows need columns, in an order that keeps marks below the diagonal."""

from __future__ import annotations

from typing import NamedTuple

from phoenix_cli.workstreams.network.resolving import Network

REQUIRED, OPTIONAL, CAPABILITY = "●", "○", "◇"


class Matrix(NamedTuple):
    """``cells[row][column]`` is a mark or "": what the row needs of the column. Ids are in the same order both ways."""

    ids: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]

    @property
    def above(self) -> tuple[tuple[str, str], ...]:
        """Pairs whose mark is above the diagonal: they are in a circle."""
        return tuple(
            (row, column)
            for at, row in enumerate(self.ids)
            for other, column in enumerate(self.ids)
            if other > at and self.cells[at][other]
        )


def matrix(network: Network) -> Matrix:
    """Return the matrix; what is in a circle comes last. A direct mark wins over one through a capability.

    It has a cell for each pair: callers show a part of a network of thousands.
    """
    graph = network.whole
    order = list(graph.order)
    in_order = set(order)
    order += [number for number in range(len(graph.names)) if number not in in_order]
    place = {number: at for at, number in enumerate(order)}
    cells = [[""] * len(order) for _ in order]
    for number in order:
        for need in sorted(network.needs[number], key=lambda one: (one.ref.kind != "cap", one.hard)):
            mark = CAPABILITY if need.ref.kind == "cap" else REQUIRED if need.hard else OPTIONAL
            for target in need.targets:
                cells[place[number]][place[target]] = mark
    return Matrix(tuple(graph.names[number] for number in order), tuple(map(tuple, cells)))
