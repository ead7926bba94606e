"""How large, deep and wide a stranger's document may be, and the error that says so."""

from __future__ import annotations

MAX_BYTES = 2_000_000
MAX_DEPTH = 100
MAX_ALIASES = 1_000
MAX_NODES = 200_000


class DocumentError(ValueError):
    """The document is not what it says it is, or is larger than its limits."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line
