"""What the store tells about itself: frozen values."""

from __future__ import annotations

from typing import Literal, NamedTuple

from phoenix_cli.kernel.records import record

Policy = Literal["lru", "lfu", "ttl", "cost"]
Kind = Literal["json", "bytes"]

POLICIES: tuple[Policy, ...] = ("lru", "lfu", "ttl", "cost")
MAX_BYTES = 100_000_000
KEY_BYTES = 1_024


@record
class Entry:
    """One entry without its body. Sizes are bytes; times are seconds since the epoch by the store's own time."""

    scope: str
    key: str
    kind: Kind
    hash: str
    size: int
    cost_s: float
    created: float
    expires: float | None
    last_used: float
    hits: int
    tags: tuple[str, ...] = ()


@record
class Stats:
    """How large the store is, and how useful it was; ``hit_rate`` is None before the first question."""

    entries: int
    bodies: int
    bytes: int
    max_bytes: int
    policy: str
    hits: int
    misses: int
    puts: int
    evictions: int

    @property
    def hit_rate(self) -> float | None:
        """Return the share of questions that were answered."""
        asked = self.hits + self.misses
        return round(self.hits / asked, 4) if asked else None


@record
class Verified:
    """What a look at every body found: hashes of damaged or missing ones, files that nothing refers to, wrong sums."""

    entries: int
    bodies: int
    damaged: tuple[str, ...]
    orphans: tuple[str, ...]
    miscounted: bool
    repaired: bool

    @property
    def sound(self) -> bool:
        """Tell whether every body that an entry refers to is what was put. Orphans cost room, nothing else."""
        return not self.damaged and not self.miscounted


@record
class Refusal:
    """A line of an import that was not taken, and why."""

    line: int
    message: str


@record
class Imported:
    """What came of an import; ``refused`` names the first hundred, ``refusals`` counts them all."""

    taken: int
    expired: int
    refusals: int
    refused: tuple[Refusal, ...]


class Body(NamedTuple):
    """Content to be stored: inline, or already written to a file that ``aside`` names."""

    hash: bytes
    size: int
    data: bytes | None
    aside: str = ""


class New(NamedTuple):
    """An entry to be written."""

    scope: str
    key: str
    kind: Kind
    cost_s: float
    created: float
    expires: float | None
    tags: tuple[str, ...] = ()
