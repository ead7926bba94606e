"""A picture as Mermaid text. Its grammar has holes, so of a label only plain letters stay as they are."""

from __future__ import annotations

import re

from phoenix_cli.engine.drawing.picture import Box, Picture

#: Everything else becomes ``#number;``: quotes, markup, ``%%{init}%%`` directives, ``:::`` and what else Mermaid may read.
_NOT_PLAIN = re.compile(r"[^\w .,/=+()…×·✓✗●○–!-]")
_SHAPES = {"step": ('["', '"]'), "flow": ('[["', '"]]'), "each": ('[/"', '"/]'), "group": ('("', '")')}
_CLASSES = {
    "succeeded": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "failed": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "running": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "stopped": "fill:#eaeef2,stroke:#6e7781,color:#57606a,stroke-dasharray:4 3",
}
_CLASS_OF = {
    "succeeded": "succeeded", "failed": "failed", "doubtful": "failed", "blocked": "stopped", "cancelled": "stopped",
    "skipped": "stopped", "running": "running", "backing_off": "running", "expanded": "running", "ready": "running",
}  # fmt: skip


def as_mermaid(picture: Picture) -> str:
    """Return a flowchart from left to right."""
    lines = [f"%% {_plain(picture.caption)}", "flowchart LR"]
    used = set()
    for number, box in enumerate(picture.boxes):
        opening, closing = _SHAPES[box.kind]
        name = _CLASS_OF.get(box.status, "")
        used.add(name)
        lines.append(f"  n{number}{opening}{_label(box)}{closing}" + (f":::{name}" if name else ""))
    lines += [f"  n{one.start} {'==>' if one.critical else '-->'} n{one.end}" for one in picture.arrows]
    critical = [f"n{number}" for number, box in enumerate(picture.boxes) if box.critical]
    if critical:
        lines += [f"  classDef critical stroke-width:3px\n  class {','.join(critical)} critical"]
    lines += [f"  classDef {name} {look}" for name, look in _CLASSES.items() if name in used]
    return "\n".join(lines) + "\n"


def _label(box: Box) -> str:
    small = "".join(f"<br><small>{_plain(line)}</small>" for line in box.lines)
    status = f"<br><small>{_plain(box.status.replace('_', ' '))}</small>" if box.status else ""
    return f"<b>{_plain(box.title)}</b>{small}{status}"


def _plain(text: str) -> str:
    return _NOT_PLAIN.sub(lambda found: f"#{ord(found.group())};", text)
