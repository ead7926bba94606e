"""A table for a terminal: dim capital header, two spaces between columns, no boxes; free text is cut, ids never."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

Paint = Callable[[str, str], str]
NARROW = 60
LEAST = 10


def draw(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    colours: Mapping[str, str],
    width: int,
    paint: Paint,
    places: Collection[str] = (),
) -> Iterator[str]:
    """Yield the lines; under 60 columns one block a row instead of a line a row.

    The last column loses its end where the terminal ends; ``places``, columns of files and lines, their beginning.
    """
    if width < NARROW:
        yield from _blocks(header, rows, colours, paint)
        return
    widths = [max(cells(header[at]), *(cells(row[at]) for row in rows)) for at in range(len(header))]
    _shrink(widths, [at for at, name in enumerate(header) if name in places or at == len(header) - 1], width)
    yield paint("  ".join(_fit(name.upper(), cut) for name, cut in zip(header, widths, strict=True)).rstrip(), "dim")
    for row in rows:
        fitted = (
            (name, _fit_end(cell, cut) if name in places else _fit(cell, cut))
            for name, cell, cut in zip(header, row, widths, strict=True)
        )
        yield "  ".join(paint(cell, colours.get(name, "")) for name, cell in fitted).rstrip()


def _shrink(widths: list[int], flexible: Sequence[int], width: int) -> None:
    """Take from the widest of the flexible columns until all fit or none has anything to give."""
    for at in flexible:
        widths[at] = min(widths[at], width)
    while sum(widths) + 2 * (len(widths) - 1) > width:
        widest = max(flexible, key=lambda at: widths[at])
        if widths[widest] <= LEAST:
            return
        widths[widest] -= 1


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
    if cells(text) > width:
        text = text[: 4 * width]  # so that a text of megabytes costs nothing
        while cells(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cells(text))


def _fit_end(text: str, width: int) -> str:
    if cells(text) > width:
        text = text[-4 * width :]
        while cells(text) > width - 1:
            text = text[1:]
        text = f"…{text}"
    return text + " " * (width - cells(text))
