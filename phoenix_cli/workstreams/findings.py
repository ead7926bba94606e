"""What is wrong or doubtful in the files, each with its place."""

from __future__ import annotations

from typing import NamedTuple

from phoenix_cli.engine.problems import cut

LEVELS = {"E": "error", "W": "warning", "I": "info"}
#: Named in the field's words as a warning, but a file that is not named like its id cannot be found again.
_ERRORS = frozenset(["W-NAME"])


class Finding(NamedTuple):
    """One finding. ``code`` is stable: E- keeps the file or plan from being used, W- is doubtful, I- may be better.

    ``line`` and ``column`` count from 1; 0 means that there is no such place.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""

    @property
    def level(self) -> str:
        """``error``, ``warning`` or ``info``."""
        return "error" if self.code in _ERRORS else LEVELS[self.code[0]]

    @property
    def where(self) -> str:
        """``file:line:column`` as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    def as_dict(self) -> dict[str, str | int]:
        """Return the form that ``--json`` prints."""
        return {
            "code": self.code, "level": self.level, "message": cut(self.message), "file": self.file, "line": self.line,
            "column": self.column, "hint": cut(self.hint),
        }  # fmt: skip
