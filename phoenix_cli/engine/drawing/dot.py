"""A picture as DOT text, for Graphviz."""

from __future__ import annotations

from phoenix_cli.engine.drawing.picture import Box, Picture

_LOOKS = {
    "succeeded": ("#dafbe1", "#1a7f37", "solid"), "failed": ("#ffebe9", "#cf222e", "solid"),
    "doubtful": ("#ffebe9", "#cf222e", "solid"), "running": ("#fff8c5", "#9a6700", "solid"),
    "backing_off": ("#fff8c5", "#9a6700", "solid"), "expanded": ("#fff8c5", "#9a6700", "solid"),
    "ready": ("#fff8c5", "#9a6700", "solid"), "blocked": ("#eaeef2", "#6e7781", "dashed"),
    "cancelled": ("#eaeef2", "#6e7781", "dashed"), "skipped": ("#eaeef2", "#6e7781", "dashed"),
}  # fmt: skip
_SHAPES = {"step": "box", "flow": "component", "each": "box3d", "group": "folder"}


def as_dot(picture: Picture) -> str:
    """Return a directed graph from left to right."""
    lines = [
        "digraph flow {",
        f"  graph [rankdir=LR, labelloc=t, fontname=Helvetica, label={_quoted(picture.caption)}];",
        "  node [shape=box, style=filled, fillcolor=white, fontname=Helvetica, fontsize=11];",
        '  edge [color="#57606a"];',
    ]
    lines += [f"  n{number} [{_look(box)}];" for number, box in enumerate(picture.boxes)]
    for one in picture.arrows:
        lines.append(f"  n{one.start} -> n{one.end}{' [penwidth=3]' if one.critical else ''};")
    return "\n".join([*lines, "}"]) + "\n"


def _look(box: Box) -> str:
    texts = [box.title, *box.lines, *([box.status.replace("_", " ")] if box.status else [])]
    label = r"\n".join(_escaped(one) for one in texts)
    found = [f'label="{label}"', f"tooltip={_quoted(box.detail)}", f"shape={_SHAPES[box.kind]}"]
    if box.status in _LOOKS:
        fill, line, style = _LOOKS[box.status]
        found.append(f'fillcolor="{fill}", color="{line}", style="filled,{style}"')
    if box.critical:
        found.append("penwidth=3")
    return ", ".join(found)


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Graphviz reads backslashes and entities inside of quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
