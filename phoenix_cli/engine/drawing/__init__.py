"""The graph of a flow as a picture: Mermaid, DOT, SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from phoenix_cli.engine.drawing.dot import as_dot
from phoenix_cli.engine.drawing.mermaid import as_mermaid
from phoenix_cli.engine.drawing.picture import Picture, picture_of
from phoenix_cli.engine.drawing.svg import as_svg

FORMATS: Mapping[str, Callable[[Picture], str]] = {"mermaid": as_mermaid, "dot": as_dot, "svg": as_svg}

__all__ = ["FORMATS", "Picture", "picture_of"]
