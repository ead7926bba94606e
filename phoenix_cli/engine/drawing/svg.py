"""A picture as SVG: no script, no outside font, light or dark as the reader's screen is."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.engine.drawing.layout import Layout, Spot, lay_out
from phoenix_cli.engine.drawing.picture import Arrow, Box, Picture
from phoenix_cli.engine.harmless import columns, markup, shortened

MARGIN, HEADER = 16.0, 30.0
PAD, TITLE, LINE = 9.0, 19.0, 14.0
TITLE_LETTER, SMALL_LETTER = 7.9, 6.7  # pixels; system fonts are narrower
MOST_TITLE = 40
_SIGNS = {
    "succeeded": "✓", "failed": "✗", "running": "●", "expanded": "●", "backing_off": "○", "ready": "○", "waiting": "○",
    "doubtful": "!", "blocked": "–", "cancelled": "–", "skipped": "–",
}  # fmt: skip
_LOOKS = {
    "succeeded": "done", "failed": "bad", "doubtful": "bad", "running": "busy", "expanded": "busy", "backing_off": "busy",
    "ready": "busy", "blocked": "off", "cancelled": "off", "skipped": "off",
}  # fmt: skip
STYLE = """
svg{--page:#fff;--box:#f6f8fa;--line:#8c959f;--ink:#1f2328;--dim:#57606a;
--done:#1a7f37;--bad:#cf222e;--busy:#9a6700;background:var(--page)}
@media (prefers-color-scheme:dark){svg{--page:#0d1117;--box:#161b22;--line:#6e7681;--ink:#e6edf3;--dim:#9198a1;
--done:#3fb950;--bad:#f85149;--busy:#d29922}}
text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:var(--dim)}
.t{font:600 13px system-ui,sans-serif;fill:var(--ink)}
.b{fill:var(--box);stroke:var(--line);stroke-width:1.2}
.a{fill:none;stroke:var(--line);stroke-width:1.2}
.c{stroke:var(--ink);stroke-width:2.6}
.done{stroke:var(--done)}.bad{stroke:var(--bad)}.busy{stroke:var(--busy)}.off{stroke-dasharray:4 3}
.tdone{fill:var(--done)}.tbad{fill:var(--bad)}.tbusy{fill:var(--busy)}
.h{fill:var(--line)}.hc{fill:var(--ink)}
"""


def as_svg(picture: Picture) -> str:
    """Return a whole SVG document."""
    sizes = [_size(box) for box in picture.boxes]
    layout = lay_out(sizes, [(one.start, one.end) for one in picture.arrows])
    caption = picture.caption + (" · critical path in bold" if any(box.critical for box in picture.boxes) else "")
    width = max(layout.width, columns(caption) * TITLE_LETTER) + 2 * MARGIN
    height = layout.height + HEADER + 2 * MARGIN
    return "\n".join(
        [*_head(caption, width, height), *_arrows(picture, layout), *_boxes(picture, layout), "</g>", "</svg>\n"]
    )


def _head(caption: str, width: float, height: float) -> Iterator[str]:
    size = f"{_n(width)} {_n(height)}"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {size}">'
    yield f"<title>{markup(caption)}</title>"
    yield f"<style>{STYLE}</style>"
    for name, look in (("e", "h"), ("ec", "hc")):
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            f' markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="{look}" d="M0 0.5L8 4L0 7.5z"/></marker>'
        )
    yield f'<text class="t" x="{_n(MARGIN)}" y="{_n(MARGIN + 12)}">{markup(caption)}</text>'
    yield f'<g transform="translate({_n(MARGIN)} {_n(MARGIN + HEADER)})">'


def _size(box: Box) -> tuple[float, float]:
    letters = max([columns(line) * SMALL_LETTER for line in box.lines] + [columns(_title(box)) * TITLE_LETTER])
    return max(64.0, letters + 2 * PAD), TITLE + LINE * len(box.lines) + PAD


def _title(box: Box) -> str:
    sign = f"{_SIGNS[box.status]} " if box.status in _SIGNS else ""
    return sign + shortened(box.title, MOST_TITLE)


def _arrows(picture: Picture, layout: Layout) -> Iterator[str]:
    for number, one in sorted(enumerate(picture.arrows), key=lambda pair: pair[1].critical):  # bold ones on top
        yield _arrow(one, layout, number)


def _arrow(one: Arrow, layout: Layout, number: int) -> str:
    back = number in layout.turned
    start, end = layout.spots[one.end if back else one.start], layout.spots[one.start if back else one.end]
    x, y = start.x + start.width, start.y + start.height / 2
    path = [f"M{_n(x)} {_n(y)}"]
    for left, right, at in (*layout.ways[number], (end.x, end.x, end.y + end.height / 2)):
        middle = _n((x + left) / 2)
        path.append(
            f"C{middle} {_n(y)} {middle} {_n(at)} {_n(left)} {_n(at)}" + (f"H{_n(right)}" if right > left else "")
        )
        x, y = right, at
    look = 'a c" marker-{0}="url(#ec)"' if one.critical else 'a" marker-{0}="url(#e)"'
    return f'<path class="{look.format("start" if back else "end")} d="{"".join(path)}"/>'


def _boxes(picture: Picture, layout: Layout) -> Iterator[str]:
    for box, spot in zip(picture.boxes, layout.spots, strict=True):
        yield f'<g transform="translate({_n(spot.x)} {_n(spot.y)})">{"".join(_box(box, spot))}</g>'


def _box(box: Box, spot: Spot) -> Iterator[str]:
    look = _LOOKS.get(box.status, "")
    classes = " ".join(word for word in ("b", "c" if box.critical else "", look) if word)
    size = f'width="{_n(spot.width)}" height="{_n(spot.height)}"'
    yield f"<title>{markup(box.detail)}{f' ({markup(box.status)})' if box.status else ''}</title>"
    if box.kind in ("group", "each"):
        yield f'<rect class="{classes}" x="4" y="-4" rx="5" {size}/>'
    yield f'<rect class="{classes}" rx="5" {size}/>'
    if box.kind == "flow":
        yield f'<path class="a" d="M4 0V{_n(spot.height)}M{_n(spot.width - 4)} 0V{_n(spot.height)}"/>'
    yield f'<text class="t{f" t{look}" if look else ""}" x="{_n(PAD)}" y="{_n(TITLE - 3)}">{markup(_title(box))}</text>'
    for number, line in enumerate(box.lines, 1):
        yield f'<text x="{_n(PAD)}" y="{_n(TITLE - 3 + LINE * number)}">{markup(line)}</text>'


def _n(value: float) -> str:
    """Write a length: one decimal, none where it is whole."""
    return f"{value:.1f}".removesuffix(".0")
