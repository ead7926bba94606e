"""A table for a terminal: dim capital header, two spaces between columns, no boxes; the last column is cut, ids never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_cli.cli.console import Console

NARROW = 60


def draw(
    header: Sequence[str], rows: Sequence[Sequence[str]], colours: Mapping[str, str], console: Console
) -> Iterator[str]:
    """Yield the lines; under 60 columns one block a row instead of a line a row."""
    if console.width < NARROW:
        yield from _blocks(header, rows, colours, console)
        return
    widths = [max(cells(header[at]), *(cells(row[at]) for row in rows)) for at in range(len(header))]
    left = console.width - sum(width + 2 for width in widths[:-1])
    widths[-1] = min(widths[-1], max(8, left))
    yield console.paint(
        "  ".join(_fit(name.upper(), width) for name, width in zip(header, widths, strict=True)).rstrip(), "dim"
    )
    for row in rows:
        painted = [
            console.paint(_fit(cell, width), colours.get(name, ""))
            for name, cell, width in zip(header, row, widths, strict=True)
        ]
        yield "  ".join(painted).rstrip()


def _blocks(
    header: Sequence[str], rows: Sequence[Sequence[str]], colours: Mapping[str, str], console: Console
) -> Iterator[str]:
    label = max(len(name) for name in header)
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(header, row, strict=True):
            if cell:
                yield f"{console.paint(name.upper().ljust(label), 'dim')}  {console.paint(cell, colours.get(name, ''))}"


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes: wide characters two, marks none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _fit(text: str, width: int) -> str:
    if cells(text) <= width:
        return text + " " * (width - cells(text))
    while text and cells(text) > width - 1:
        text = text[:-1]
    return text + "…" + " " * (width - 1 - cells(text))
