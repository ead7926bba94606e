"""What an analysis of branches says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from phoenix_cli.vcs.merging.lines import Range
from phoenix_cli.vcs.merging.ordering import LeftOut

Status = Literal["clean", "conflict", "unknown"]
Kind = Literal["text", "semantic"]


@dataclass(frozen=True, slots=True)
class FileClash:
    """One path that two sides cannot both have. ``kind`` as in ``records.Clash``, or that of a semantic finding.

    Ranges are lines of each side's own file; ``note`` says in words what is the matter; the authors wrote those lines.
    """

    path: str
    kind: str
    lines_a: tuple[Range, ...] = ()
    lines_b: tuple[Range, ...] = ()
    note: str = ""
    path_b: str = ""
    authors_a: tuple[str, ...] = ()
    authors_b: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        found: dict[str, Any] = {
            "path": self.path, "kind": self.kind, "note": self.note,
            "lines_a": [[one.first, one.last] for one in self.lines_a],
            "lines_b": [[one.first, one.last] for one in self.lines_b],
        }  # fmt: skip
        optional = {"path_b": self.path_b, "authors_a": list(self.authors_a), "authors_b": list(self.authors_b)}
        return {**found, **{key: value for key, value in optional.items() if value}}


@dataclass(frozen=True, slots=True)
class BranchVerdict:
    """A branch against trunk. ``why`` says what no file says: unrelated histories, missing objects, merged already.

    ``commit`` is the branch; ``trial`` and ``tree`` are what it comes to with trunk, None when it does not.
    """

    branch: str
    commit: str
    status: Status
    files: tuple[FileClash, ...] = ()
    why: str = ""
    kind: Kind = "text"
    trial: str | None = None
    tree: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "branch": self.branch,
            "commit": self.commit,
            "status": self.status,
            "kind": self.kind,
            "why": self.why,
            "files": [one.to_json() for one in self.files],
        }


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Two branches that are both clean against trunk. ``tree`` is the merged one where it had to be made."""

    a: str
    b: str
    status: Status
    kind: Kind = "text"
    files: tuple[FileClash, ...] = ()
    why: str = ""
    tree: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "a": self.a,
            "b": self.b,
            "status": self.status,
            "kind": self.kind,
            "why": self.why,
            "files": [one.to_json() for one in self.files],
        }


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything: each branch, every pair of clean ones, the order in which they merge, and who stays out."""

    trunk: str
    branches: tuple[BranchVerdict, ...]
    pairs: tuple[PairVerdict, ...]
    order: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def clean(self) -> bool:
        """Tell whether nothing conflicts and nothing is unknown."""
        said = {one.status for one in self.branches} | {one.status for one in self.pairs}
        return said <= {"clean"} and not self.left_out

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``conflicts --json``."""
        return {
            "trunk": [one.to_json() for one in self.branches],
            "pairs": [one.to_json() for one in self.pairs],
            "order": list(self.order),
            "left_out": [{"branch": one.branch, "because": list(one.because)} for one in self.left_out],
        }
