"""What an import is asked, what it tells on its way, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from phoenix_cli.kernel.errors import Failed, PhoenixError
from phoenix_cli.vcs.cloning import Wish

Phase = Literal["cloning", "detected", "checking out", "fetching", "retrying", "done", "failed"]
Status = Literal["imported", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of one repository. ``done`` and ``total`` count those of the whole call; ``percent`` is this phase's."""

    source: str
    phase: Phase
    detail: str = ""
    percent: int | None = None
    done: int = 0
    total: int = 0


Report = Callable[[Progress], None]


def say_nothing(_: Progress) -> None:
    """Be the report of a caller that wants none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One repository that is wanted. ``typed`` is what stood on the line or in the list, without a login."""

    typed: str
    wish: Wish

    @property
    def key(self) -> str:
        """Return the name that all ways to write this source share."""
        return self.wish.source.key

    @property
    def host(self) -> str:
        """Return the server to be gentle with, "local" for a folder."""
        return self.wish.source.host


@dataclass(frozen=True, slots=True)
class Imported:
    """A repository that is here now. ``components`` is how many were found in it."""

    id: str
    name: str
    url: str
    path: str
    commit: str | None
    status: Status
    components: int


@dataclass(frozen=True, slots=True)
class NotImported:
    """A source that failed, and why."""

    source: str
    error: PhoenixError


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Everything that was asked for, in that order: what is here, and what failed."""

    items: tuple[Imported, ...]
    failed: tuple[NotImported, ...]

    @property
    def error(self) -> PhoenixError | None:
        """Return the error that the whole call comes to: of one kind when all failures are, None without any."""
        return joint_error([one.error for one in self.failed], len(self.items) + len(self.failed), "imported")


def joint_error(errors: list[PhoenixError], total: int, done: str) -> PhoenixError | None:
    """Return one error for several: the only one itself, one of their common kind, else ``Failed``."""
    if len(errors) < 2 and total < 2:
        return errors[0] if errors else None
    if not errors:
        return None
    kinds = {type(error) for error in errors}
    kind = kinds.pop() if len(kinds) == 1 else Failed
    codes = {error.code for error in errors}
    return kind(
        f"{len(errors)} of {total} repositories could not be {done}",
        code=codes.pop() if len(codes) == 1 else "ecosystem.some_failed",
    )


def import_json(result: ImportResult) -> dict[str, Any]:
    """Return the stable shape of ``import --json``."""
    return {
        "items": [
            {
                "id": one.id,
                "name": one.name,
                "url": one.url,
                "path": one.path,
                "commit": one.commit,
                "status": one.status,
                "components": one.components,
            }
            for one in result.items
        ],
        "failed": [
            {"source": one.source, "code": one.error.code, "message": one.error.message} for one in result.failed
        ],
    }
