"""A table for a terminal: dim capital header, two spaces between columns, no boxes; the last column is cut, ids never."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

Paint = Callable[[str, str], str]
NARROW = 60


def draw(
    header: Sequence[str], rows: Sequence[Sequence[str]], colours: Mapping[str, str], width: int, paint: Paint
) -> Iterator[str]:
    """Yield the lines; under 60 columns one block a row instead of a line a row."""
    if width < NARROW:
        yield from _blocks(header, rows, colours, paint)
        return
    widths = [max(cells(header[at]), *(cells(row[at]) for row in rows)) for at in range(len(header))]
    left = width - sum(width + 2 for width in widths[:-1])
    widths[-1] = min(widths[-1], max(8, left))
    yield paint(
        "  ".join(_fit(name.upper(), cut) for name, cut in zip(header, widths, strict=True)).rstrip(), "dim"
    )
    for row in rows:
        painted = [
            paint(_fit(cell, cut), colours.get(name, ""))
            for name, cell, cut in zip(header, row, widths, strict=True)
        ]
        yield "  ".join(painted).rstrip()


def _blocks(
    header: Sequence[str], rows: Sequence[Sequence[str]], colours: Mapping[str, str], paint: Paint
) -> Iterator[str]:
    label = max(len(name) for name in header)
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(header, row, strict=True):
            if cell:
                yield f"{paint(name.upper().ljust(label), 'dim')}  {paint(cell, colours.get(name, ''))}"


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
