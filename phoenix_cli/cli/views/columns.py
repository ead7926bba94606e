"""Tables for people leave out the columns that would be empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from phoenix_cli.cli.console import Console


def show_filled(
    console: Console,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    colours: Mapping[str, str],
    empty: str = "",
) -> None:
    """Print the columns in which any row has something; ``empty`` stands in the gaps."""
    kept = [at for at in range(len(header)) if any(row[at] for row in rows)]
    console.table([header[at] for at in kept], [[row[at] or empty for at in kept] for row in rows], colours=colours)
